import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Pace } from '../domain/plan.js';
import type { Call, Place } from '../integrations/contract/call.js';
import { isFinal, type VendorFault } from '../integrations/contract/errors.js';

/** A vendor's error by its shape: errors cross module copies in tests, so `instanceof` is not enough. */
export interface VendorFailure extends Error {
  fault: VendorFault;
  retryAfterMs?: number;
}

export const isVendorFailure = (error: unknown): error is VendorFailure =>
  error instanceof Error && error.name === 'VendorError' && 'fault' in error;

/**
 * The one place where errors become Temporal's: a final vendor fault is not retried, `Retry-After` sets the next try,
 * anything that is not a vendor's or the ledger's is a bug and is not retried either.
 */
export function asFailure(error: unknown): unknown {
  if (isVendorFailure(error)) {
    return ApplicationFailure.create({
      type: error.fault,
      message: error.message,
      nonRetryable: isFinal(error.fault) || error.fault === 'ambiguous',
      nextRetryDelay: error.retryAfterMs,
    });
  }
  if (error instanceof Error && error.name === 'LedgerUnavailable')
    return ApplicationFailure.create({ type: 'ledger', message: error.message });
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError)
    return ApplicationFailure.create({ type: 'Bug', message: error.message, nonRetryable: true, cause: error });
  return error;
}

/** Wraps an activity so that only failures that Temporal understands leave it. */
export const shelled =
  <Input, Output>(run: (input: Input) => Promise<Output>) =>
  async (input: Input): Promise<Output> => {
    try {
      return await run(input);
    } catch (error) {
      throw asFailure(error);
    }
  };

/** What the running activity wants its successor to know, by its context. */
const kept = new WeakMap<Context, unknown>();

/** Beats with details that later beats, a vendor's own among them, repeat: one without details would wipe them out. */
export function beatWith(details: unknown): void {
  const context = Context.current();
  kept.set(context, details);
  context.heartbeat(details);
}

/** A call to a vendor on behalf of the running activity. */
export function callFor(incident: string, place: Place, pace: Pace, now: () => number): Call {
  const context = Context.current();
  return {
    place,
    incident,
    pace,
    signal: context.cancellationSignal,
    heartbeat: () => context.heartbeat(kept.get(context)),
    now,
    sleep: (ms) => context.sleep(ms),
  };
}

/** Beats while `work` runs: a worker that dies in it is noticed after one heartbeat timeout, not after the whole start-to-close. */
export async function beating<Value>(everyMs: number, work: () => Promise<Value>): Promise<Value> {
  const context = Context.current();
  context.heartbeat();
  const timer = setInterval(() => context.heartbeat(), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
