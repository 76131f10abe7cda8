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
  const { armed } = consumption.permit;
  if (worker.now() > Date.parse(consumption.permit.startBy)) return unsent(stage, task, armed);
  const fate = random.next();
  if (fate < 0.04) return givenUp(stage, task, 'refused by the vendor', armed);
  if (fate < 0.08) return mayRearm(step.idempotency) ? retryable : givenUp(stage, task, 'throttled', armed);
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

/** Only of the use that was made of the permit: while this worker stood still, another may have opened it again and begun. */
function givenUp(stage: Stage, task: Task, because: string, armed: number): EffectStart {
  stage.ledger.effectEnded(task.permit.attemptKey, 'not-done', '', armed);
  return declined(stage, task, because);
}

/** Nothing has left: the same permit is opened again, and admission asked once more. */
function unsent(stage: Stage, task: Task, armed: number): EffectStart {
  const because = 'it is too late to begin';
  if (!stage.ledger.rearm(task.permit.attemptKey, armed)) return givenUp(stage, task, because, armed);
  stage.count('what was not sent in time is opened again');
  return { ...declined(stage, task, because), ranOut: true };
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

/**
 * Three reads over thirty seconds. Only a proven absence, in a class that carries its key, arms the permit again. One that nobody has used
 * is left as it is: it may still be used, once.
 */
export function* adopt(stage: Stage, task: Task): Steps<Adoption & { rearmed: boolean }> {
  const { ledger, world, clock } = stage;
  const { attemptKey } = task.permit;
  const row = ledger.row(attemptKey);
  const armed = row?.armed;
  if (row?.consumedAt === undefined) {
    stage.count('an unused permit is left as it is');
    return {
      found: false,
      certain: true,
      rearmed: row !== undefined && row.endedAt === undefined && row.releasedAt === undefined,
    };
  }
  if (row.status === 'not-done') return { found: false, certain: true, rearmed: false };
  // What the vendor calls it was written down: a list that lags must not deny it.
  if (row.ref !== undefined) return adopted(stage, task);
  for (let read = 0; read < 3; read++) {
    if (read > 0) yield { until: clock.now() + 15_000 };
    if (world.isListed(attemptKey)) return adopted(stage, task);
  }
  const rearmed = mayRearm(task.step.idempotency) && ledger.rearm(attemptKey, armed);
  if (!rearmed) return doubtful(stage, task, armed);
  stage.count('a permit is armed again');
  stage.tell(`${task.run.id} ${attemptKey.slice(0, 8)} armed again`);
  return { found: false, certain: true, rearmed };
}

function adopted(stage: Stage, task: Task): Adoption & { rearmed: boolean } {
  stage.ledger.effectStarted(task.permit.attemptKey);
  told(stage, task, 'info', 'adopted');
  stage.count('an effect is adopted');
  return { found: true, ref: {}, rearmed: false };
}

/** Opened again by another while this one read: what is true of that use is not its to say. */
function doubtful(stage: Stage, task: Task, armed: number | undefined): Adoption & { rearmed: boolean } {
  const { attemptKey } = task.permit;
  stage.ledger.effectEnded(attemptKey, 'unknown', '', armed);
  if (stage.ledger.row(attemptKey)?.armed === armed) told(stage, task, 'unknown', 'unknown');
  stage.count('an effect is unknown');
  return { found: false, certain: false, rearmed: false };
}

const told = (stage: Stage, { run, permit, undoes }: Task, state: Parameters<typeof note>[3], once: string): void =>
  note(stage, run, undoes ? 'undo' : 'execute', state, `execute.${permit.attemptKey}.${once}`, { attemptKey: permit.attemptKey });
