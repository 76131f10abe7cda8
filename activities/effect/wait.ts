import { Context } from '@temporalio/activity';
import type { EffectEnd } from '../../domain/effect.js';
import { type Adoption, mayRearm } from '../../domain/effect.js';
import type { JsonObject } from '../../domain/json.js';
import type { Permit } from '../../domain/permit.js';
import { paceOf } from '../../decide/profiles.js';
import type { Call } from '../../integrations/contract/call.js';
import type { AnyAction } from '../../integrations/contract/registry.js';
import type { ActivityDeps } from '../deps.js';
import { placeFor } from '../place.js';
import { callFor, isVendorFailure } from '../shell.js';
import { attemptOf } from '../situation/attempt.js';
import type { EffectInput, WaitInput } from '../types.js';
import { endedAtOnce, record } from './start.js';
import { stopOnOf, stoppedBefore, waitUnless } from './stop-on.js';

/** One heartbeating poll to the effect's end. It reads; a worker's death costs one heartbeat timeout and nothing else. */
export async function waitEffect(deps: ActivityDeps, action: AnyAction, input: WaitInput): Promise<EffectEnd> {
  const permit = await deps.ledger.permit(input.attemptKey);
  if (!permit?.ref || permit.action !== action.id)
    throw new TypeError('Nothing has begun under this key: there is nothing to wait for');
  const call = callFor(input.incident, placeFor(deps.rules(), permit.place, 'act'), paceOf(deps.rules()), deps.now);
  const stopOn = action.stop && (await stopOnOf(deps, input));
  // What has been seen to its end is over: some waits change things (a stopped instance is started), and this one may come a week later.
  const known = await endedBefore(deps, input);
  if (known) return { ...known, ...(stopOn ? await stoppedFor(deps, input) : {}) };
  const { wait } = action;
  if (!wait) throw new TypeError(`${action.id} has nothing to wait for`);
  const { ref } = permit;
  const waiting = (at: Call): Promise<EffectEnd> => wait(action.with(at), ref);
  const end = stopOn ? await waitUnless(deps, input, { action, call, ref, stopOn }, waiting) : await waiting(call);
  await deps.ledger.effectEnded(input.attemptKey, end.status, end.says);
  await recordEnd(deps, input, end);
  return { ...end, ...(stopOn ? await stoppedFor(deps, input) : {}) };
}

async function stoppedFor(deps: ActivityDeps, input: WaitInput): Promise<Pick<EffectEnd, 'stopped'>> {
  const stopped = await stoppedBefore(deps, input);
  return stopped === undefined ? {} : { stopped };
}

const recordEnd = (deps: ActivityDeps, input: WaitInput, { status, says }: EffectEnd): Promise<void> =>
  record(deps, input, status === 'succeeded' ? 'ok' : status, says, 'ended', { status });

async function endedBefore(deps: ActivityDeps, input: WaitInput): Promise<EffectEnd | undefined> {
  const { incident, attemptKey } = input;
  const attempt = await attemptOf(deps, incident, attemptKey);
  if (!attempt?.consumed) throw new TypeError(`Nothing has begun for ${incident} under this key`);
  const { ended, released, status, says } = attempt;
  if (!ended) return released ? { status: 'unknown', says: 'its run ended before it; what it left is told there' } : undefined;
  if (status !== 'succeeded' && status !== 'failed' && status !== 'unknown') return { status: 'unknown', says };
  // A worker may have died between the row and its line of the timeline: the line is written once, by whoever comes first.
  await recordEnd(deps, input, { status, says });
  return { status, says };
}

/** A run that is cancelled stops what it began. `wait` tells how it ended. */
export async function stopEffect(deps: ActivityDeps, action: AnyAction, input: WaitInput): Promise<{ says: string }> {
  const permit = await deps.ledger.permit(input.attemptKey);
  if (!permit?.ref || permit.action !== action.id)
    throw new TypeError('Nothing has begun under this key: there is nothing to stop');
  const ended = await endedBefore(deps, input);
  if (ended) return { says: `it had ended: ${ended.says}` };
  if (!action.stop) throw new TypeError(`${action.id} cannot be stopped`);
  const call = callFor(input.incident, placeFor(deps.rules(), permit.place, 'act'), paceOf(deps.rules()), deps.now);
  await action.stop(action.with(call), permit.ref);
  const says = 'the run was cancelled: asked it to stop';
  await record(deps, input, 'info', says, 'stopped', {});
  return { says };
}

/** How often an effect whose answer was lost is looked for. Lists lag behind at every vendor. */
const reads = 3;

/**
 * Reads back by the attempt key. Only a proven absence, in a class that carries its key, arms the permit again. A permit that nobody has
 * used needs no reading: whatever stands there now is another's, and it may still be used, once, as it is.
 */
export async function adoptEffect(
  deps: ActivityDeps,
  action: AnyAction,
  input: EffectInput,
): Promise<Adoption & { rearmed: boolean }> {
  const permit = await deps.ledger.permit(input.attemptKey);
  if (!permit) return { found: false, certain: true, rearmed: false };
  const attempt = await attemptOf(deps, input.incident, input.attemptKey);
  if (!attempt) throw new TypeError(`${input.incident} has no permit of this key`);
  if (!attempt.consumed) return { found: false, certain: true, rearmed: !attempt.ended && !attempt.released };
  if (attempt.status === 'not-done') return { found: false, certain: true, rearmed: false };
  // It was written down what the vendor calls it: the ledger knows, and a list that lags or a read that fails must not deny it.
  if (permit.ref) return adopted(deps, action, input, permit.ref);
  try {
    const adoption = await readBack(deps, action, input, permit);
    if (adoption.found) return await adopted(deps, action, input, adoption.ref);
    const { certain } = adoption;
    const rearmed = certain && mayRearm(action.idempotency) && (await deps.ledger.rearm(input.attemptKey, permit.armed));
    return rearmed ? { found: false, certain, rearmed } : await doubtful(deps, input, permit, certain);
  } catch (error) {
    // Nobody asks again after this one: without a word in the row it would stay open.
    if (isVendorFailure(error) && isLastTry()) return doubtful(deps, input, permit, false);
    throw error;
  }
}

function isLastTry(): boolean {
  const { attempt, retryPolicy } = Context.current().info;
  return attempt >= (retryPolicy?.maximumAttempts ?? Number.POSITIVE_INFINITY);
}

/** Absent only where every one of the reads was certain of it. */
async function readBack(deps: ActivityDeps, action: AnyAction, input: EffectInput, permit: Permit): Promise<Adoption> {
  const pace = paceOf(deps.rules());
  const call = callFor(input.incident, placeFor(deps.rules(), permit.place, 'act'), pace, deps.now);
  let certain = true;
  for (let read = 0; read < reads; read++) {
    if (read > 0) await call.sleep(pace.adoptEveryMs);
    call.heartbeat();
    const adoption = await action.adopt(action.with(call), action.params.parse(permit.params), {
      key: permit.attemptKey,
      preState: permit.preState,
      since: Date.parse(permit.admittedAt),
    });
    if (adoption.found) return adoption;
    certain &&= adoption.certain;
  }
  return { found: false, certain };
}

async function doubtful(
  deps: ActivityDeps,
  input: EffectInput,
  { armed }: Permit,
  certain: boolean,
): Promise<Adoption & { rearmed: boolean }> {
  const says = 'whether it ran cannot be told; it is not repeated';
  await deps.ledger.effectEnded(input.attemptKey, 'unknown', says, armed);
  // Opened again by another while this one read: what is true of that use is not ours to say.
  if ((await deps.ledger.permit(input.attemptKey))?.armed === armed) await record(deps, input, 'unknown', says, 'unknown', {});
  return { found: false, certain, rearmed: false };
}

async function adopted(
  deps: ActivityDeps,
  action: AnyAction,
  input: EffectInput,
  ref: JsonObject,
): Promise<Adoption & { rearmed: boolean }> {
  const says = 'found by its key after its answer was lost; nothing was started again';
  await deps.ledger.effectStarted(input.attemptKey, ref, says);
  await record(deps, input, 'info', says, 'adopted', { ref });
  if (!action.wait) await endedAtOnce(deps, input, says);
  return { found: true, ref, rearmed: false };
}
