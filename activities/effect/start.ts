import { ApplicationFailure } from '@temporalio/activity';
import { type EffectStart, mayRearm } from '../../domain/effect.js';
import type { JsonObject } from '../../domain/json.js';
import type { Consumption, Permit } from '../../domain/permit.js';
import { paceOf } from '../../decide/profiles.js';
import type { AnyAction } from '../../integrations/contract/registry.js';
import { certainlyNotDone, isFinal, tooLateToBegin } from '../../integrations/contract/errors.js';
import { paramsHash } from '../decide/keys.js';
import type { ActivityDeps } from '../deps.js';
import { placeFor } from '../place.js';
import { callFor, isVendorFailure } from '../shell.js';
import { attemptOf } from '../situation/attempt.js';
import type { EffectInput } from '../types.js';

/** Phase 7: consumes the permit, then makes exactly one vendor write. No row, no effect. */
export async function startEffect(deps: ActivityDeps, action: AnyAction, input: EffectInput): Promise<EffectStart> {
  const switched = await deps.outOfBandStop();
  if (switched) return stopped(deps, action, input, `stopped by ${switched.owner}: ${switched.reason}`);
  const asked = deps.now();
  const consumption = await deps.ledger.consume(input);
  if (!consumption.consumed) return unconsumed(deps, action, input, consumption);
  const { permit } = consumption;
  // The row is what was admitted: an action or parameters that do not belong to its hash never reach the vendor.
  if (permit.action !== action.id || paramsHash(deps, permit.action, permit.params) !== permit.paramsHash)
    return givenUp(deps, action, input, 'the permit is for something else', permit.armed);
  return callVendor(deps, action, input, permit, Math.min(Date.parse(permit.startBy), asked + sentWithinMs));
}

/**
 * The ledger looked for stops when the permit was used: what is not sent within so long is not sent. By the worker's own clock from before
 * it asked, so that neither a clock that is wrong nor a worker that stood still stretches it. Milliseconds.
 */
const sentWithinMs = 2_000;

async function callVendor(
  deps: ActivityDeps,
  action: AnyAction,
  input: EffectInput,
  permit: Permit,
  startBy: number,
): Promise<EffectStart> {
  const place = placeFor(deps.rules(), permit.place, 'act');
  const call = { ...callFor(input.incident, place, paceOf(deps.rules()), deps.now), startBy };
  const attempt = { key: permit.attemptKey, startBy, preState: permit.preState };
  try {
    const params = action.params.parse(permit.params);
    const { ref, says } = await action.start(action.with(call), params, attempt);
    await deps.ledger.effectStarted(permit.attemptKey, ref, says);
    const traces = deps.registry.integrations.get(action.integration)?.traces?.(input.incident);
    const began = { ref, fence: permit.fence, operation: action.id, ...(traces ? { traces } : {}) };
    await record(deps, input, 'info', says, 'started', began);
    if (!action.wait) await endedAtOnce(deps, input, says);
    return { started: true, ref, says };
  } catch (error) {
    if (!isVendorFailure(error)) throw error;
    if (!certainlyNotDone(error.fault)) throw ApplicationFailure.nonRetryable(error.message, 'ambiguous');
    if (error.message.includes(tooLateToBegin)) return unsent(deps, action, input, error.message, permit.armed);
    // `retryable` sends the run to read back first: only what is proven absent may be armed again. What may never be armed again is over.
    if (!isFinal(error.fault) && mayRearm(action.idempotency)) return { started: false, because: error.message, retryable: true };
    return givenUp(deps, action, input, error.message, permit.armed);
  }
}

/** Where the start is all there is, the vendor's answer to it was the end. */
export async function endedAtOnce(deps: ActivityDeps, input: EffectInput, says: string): Promise<void> {
  await deps.ledger.effectEnded(input.attemptKey, 'succeeded', says);
  await record(deps, input, 'ok', says, 'ended', { status: 'succeeded' });
}

/**
 * Nothing has left: the same permit is opened again and admission asked once more, at most as often as after any proven absence. Only
 * while this use of it is the last one: while this worker stood still, another may have read back, opened it and begun.
 */
async function unsent(
  deps: ActivityDeps,
  action: AnyAction,
  input: EffectInput,
  because: string,
  armed: number,
): Promise<EffectStart> {
  if (!(await deps.ledger.rearm(input.attemptKey, armed))) return givenUp(deps, action, input, because, armed);
  return { ...(await declined(deps, action, input, because)), ranOut: true };
}

async function unconsumed(
  deps: ActivityDeps,
  action: AnyAction,
  input: EffectInput,
  { because, hold }: Consumption & { consumed: false },
): Promise<EffectStart> {
  // Somebody used it before us, perhaps this very attempt before its worker died: read back what became of it.
  if (because === 'consumed before') return { started: false, because: 'the permit was used before', retryable: true };
  const held = hold ? ` (${hold.kind} of ${hold.scope} by ${hold.owner}: ${hold.reason})` : '';
  if (because !== 'expired') return declined(deps, action, input, `${because}${held}`);
  return { ...(await declined(deps, action, input, 'the permit ran out before it was used')), ranOut: true };
}

/** The switch forbids to begin. What began under this key before is not denied by it: that is read back. */
async function stopped(deps: ActivityDeps, action: AnyAction, input: EffectInput, because: string): Promise<EffectStart> {
  const attempt = await attemptOf(deps, input.incident, input.attemptKey);
  if (attempt?.consumed) return { started: false, because, retryable: true };
  return declined(deps, action, input, because);
}

type Declined = EffectStart & { started: false };

/** Says so and leaves the permit alone: unused it runs out by itself, and one that somebody else has used is theirs to end. */
async function declined(deps: ActivityDeps, action: AnyAction, input: EffectInput, because: string): Promise<Declined> {
  await record(deps, input, 'refused', `${action.id} was not started: ${because}`, `declined.${because}`, {});
  return { started: false, because, retryable: false };
}

/** The same for a permit that we have just used: it is over, and certainly nothing was done with it, by this use of it. */
async function givenUp(
  deps: ActivityDeps,
  action: AnyAction,
  input: EffectInput,
  because: string,
  armed: number,
): Promise<Declined> {
  await deps.ledger.effectEnded(input.attemptKey, 'not-done', because, armed);
  return declined(deps, action, input, because);
}

export async function record(
  deps: ActivityDeps,
  input: { incident: string; attemptKey: string; undoes?: boolean },
  state: 'info' | 'ok' | 'failed' | 'unknown' | 'refused',
  says: string,
  once: string,
  data: JsonObject,
): Promise<void> {
  const { incident, attemptKey } = input;
  await deps.ledger.record({
    incident,
    phase: input.undoes ? 'undo' : 'execute',
    state,
    says,
    once: `execute.${attemptKey}.${once}`,
    data: { attemptKey, ...data },
  });
}
