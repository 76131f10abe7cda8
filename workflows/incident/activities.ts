import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type {
  AdoptEffect,
  DecideActivities,
  StartEffect,
  StopEffect,
  TellActivities,
  WaitEffect,
} from '../../activities/types.js';
import type { Pace, PlanStep } from '../../domain/plan.js';
import { queues } from '../messages.js';

/** Errors that asking again cannot mend; the activity shells name their failures so. */
export const final = ['refused', 'forbidden', 'absent', 'conflict', 'Bug'];

const reads: ActivityOptions = {
  taskQueue: queues.decide,
  startToCloseTimeout: '20s',
  // A decision that takes longer than this is of no use: by then people have been paged by the source itself.
  scheduleToCloseTimeout: '10m',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s', nonRetryableErrorTypes: final },
};

/** One proxy per activity: what stands in the Web UI beside its name is its summary. */
const reading = (summary: string) => proxyActivities<Omit<DecideActivities, 'verify'>>({ ...reads, summary });

export const { decide } = reading('reads incident, alert and target; matches rules; makes the plan');
export const { preview } = reading('asks the guards before anybody is woken');
export const { admit } = reading('reads everything again, asks every guard, writes the permit');
export const { shadow } = reading('asks every guard what it would have said');
export const { admitUndo } = reading('reads everything again, writes the permit to put it back');
export const { closed } = reading('asks whether the incident is closed');
export const { label } = proxyActivities<Pick<DecideActivities, 'label'>>({
  ...reads,
  summary: 'once it is closed: whether the rule was right',
  // Nobody waits for it, and a vendor's history takes two questions a second: those of every step on every target stand in one line.
  startToCloseTimeout: '10m',
  scheduleToCloseTimeout: '30m',
});
export const { judgeApproval } = reading('judges a decision: who, on call, which plan');

const telling: ActivityOptions = {
  taskQueue: queues.tell,
  startToCloseTimeout: '30s',
  // People should hear of it even when the channel was away for most of a night.
  scheduleToCloseTimeout: '8h',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '1m', nonRetryableErrorTypes: final },
};

export const { ask } = proxyActivities<TellActivities>({ ...telling, summary: 'asks the people on call for their word' });
export const { gaveBack } = proxyActivities<TellActivities>({ ...telling, summary: 'tells what was given back' });
export const { labelled } = proxyActivities<TellActivities>({
  ...telling,
  summary: 'asks a person what could not be seen, or tells that the rule asks from now on',
});
export const { report } = proxyActivities<TellActivities>({ ...telling, summary: 'tells how it ended' });

/** The check's own time, plus a poll, plus two heartbeats for a worker that died. */
export function verifying(pace: Pace, withinMs: number): Pick<DecideActivities, 'verify'> {
  return proxyActivities<Pick<DecideActivities, 'verify'>>({
    taskQueue: queues.decide,
    summary: 'looks until the alert and its checks are well for long enough',
    startToCloseTimeout: withinMs + 30_000,
    scheduleToCloseTimeout: withinMs + 90_000,
    heartbeatTimeout: pace.heartbeatMs,
    retry: { initialInterval: '200ms', maximumInterval: '5s', nonRetryableErrorTypes: final },
  });
}

export interface EffectActivities {
  start: StartEffect;
  wait: WaitEffect;
  stop: StopEffect;
  adopt: AdoptEffect;
}

/** An action's three activities, found by the id that the plan names: the workflow knows no vendor. */
export function effectActivities(step: PlanStep, pace: Pace): EffectActivities {
  const base: ActivityOptions = { taskQueue: queues.effect, summary: `${step.runbook}: ${step.says}`.slice(0, 200) };
  const named = (options: ActivityOptions) =>
    proxyActivities<Record<string, unknown>>({ ...base, ...options }) as Record<string, unknown>;
  const once = named({
    // No worker of this role for so long: the permit has run out, and people must know.
    scheduleToStartTimeout: '60s',
    startToCloseTimeout: '60s',
    heartbeatTimeout: pace.heartbeatMs,
    retry: { maximumAttempts: 1 },
  });
  const waits = named({
    startToCloseTimeout: step.timeoutMs + 2 * pace.heartbeatMs,
    // The step's own time holds even when every worker that waits for it dies.
    scheduleToCloseTimeout: step.timeoutMs + 4 * pace.heartbeatMs,
    heartbeatTimeout: pace.heartbeatMs,
    retry: { initialInterval: '200ms', maximumInterval: '5s', nonRetryableErrorTypes: final },
  });
  const readsBack = named({
    startToCloseTimeout: '2m',
    scheduleToCloseTimeout: '5m',
    heartbeatTimeout: pace.heartbeatMs,
    retry: { initialInterval: '500ms', maximumInterval: '10s', maximumAttempts: 5 },
  });
  return {
    start: once[step.action] as StartEffect,
    wait: waits[`${step.action}.wait`] as WaitEffect,
    stop: readsBack[`${step.action}.stop`] as StopEffect,
    adopt: readsBack[`${step.action}.adopt`] as AdoptEffect,
  };
}
