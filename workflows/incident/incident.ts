import { allHandlersFinished, ApplicationFailure, CancellationScope, condition, patched } from '@temporalio/workflow';
import type { Decided } from '../../activities/types.js';
import type { Decision } from '../../domain/plan.js';
import type { Ending, Story } from '../../domain/story.js';
import { incidentId } from '../ids.js';
import type { IncidentInput } from '../messages.js';
import { decide, report, shadow } from './activities.js';
import { approved } from './approval.js';
import { reason } from './execution.js';
import { openInbox } from './inbox.js';
import { labelLater } from './label-later.js';
import { climb } from './ladder.js';
import { rollOut } from './rollout.js';
import { end, interrupted, type PlannedRun, type Run } from './run.js';
import { setAttributes, show, shownAtStart } from './shown.js';

/** What the run answers when it has ended. */
export interface IncidentResult {
  outcome: Ending['kind'];
  says: string;
  effects: number;
}

/**
 * One incident from its first event to its outcome. Interprets a plan; knows no vendor; ends in words, never silently:
 * where nobody could be told, the run itself ends as failed (`NotTold`), with its outcome in the details.
 */
export async function incident(input: IncidentInput): Promise<IncidentResult> {
  const delivery = opening(input);
  const shown = shownAtStart();
  const inbox = openInbox(delivery, () => shown.status);
  const story: Story = { steps: [], approvals: [], effects: 0 };
  const about = { incident: incidentId(delivery.ref), ref: delivery.ref, trust: delivery.trust };
  const run: Run = { about, delivery, inbox, shown, story };

  setAttributes({ state: 'deciding', source: delivery.ref.source, incident: delivery.ref.externalId });
  const ending = await endingOf(run, delivery).catch((error: unknown) => failed(error));
  inbox.closed = `the run has ended: ${ending.says}`;
  show(shown, { phase: ending.kind, says: ending.says });
  setAttributes({ outcome: ending.kind });
  const result: IncidentResult = { outcome: ending.kind, says: ending.says, effects: story.effects };
  // A cancelled run still says how it ended.
  await CancellationScope.nonCancellable(async () => {
    const told = await report({ ...about, ending, story, labels: run.planned !== undefined }).catch(reason);
    const untold = typeof told === 'string' ? told : undefined;
    // Runs that began before this have had no such answer, and begin theirs on replay as they did.
    const labelled = typeof told === 'object' && told.labelled === true;
    if (run.planned && !labelled) await labelLater(run, run.planned);
    await condition(allHandlersFinished);
    if (untold !== undefined)
      throw ApplicationFailure.nonRetryable(
        `${ending.kind}: ${ending.says}; and nobody could be told: ${untold}`,
        'NotTold',
        result,
      );
  });
  return result;
}

/** Whoever reaches Temporal can start this with anything: what is no delivery ends at once, instead of failing its task for ever. */
function opening(input: Partial<IncidentInput> | undefined): IncidentInput['delivery'] {
  const delivery: Partial<IncidentInput['delivery']> | undefined = input?.delivery;
  const ref: Partial<IncidentInput['delivery']['ref']> | undefined = delivery?.ref;
  const said = [ref?.source, ref?.externalId, ref?.generation, delivery?.eventId, delivery?.kind];
  if (delivery && said.every((text) => typeof text === 'string' && text !== '')) return delivery as IncidentInput['delivery'];
  throw ApplicationFailure.nonRetryable('A run is started with a delivery: {"delivery": {"ref": …}}', 'NoDelivery');
}

/** A bug or an outage of what we need: people are paged, and the reason is told. Cancelling ends so as well. */
const failed = (error: unknown): Ending => ({ kind: 'escalated', says: `it could not go on: ${reason(error)}`, page: true });

async function endingOf(run: Run, delivery: IncidentInput['delivery']): Promise<Ending> {
  const decided: Decided = await decide({ ...run.about, delivery });
  if (decided.kind === 'over') return { kind: decided.outcome, says: decided.says, page: false };
  return concluded(run, decided.decision);
}

async function concluded(run: Run, decision: Decision): Promise<Ending> {
  if (decision.concluded === 'nothing') return { kind: 'ignored', says: decision.because, page: false };
  if (decision.concluded === 'refuse') return { kind: 'escalated', says: decision.because, page: true };
  const { plan } = decision;
  setAttributes({
    service: decision.incident.service.id,
    target: plan.target.name,
    rule: plan.rule.name,
    environment: plan.environment,
    mode: plan.mode,
  });
  run.planned = plan;
  if (decision.concluded === 'observe') return observed({ ...run, plan }, decision);
  return carriedOut({ ...run, plan }, decision);
}

async function carriedOut(run: PlannedRun, decision: Decision): Promise<Ending> {
  await holdDown(run, decision);
  const stop = interrupted(run, run.plan);
  if (stop) return stop.ending;
  if (decision.concluded === 'ask') {
    const word = await approved(run, 0, run.plan.modeBecause ?? `mode ${run.plan.mode} in ${run.plan.environment}`);
    if (!word.go) return word.ending;
  }
  const climbed = await (run.plan.rollout ? rollOut(run) : climb(run));
  return climbed.go ? end('escalated', 'the ladder ended without a word', true).ending : climbed.ending;
}

/** Nothing is done; what the guards would have said, once it had fired for long enough, is kept for whoever judges the rule. */
async function observed(run: PlannedRun, decision: Decision): Promise<Ending> {
  const would = `would have run ${run.plan.steps[0]?.runbook ?? 'nothing'}`;
  if (!patched('observe-asks-guards')) return { kind: 'observed', says: would, page: false };
  await holdDown(run, decision);
  if (run.inbox.resolved) return { kind: 'observed', says: `${would}, but it was resolved before that`, page: false };
  // Without the guards' word the rest is still worth telling.
  const told = await shadow({ ...run.about, planHash: run.plan.hash, step: 0 }).catch(() => undefined);
  if (told) run.story.guards = told.says;
  return { kind: 'observed', says: would, page: false };
}

/** Waits until the alert has been firing for as long as the rule wants; admission checks it again with the witness. */
async function holdDown(run: PlannedRun, decision: Decision): Promise<void> {
  const since = Date.parse(decision.witness.since ?? decision.alert.startedAt);
  // Never longer than the rule wants, whatever the alert says of when it began.
  const ms = Math.min(since + run.plan.limits.firingForMs - Date.now(), run.plan.limits.firingForMs);
  if (!(ms > 0)) return;
  show(run.shown, {
    phase: 'holding',
    says: 'only what goes on firing is acted on',
    until: new Date(Date.now() + ms).toISOString(),
  });
  await condition(() => interrupted(run, run.plan) !== undefined, ms, { summary: 'firing long enough?' });
}
