import { type Adoption, type EffectStart, mayRearm } from '../../domain/effect.js';
import type { Permit } from '../../domain/permit.js';
import type { PlanStep } from '../../domain/plan.js';
import type { ConsumptionRequest } from '../../ledger/port.js';
import type { Steps } from './clock.js';
import { note } from './deciding.js';
import { moment, type Run, type Stage, type Worker } from './stage.js';
import { minute } from './world.js';

// What the workers of the queue `effect` do: consume, then one call; wait; read back.

/** One effect to carry out. */
export interface Task {
  run: Run;
  step: PlanStep;
  permit: Permit;
  undoes: boolean;
}

export function* start(stage: Stage, worker: Worker, task: Task): Steps<EffectStart | 'ambiguous'> {
  const { ledger, random, world } = stage;
  const { run, permit, step } = task;
  yield* stalling(stage, worker, 10 * minute);
  if (stage.outOfBand.engaged) {
    if (ledger.row(permit.attemptKey)?.consumedAt !== undefined) return { started: false, because: 'stopped', retryable: true };
    return declined(stage, task, 'stopped');
  }
  const consumption = ledger.consume(shown(run, permit));
  if (!consumption.consumed) {
    stage.count(`a permit is ${consumption.because}`);
    if (consumption.because === 'consumed before') return { started: false, because: consumption.because, retryable: true };
    const answer = declined(stage, task, consumption.because);
    return consumption.because === 'expired' ? { ...answer, ranOut: true } : answer;
  }
  stage.tell(`${run.id} ${permit.attemptKey.slice(0, 8)} consumed by ${worker.name}`);
  // A worker that stands still for longer just here, and wakes, is known to no ledger: see the readme of this folder.
  yield* stalling(stage, worker, 1_400);
  if (worker.now() > Date.parse(consumption.permit.startBy)) return givenUp(stage, task, 'it is too late to begin');
  const fate = random.next();
  if (fate < 0.04) return givenUp(stage, task, 'refused by the vendor');
  if (fate < 0.08) return mayRearm(step.idempotency) ? retryable : givenUp(stage, task, 'throttled');
  if (fate < 0.12) return 'ambiguous';
  const { idempotency } = step;
  stage.tell(`${run.id} ${permit.attemptKey.slice(0, 8)} ACTS on ${run.happening.thing.name} (${step.action})`);
  stage.count(task.undoes ? 'an effect is put back' : 'an effect');
  world.act({
    key: permit.attemptKey,
    operation: permit.action,
    target: permit.targetId,
    idempotency,
    heals: !task.undoes && random.chance(0.6),
  });
  yield* stalling(stage, worker, 4 * minute);
  if (fate < 0.2) return 'ambiguous';
  ledger.effectStarted(permit.attemptKey);
  told(stage, task, 'info', 'started');
  return { started: true, ref: {}, says: 'started' };
}

const retryable: EffectStart = { started: false, because: 'throttled', retryable: true };

/** A worker that is stopped in its tracks goes on later as if nothing had been. */
function* stalling(stage: Stage, worker: Worker, atMost: number): Steps {
  yield* moment(stage);
  if (!stage.random.chance(0.03)) return;
  stage.count('a worker stalls');
  stage.tell(`${worker.name} stalls`);
  yield* moment(stage, atMost);
}

export const shown = ({ id: incident }: Run, permit: Permit): ConsumptionRequest => {
  const { attemptKey, planHash, paramsHash, ruleHash, runbookHash } = permit;
  return { incident, attemptKey, planHash, paramsHash, ruleHash, runbookHash };
};

function declined(stage: Stage, task: Task, because: string): EffectStart & { started: false } {
  told(stage, task, 'refused', `declined.${because}`);
  return { started: false, because, retryable: false };
}

function givenUp(stage: Stage, task: Task, because: string): EffectStart {
  stage.ledger.effectEnded(task.permit.attemptKey, 'not-done');
  return declined(stage, task, because);
}

/** Sees an effect to its end. The ledger's first word on it stands. */
export function* wait(stage: Stage, task: Task): Steps<'succeeded' | 'failed' | 'unknown'> {
  const { ledger, random, clock } = stage;
  const { attemptKey } = task.permit;
  const known = ledger.row(attemptKey)?.status;
  if (known !== undefined) return known === 'succeeded' || known === 'failed' ? known : 'unknown';
  yield { until: clock.now() + random.int(1_000, 60_000) };
  const fate = random.next();
  const status = fate < 0.85 ? 'succeeded' : fate < 0.96 ? 'failed' : 'unknown';
  ledger.effectEnded(attemptKey, status);
  told(stage, task, status === 'succeeded' ? 'ok' : status, 'ended');
  return status;
}

/** Three reads over thirty seconds. Only a proven absence, in a class that carries its key, arms the permit again. */
export function* adopt(stage: Stage, task: Task): Steps<Adoption & { rearmed: boolean }> {
  const { ledger, world, clock } = stage;
  const { permit, step } = task;
  if (ledger.row(permit.attemptKey)?.consumedAt === undefined) return doubtful(stage, task);
  for (let read = 0; read < 3; read++) {
    if (read > 0) yield { until: clock.now() + 15_000 };
    if (world.isListed(permit.attemptKey)) {
      ledger.effectStarted(permit.attemptKey);
      told(stage, task, 'info', 'adopted');
      stage.count('an effect is adopted');
      return { found: true, ref: {}, rearmed: false };
    }
  }
  const rearmed = mayRearm(step.idempotency) && ledger.rearm(permit.attemptKey);
  if (!rearmed) return doubtful(stage, task);
  stage.count('a permit is armed again');
  stage.tell(`${task.run.id} ${permit.attemptKey.slice(0, 8)} armed again`);
  return { found: false, certain: true, rearmed };
}

function doubtful(stage: Stage, task: Task): Adoption & { rearmed: boolean } {
  stage.ledger.effectEnded(task.permit.attemptKey, 'unknown');
  told(stage, task, 'unknown', 'unknown');
  stage.count('an effect is unknown');
  return { found: false, certain: false, rearmed: false };
}

const told = (stage: Stage, { run, permit, undoes }: Task, state: Parameters<typeof note>[3], once: string): void =>
  note(stage, run, undoes ? 'undo' : 'execute', state, `execute.${permit.attemptKey}.${once}`, { attemptKey: permit.attemptKey });
