import type { EffectEnd } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import type { AwsClient } from '../client.js';
import { clean } from '../errors.js';

type Answer = Awaited<ReturnType<AwsClient['lambda']['invoke']>>;
type Execution = Awaited<ReturnType<AwsClient['lambda']['getExecution']>>;

/** An answer beyond this is not read. Lambda allows 6 MB. Bytes. */
const longestRead = 64_000;

/**
 * How an invocation ended that has answered. A function that failed answers with HTTP 200 and X-Amz-Function-Error (contracts 5.3):
 * the effect happened, and failed.
 */
export function endOfInvocation({ FunctionError, ExecutedVersion, Payload, StatusCode }: Answer, pinned: string): EffectEnd {
  const answer = membersOf(Payload);
  const failure = FunctionError ? `function error ${clean(FunctionError, 40)}${problemIn(answer)}` : undefined;
  return judged(`lambda:Invoke: ${StatusCode ?? 'no status'}`, { ran: ExecutedVersion, pinned, failure, words: wordsIn(answer) });
}

/** Every value of ExecutionStatus that ends one (Lambda API, GetDurableExecution). Any other is still running. */
const ended: Readonly<Record<string, 'succeeded' | 'failed'>> = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  STOPPED: 'failed',
};

/** How a durable execution ended, or `undefined` while it runs. */
export function endOfExecution({ Status, Version, Error: error, Result }: Execution, pinned: string): EffectEnd | undefined {
  const end = ended[Status ?? ''];
  if (end === undefined) return undefined;
  const problem = problemIn({ errorType: error?.ErrorType ?? '', errorMessage: error?.ErrorMessage ?? '' });
  const failure = end === 'failed' ? `function error${problem}` : undefined;
  const words = wordsIn(membersOf(Result === undefined ? undefined : new TextEncoder().encode(Result)));
  return judged(`durable execution ${Status ?? ''}`, { ran: Version, pinned, failure, words });
}

interface Ran {
  ran: string | undefined;
  pinned: string;
  failure: string | undefined;
  words: string;
}

/** What the answer says ran is the proof of the pin. */
function judged(head: string, { ran, pinned, failure, words }: Ran): EffectEnd {
  if (ran !== undefined && ran !== pinned)
    return { status: 'failed', says: `${head}, but it ran version ${clean(ran, 40)} and ${pinned} is pinned` };
  if (failure !== undefined) return { status: 'failed', says: `${head}, ran version ${ran ?? 'unknown'}, ${failure}` };
  if (ran === undefined) return { status: 'unknown', says: `${head}, and Lambda does not say which version ran` };
  return { status: 'succeeded', says: `${head}, ran version ${ran}, no function error${words}` };
}

/** `: TypeError: x is not a function`. The stack stays where it is. */
function problemIn({ errorType, errorMessage }: JsonObject): string {
  const words = [clean(textOf(errorType), 80), clean(textOf(errorMessage), 200)].filter(Boolean).join(': ');
  return words ? `: ${words}` : '';
}

/** What a function says of itself, if it says anything: `message`. */
function wordsIn({ message }: JsonObject): string {
  const words = clean(textOf(message), 160);
  return words ? `; it says: ${words}` : '';
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function membersOf(payload: Uint8Array | undefined): JsonObject {
  if (payload === undefined || payload.length === 0 || payload.length > longestRead) return {};
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as JsonObject) : {};
  } catch {
    return {};
  }
}
