import { Context } from '@temporalio/activity';
import { aimedAt, type Pace, type Plan, type PlannedVerification, planIn, type PlanStep } from '../../domain/plan.js';
import type { Target } from '../../domain/target.js';
import type { CheckReading, Verification } from '../../domain/verification.js';
import { clock, duration } from '../../domain/words.js';
import { paceOf } from '../../decide/profiles.js';
import type { ActivityDeps } from '../deps.js';
import { placeFor } from '../place.js';
import { beatWith, callFor, isVendorFailure } from '../shell.js';
import { attemptOf } from '../situation/attempt.js';
import { readIncident } from '../situation/read.js';
import { witnessOf } from '../situation/witness.js';
import { storedDecision } from '../stored.js';
import type { VerifyInput } from '../types.js';
import { attemptKey } from './keys.js';
import { type Patience, patienceFor, patienceWords } from './patience.js';

/** What survives a worker's death: since when we have been looking, for how long at most, and since when all has been well. */
interface Progress {
  startedAt: number;
  patience: Patience;
  wellSince?: number;
}

/**
 * Phase 8: polls the alert's own witness and every check until all of them have been well for long enough, or it is too late.
 * "Cannot tell" is never "well". The action's own word plays no part.
 */
export async function verify(deps: ActivityDeps, input: VerifyInput): Promise<Verification> {
  const context = Context.current();
  const kept = context.info.heartbeatDetails as Partial<Progress> | undefined;
  const pace = paceOf(deps.rules());
  const { plan, step } = await planned(deps, input);
  const { target } = plan;
  const terms = step.verify;
  const startedAt = kept?.startedAt ?? deps.now();
  // Whoever was looking before, without a word on how long, went by the plan.
  const usual = { withinMs: terms.withinMs };
  const patience =
    kept?.startedAt !== undefined ? (kept.patience ?? usual) : await begin(deps, input, { plan, step, pace, startedAt });
  const progress: Progress = { ...kept, startedAt, patience };
  for (;;) {
    beatWith(progress);
    const readings = await readAll(deps, input, terms, target, pace);
    const now = deps.now();
    const well = readings.every(({ ok }) => ok);
    progress.wellSince = well ? (progress.wellSince ?? now) : undefined;
    const held = progress.wellSince === undefined ? 0 : now - progress.wellSince;
    if (well && held >= terms.forMs)
      return settle(deps, input, terms, { verified: true, readings, wellSince: progress.wellSince, patience });
    if (now - startedAt > patience.withinMs) return settle(deps, input, terms, { verified: false, readings, patience });
    await context.sleep(pace.pollMs);
  }
}

/**
 * What to look at, and by which terms, from the ledger's plan: the word decides what is put back, tried next and resolved, so the caller
 * sets neither. Nor is it given on what has not ended, where nothing could have helped yet.
 */
async function planned(deps: ActivityDeps, input: VerifyInput): Promise<{ plan: Plan; step: PlanStep }> {
  const whole = planIn(await storedDecision(deps, input.incident));
  const plan = whole && aimedAt(whole, input.target);
  const step = plan?.steps[input.step];
  if (!plan || !step || plan.hash !== input.planHash) throw new TypeError('The ledger holds no such plan of this incident');
  const attempt =
    attemptKey(deps, plan, step) === input.attemptKey ? await attemptOf(deps, input.incident, input.attemptKey) : undefined;
  if (!attempt?.consumed || (step.waits && !attempt.ended))
    throw new TypeError('No effect of this step has ended under this key');
  return { plan, step };
}

/**
 * For how long it is looked, settled once. Where that was learned it is said at once, for whoever watches, and that line holds: a worker
 * that takes over goes by it, whatever the figures have come to since.
 */
async function begin(
  deps: ActivityDeps,
  input: VerifyInput,
  { plan, step, pace, startedAt }: { plan: Plan; step: PlanStep; pace: Pace; startedAt: number },
): Promise<Patience> {
  const patience = await patienceFor(deps, plan, step, pace);
  const { learned, withinMs } = patience;
  if (learned === undefined) return patience;
  const line = await deps.ledger.record({
    incident: input.incident,
    phase: 'verify',
    state: 'waiting',
    says: `gives up after ${patienceWords(patience)} (95 of 100 within ${duration(learned.p95Ms)}): at ${clock(startedAt + withinMs)}`,
    once: `verify.begins.${input.attemptKey}`,
    data: { step: input.step, attemptKey: input.attemptKey, ...patience },
  });
  return { ...patience, ...(line.data as Partial<Patience> | undefined) };
}

async function readAll(
  deps: ActivityDeps,
  input: VerifyInput,
  terms: PlannedVerification,
  target: Target,
  pace: Pace,
): Promise<CheckReading[]> {
  const readings: CheckReading[] = [];
  if (terms.alertCleared) readings.push(await guarded('alert', () => readCleared(deps, input, pace)));
  for (const { check: id, params } of terms.checks) {
    const check = deps.registry.checks.get(id);
    if (!check) throw new TypeError(`No integration offers the check "${id}"`);
    const call = callFor(input.incident, placeFor(deps.rules(), target, 'read'), pace, deps.now);
    // As its own schema understands them, defaults included.
    readings.push(await guarded(id, () => check.read(check.with(call), check.params.parse(params), target)));
  }
  return readings;
}

/** A read that fails is an answer as well: not well, as far as anybody can tell. */
async function guarded(check: string, read: () => Promise<Omit<CheckReading, 'check'>>): Promise<CheckReading> {
  try {
    return { check, ...(await read()) };
  } catch (error) {
    if (!isVendorFailure(error)) throw error;
    return { check, ok: false, says: `cannot tell: ${error.message}` };
  }
}

/** The witness decides where there is one: a resolve that a human or a merge made repairs nothing. */
async function readCleared(deps: ActivityDeps, input: VerifyInput, pace: Pace): Promise<Omit<CheckReading, 'check'>> {
  const { incident, alert } = await readIncident(deps, input);
  const { witness } = await witnessOf(deps, input, incident, alert, pace);
  return { ok: witness.state === 'clear', says: witness.says };
}

async function settle(
  deps: ActivityDeps,
  input: VerifyInput,
  terms: PlannedVerification,
  found: { verified: boolean; readings: CheckReading[]; wellSince?: number; patience: Patience },
): Promise<Verification> {
  const lasting = found.readings.filter(({ ok }) => ok === found.verified).map(({ says }) => says);
  const says = found.verified
    ? `${lasting.join(', ')}, for ${duration(terms.forMs)}`
    : `not recovered after ${patienceWords(found.patience)}: ${lasting.join(', ')}`;
  await deps.ledger.effectVerified(input.attemptKey, found.verified, says);
  const wellSince = found.wellSince === undefined ? undefined : new Date(found.wellSince).toISOString();
  await deps.ledger.record({
    incident: input.incident,
    phase: 'verify',
    state: found.verified ? 'ok' : 'failed',
    says,
    once: `verify.${input.attemptKey}`,
    data: {
      step: input.step,
      attemptKey: input.attemptKey,
      ...(wellSince === undefined ? {} : { wellSince }),
      ...found.patience,
      readings: found.readings.map(({ check, ok, says: told }) => ({ check, ok, says: told })),
    },
  });
  return { verified: found.verified, readings: found.readings, wellSince, says };
}
