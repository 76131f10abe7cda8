import { ApiError, type ApiErrorClass } from '../api/client-error.js';
import { exitCodes, type ExitName } from './exit-codes.js';

/** An expected end that is not success: its message says what happened and what to do. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exit: ExitName;

  constructor(exit: ExitName, message: string) {
    super(message);
    this.exit = exit;
  }
}

const apiExits: Readonly<Record<ApiErrorClass, ExitName>> = {
  usage: 'usage',
  unauthorised: 'notAllowed',
  'not-found': 'notFound',
  refused: 'conflict',
  unavailable: 'unreachable',
};

/** Errors of other rooms that are expected, by name: they may come from another copy of a module. */
const namedExits: Readonly<Record<string, ExitName>> = {
  PortTaken: 'usage',
  PlaceTaken: 'conflict',
  NoBinary: 'unreachable',
  NamespaceNotReady: 'usage',
  RulesRefused: 'usage',
  LedgerUnavailable: 'unreachable',
  TimeoutError: 'timeout',
};

/** What an error means to a script, and what it says to a person. `unexpected`: a fault of ours, worth its stack. */
export function classify(error: unknown): { exit: ExitName; code: number; message: string; unexpected: boolean } {
  const end = (exit: ExitName, message: string, unexpected = false) => ({ exit, code: exitCodes[exit], message, unexpected });
  if (error instanceof Failure) return end(error.exit, error.message);
  if (error instanceof ApiError) {
    const late = error.status === 0 && /timeout|aborted due to/i.test(error.message);
    return end(late ? 'timeout' : apiExits[error.kind], error.message);
  }
  if (!(error instanceof Error)) return end('failed', String(error), true);
  const named = namedExits[error.name];
  return named === undefined ? end('failed', error.message, true) : end(named, error.message);
}
