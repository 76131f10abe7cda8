import { aimedAt, batchesOf, type PlannedCheck, planIn } from '../../domain/plan.js';
import { paceOf } from '../../decide/profiles.js';
import type { Target } from '../../domain/target.js';
import type { AnyAction } from '../../integrations/contract/registry.js';
import type { Call } from '../../integrations/contract/call.js';
import type { JsonObject } from '../../domain/json.js';
import { attemptKey } from '../decide/keys.js';
import type { ActivityDeps } from '../deps.js';
import { placeFor } from '../place.js';
import { isVendorFailure } from '../shell.js';
import { storedDecision } from '../stored.js';
import type { WaitInput } from '../types.js';
import { record } from './start.js';

/** What is looked at while one effect runs, and on what. */
export interface StopOn extends PlannedCheck {
  target: Target;
}

/**
 * From the ledger's plan of this attempt, never from the caller: whoever could leave it out would let run on what should stop. What puts
 * something back has a key that no step of the plan has: it is not stopped.
 */
export async function stopOnOf(deps: ActivityDeps, input: WaitInput): Promise<StopOn | undefined> {
  const plan = planIn(await storedDecision(deps, input.incident));
  if (!plan) return undefined;
  for (const id of batchesOf(plan).flat()) {
    const aimed = aimedAt(plan, id);
    const step = aimed?.steps.find((one) => one.stopOn && attemptKey(deps, aimed, one) === input.attemptKey);
    if (aimed && step?.stopOn) return { ...step.stopOn, target: aimed.target };
  }
  return undefined;
}

const stoppedOnce = 'stoppedOn';

/** Why this effect was stopped, if it was: the line stands in the ledger whichever worker wrote it. */
export async function stoppedBefore(
  { ledger }: ActivityDeps,
  { incident, attemptKey: key }: WaitInput,
): Promise<string | undefined> {
  const line = (await ledger.timeline(incident)).find(({ once }) => once === `execute.${key}.${stoppedOnce}`);
  return line?.says;
}

/**
 * Waits, and looks beside it at the plan's pace: as soon as the check is not well, the action is asked to stop, once, and the wait goes on
 * to tell how it ended. Neither outlives the other.
 *
 * SSM has an AlarmConfiguration of its own for automations and commands. It takes CloudWatch alarms of the execution's account and region
 * alone, and is given with the start, so that it would have to stand in the permit's parameters; this way is the same for every action that
 * can be stopped and for every check.
 */
export async function waitUnless<End>(
  deps: ActivityDeps,
  input: WaitInput,
  { action, call, ref, stopOn }: { action: AnyAction; call: Call; ref: JsonObject; stopOn: StopOn },
  wait: (call: Call) => Promise<End>,
): Promise<End> {
  const over = new AbortController();
  const both = { ...call, signal: AbortSignal.any([call.signal, over.signal]) };
  const waiting = wait(both).finally(() => over.abort());
  const looking = stopWhenNotWell(deps, input, stopOn, both, () => action.stop?.(action.with(call), ref) ?? Promise.resolve());
  try {
    return await Promise.race([waiting, looking.then(() => waiting)]);
  } finally {
    over.abort();
    await Promise.allSettled([waiting, looking]);
  }
}

/** Ends when it has stopped what runs, or when that has ended. Rejects where the ledger cannot be written: the whole wait is asked again. */
async function stopWhenNotWell(
  deps: ActivityDeps,
  input: WaitInput,
  stopOn: StopOn,
  call: Call,
  stop: () => Promise<void>,
): Promise<void> {
  const over = new Promise<void>((resolve) => call.signal.addEventListener('abort', () => resolve(), { once: true }));
  if (await stoppedBefore(deps, input)) return;
  while (!call.signal.aborted) {
    call.heartbeat();
    const found = await look(deps, stopOn, call);
    // What has ended meanwhile is not stopped any more.
    if (call.signal.aborted) return;
    if ('unknown' in found) await record(deps, input, 'info', blind(stopOn, found.unknown), 'stopOn.unknown', {});
    else if (!found.ok && (await stopped(deps, input, `stopped: ${words(stopOn, found.says)}`, stop))) return;
    await Promise.race([call.sleep(call.pace.pollMs), over]).catch(() => undefined);
  }
}

/** A stop that the vendor did not take is asked for again at the next look; it is idempotent. */
async function stopped(deps: ActivityDeps, input: WaitInput, says: string, stop: () => Promise<void>): Promise<boolean> {
  try {
    await stop();
  } catch (error) {
    if (!isVendorFailure(error)) throw error;
    await record(
      deps,
      input,
      'info',
      `should be ${says}; the stop was not taken, and is asked for again: ${error.message}`,
      'stopOn.untaken',
      {},
    );
    return false;
  }
  await record(deps, input, 'info', says, stoppedOnce, {});
  return true;
}

/** Cannot tell is not "not well": what runs half-way is rarely better than what runs to its end. */
async function look(
  deps: ActivityDeps,
  { check: id, params, target }: StopOn,
  call: Call,
): Promise<{ ok: boolean; says: string } | { unknown: string }> {
  const check = deps.registry.checks.get(id);
  if (!check) return { unknown: `no integration offers ${id}` };
  // The role that acts: whoever waits for an effect may become no other.
  const there = { ...call, place: placeFor(deps.rules(), target, 'act'), pace: paceOf(deps.rules()) };
  try {
    return await check.read(check.with(there), check.params.parse(params), target);
  } catch (error) {
    return { unknown: isVendorFailure(error) ? error.message : `${id} failed` };
  }
}

/** `alarm checkout-errors: alarm ALARM since 03:14:20Z`. */
const words = ({ check, params }: StopOn, says: string): string => {
  const named = Object.values(params)
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join(', ');
  return named === '' ? `${check}: ${says}` : `${check} of ${named}: ${says}`;
};

const blind = (stopOn: StopOn, because: string): string =>
  `it goes on unwatched: what it is to be stopped on cannot be told (${words(stopOn, because)}); it is looked at again`;
