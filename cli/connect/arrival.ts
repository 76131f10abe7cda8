import type { Call } from '../../integrations/contract/call.js';
import { VendorError, type VendorFault } from '../../integrations/contract/errors.js';
import type { AnySetup } from '../../integrations/contract/registry.js';
import { callOutside } from '../../workers/call.js';
import { type Context, say } from '../context.js';
import type { ExitName } from '../exit-codes.js';
import { Failure } from '../failure.js';

/** A subscription and the door that it sends to. */
export interface Door {
  context: Context;
  setup: AnySetup;
  url: string;
  id: string;
  secret: string;
  /** Address of the API's metrics, where it is known. */
  metrics: string | undefined;
}

/** Milliseconds. */
const knockEveryMs = 1_000;
/** A vendor's test is on its way this long at most. Milliseconds. */
const arrivesWithinMs = 30_000;

const pace = { profile: 'standard', pollMs: 1_000, heartbeatMs: 1_000, adoptEveryMs: 1_000 } as const;

/** A call outside every incident. */
export const connectCall = ({ interrupted }: Context): Call =>
  callOutside({ pace: () => pace, now: Date.now }, 'connect', interrupted);

/**
 * First our own knock, until the API takes the secret: a vendor's test before that would be refused, and counted. Then the vendor's
 * own test, and its arrival. Gives what was proven, in words. Throws Failure.
 */
export async function proveArrival(door: Door, seconds: number, howToGoOn: string): Promise<string> {
  await untilOpen(door, seconds, howToGoOn);
  const { setup, id } = door;
  const call = setup.with(connectCall(door.context));
  try {
    const before = await pingsCounted(door);
    await setup.ping(call, id);
    const arrived = before === undefined ? undefined : await untilCounted(door, before);
    const { well, says } = await setup.state(call, id);
    if (!well) throw new Failure('failed', says);
    if (arrived === undefined)
      return 'the API takes its secret, and it was asked for a test; with --metrics the arrival of that is seen too';
    if (arrived) return 'its test has arrived';
    throw new Failure(
      'timeout',
      `the API takes the secret, but the test of ${id} has not arrived within ${arrivesWithinMs / 1_000} s`,
    );
  } catch (error) {
    throw vendorWords(error);
  }
}

async function untilOpen({ context, setup, url, secret }: Door, seconds: number, howToGoOn: string): Promise<void> {
  const call = setup.with(connectCall(context));
  const end = Date.now() + seconds * 1_000;
  let said = '';
  for (;;) {
    const { open, says } = await setup.knock(call, url, secret);
    if (open) return;
    if (says !== said) say(context, `${says}; ${howToGoOn}`);
    said = says;
    if (Date.now() + knockEveryMs > end) throw new Failure('timeout', `${says}, after ${seconds} s; ${howToGoOn}`);
    await call.sleep(knockEveryMs);
  }
}

async function untilCounted(door: Door, before: number): Promise<boolean> {
  const end = Date.now() + arrivesWithinMs;
  while (Date.now() < end) {
    if (((await pingsCounted(door)) ?? 0) > before) return true;
    await connectCall(door.context).sleep(300);
  }
  return false;
}

/** How many tests of vendors have arrived at the API. `undefined`: nobody can tell. */
async function pingsCounted({ context, metrics, setup }: Door): Promise<number | undefined> {
  if (metrics === undefined) return undefined;
  try {
    const at = new URL(metrics);
    if (at.pathname === '/') at.pathname = '/metrics';
    const answer = await context.fetch(at, { signal: AbortSignal.timeout(2_000) });
    if (!answer.ok) return undefined;
    const lines = (await answer.text()).split('\n').filter((line) => line.startsWith('opssentinel_deliveries_total{'));
    const counted = lines.filter((line) => line.includes('result="ping"') && line.includes(`source="${setup.integration}"`));
    return counted.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  } catch {
    return undefined;
  }
}

const exits: Readonly<Record<VendorFault, ExitName>> = {
  refused: 'failed',
  forbidden: 'notAllowed',
  absent: 'notFound',
  conflict: 'conflict',
  throttled: 'unreachable',
  unavailable: 'unreachable',
  ambiguous: 'failed',
};

/** A vendor's error as the end of a command. */
export function vendorWords(error: unknown): unknown {
  if (!(error instanceof VendorError)) return error;
  const doubt = error.fault === 'ambiguous' ? '; it may have been done: look there, and remove what is double' : '';
  return new Failure(exits[error.fault], `${error.message}${doubt}`);
}
