import type { Decision } from '../../domain/plan.js';
import type { Ending } from '../../domain/story.js';
import type { ActivityDeps } from '../deps.js';
import type { AskInput, ReportInput } from '../types.js';
import { note, resolve, wake } from './channels.js';
import { noteOf } from './note.js';

const shortPlan = (hash: string): string => hash.slice(0, 8);

/** Endings that people on the incident need not hear about: nothing was theirs, nothing was done. */
const silent: readonly Ending['kind'][] = ['ignored', 'joined'];

/** Phase 10. The ledger first, so that the target is free and the outcome stands even while a channel is away. */
export async function report(deps: ActivityDeps, input: ReportInput): Promise<{ says: string }> {
  const { ending, story } = input;
  await settle(deps, input);
  if (silent.includes(ending.kind)) return { says: ending.says };
  const decision = (await deps.ledger.decision(input.incident)) as unknown as Decision | undefined;
  const text = noteOf({ decision, ending, story, link: deps.linkTo(input.incident) });
  const told: string[] = [];
  // People first, then the paper: whoever is woken finds the note a moment later.
  if (ending.page) await wake(deps, input, 'report', text.split('\n')[0] ?? ending.says);
  told.push(...(await note(deps, input, 'report', text)));
  if (ending.kind === 'remediated' && wantsResolve(decision)) told.push(...(await resolve(deps, input)));
  const says = told.join(', ');
  await deps.ledger.record({ incident: input.incident, phase: 'report', state: 'ok', says, once: 'report', data: { text } });
  return { says };
}

const wantsResolve = (decision: Decision | undefined): boolean =>
  decision !== undefined && 'plan' in decision && decision.plan.report.resolve === 'whenVerified';

async function settle(deps: ActivityDeps, { incident, ending, story }: ReportInput): Promise<void> {
  await deps.ledger.releaseTarget(incident);
  await deps.ledger.putIncident({
    id: incident,
    remediation: ending.kind,
    outcome: ending.kind,
    effects: story.effects,
    endedAt: new Date(deps.now()).toISOString(),
  });
  await deps.ledger.record({
    incident,
    phase: 'outcome',
    state: ending.kind === 'escalated' ? 'failed' : 'ok',
    says: `${ending.kind}: ${ending.says}`,
    once: 'outcome',
    data: { kind: ending.kind, effects: story.effects },
  });
}

/** Asks the people on call for their word, with the exact commands. The reminder wakes nobody anew; it edits the note. */
export async function ask(deps: ActivityDeps, input: AskInput): Promise<void> {
  const { incident, planHash, because, expiresAt, reminder } = input;
  const short = shortPlan(planHash);
  const decision = (await deps.ledger.decision(incident)) as unknown as Decision | undefined;
  const plan = decision && 'plan' in decision ? decision.plan : undefined;
  const does = plan?.steps.map((step) => `${step.runbook} (${step.says})`).join(', then ') ?? 'the plan';
  const text = [
    `OpsSentinel: YOUR WORD IS WANTED${reminder ? ' (reminder)' : ''}. ${does} on ${plan?.target.name ?? 'its target'}.`,
    `Why     ${because}`,
    `Plan    ${short}, waits until ${expiresAt}; then it pages and does not run`,
    `Do      opssentinel approve ${incident} --plan ${short}`,
    `        opssentinel reject ${incident} --plan ${short} --reason "…"`,
    `More    ${deps.linkTo(incident)}`,
  ].join('\n');
  await deps.ledger.putIncident({ id: incident, remediation: 'waiting for approval' });
  await deps.ledger.record({
    incident,
    phase: 'approval',
    state: 'waiting',
    says: `${reminder ? 'reminder: ' : ''}waits for ${plan?.approval.count ?? 1} of the people on call until ${expiresAt}, then pages: ${because}`,
    once: `ask.${planHash}.${reminder ? 'reminder' : 'first'}`,
    data: { planHash, expiresAt },
  });
  await wake(deps, input, 'approval', text.split('\n')[0] ?? 'Your word is wanted');
  await note(deps, input, 'approval', text);
}
