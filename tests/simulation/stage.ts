import type { Delivery } from '../../domain/delivery.js';
import type { ApprovalRequest } from '../../domain/approval.js';
import type { Decision } from '../../domain/plan.js';
import type { OutcomeKind } from '../../domain/outcome.js';
import type { Clock, Process, Steps } from './clock.js';
import type { ModelLedger } from './ledger.js';
import type { Random } from './random.js';
import type { Revision } from './rules.js';
import type { Happening, World } from './world.js';

/** A process that carries activities out. */
export interface Worker {
  name: string;
  /** What its clock shows. Epoch milliseconds. */
  now: () => number;
}

/** A word that came in, and what was answered. */
export interface Asked {
  request: ApprovalRequest;
  via: string;
  answered?: boolean;
}

/** One incident's run, as the workflow keeps it. */
export interface Run {
  id: string;
  happening: Happening;
  begun: Delivery['kind'];
  process?: Process;
  inbox: { resolved: boolean; heldBy?: string | undefined; takenOverBy?: string; approvals: Asked[] };
  effects: number;
  outcome?: OutcomeKind;
}

/** Everything that one seed plays with. */
export interface Stage {
  random: Random;
  clock: Clock;
  world: World;
  ledger: ModelLedger;
  workers: readonly Worker[];
  /** What is loaded now. */
  rules: { current: Revision };
  runs: Map<string, Run>;
  /** Every decision of each incident, and by which rules. The last one is what the ledger shows. */
  decisions: Map<string, { decision: Decision; by: Revision }[]>;
  /** The switch that works without the ledger. */
  outOfBand: { engaged: boolean };
  /** What people do when they are asked. */
  ask: (run: Run, planHash: string) => void;
  tell: (says: string) => void;
  /** How often what happened: a simulation in which nothing happens proves nothing. */
  count: (what: string) => void;
}

/** How long a worker that does not answer is waited for: start-to-close of a read, two heartbeats of an effect. Milliseconds. */
export const patience = { read: 20_000, effect: 10_000 } as const;

export type Answer<Result> = { value: Result } | 'lost';

/** Has one worker carry one activity out. It may die at any moment, its answer may be lost, and what it began may go on all the same. */
export function* once<Result>(
  stage: Stage,
  run: Run,
  waitMs: number,
  activity: (worker: Worker) => Steps<Result>,
): Steps<Answer<Result>> {
  const { random, clock } = stage;
  const worker = random.pick(stage.workers);
  const lost = random.chance(0.02);
  let answer: { value: Result } | undefined;
  const process = clock.spawn(activity(worker), (value) => {
    if (lost) return;
    answer = { value };
    run.process?.poke();
  });
  if (random.chance(0.03)) {
    stage.count('a worker dies');
    clock.at(clock.now() + random.int(0, 1_500), () => {
      stage.tell(`${worker.name} dies`);
      process.kill();
    });
  }
  yield { until: clock.now() + waitMs, wakes: () => answer !== undefined };
  return answer ?? 'lost';
}

/** The same, as often as it takes. */
export function* untilDone<Result>(
  stage: Stage,
  run: Run,
  activity: (worker: Worker) => Steps<Result>,
  waitMs: number = patience.read,
): Steps<Result> {
  for (;;) {
    const answer = yield* once(stage, run, waitMs, activity);
    if (answer !== 'lost') return answer.value;
  }
}

/** One call of anything takes a moment, in which all others go on. */
export function* moment({ random, clock }: Stage, atMost = 300): Steps {
  yield { until: clock.now() + random.int(2, atMost) };
}
