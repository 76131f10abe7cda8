import { ApplicationFailure, Context } from '@temporalio/activity';
import type { JsonObject } from '../../domain/json.js';
import { type Decision, type Plan, planIn } from '../../domain/plan.js';
import { targetWords } from '../../domain/plan-words.js';
import type { Ending } from '../../domain/story.js';
import { clock } from '../../domain/words.js';
import { lastGuards } from '../../decide/explain.js';
import type { ActivityDeps } from '../deps.js';
import { storedDecision } from '../stored.js';
import { isVendorFailure } from '../shell.js';
import { closeOpenEffects } from './open-effects.js';
import { type Approvers, approversNow } from '../situation/approvers.js';
import { permitsOf } from '../situation/attempt.js';
import { readIncident } from '../situation/read.js';
import { labelledAtOnce } from '../label/at-once.js';
import type { About, AskInput, GaveBackInput, Reported, ReportInput } from '../types.js';
import { isGiveBackOf, workflowIdOf } from '../../workflows/ids.js';
import { note, resolve, wake } from './channels.js';
import { pastOf } from './past.js';
import { roomOf } from './room.js';
import { alarmWords, headlineOf, noteOf } from '../../decide/note.js';

const shortPlan = (hash: string): string => hash.slice(0, 8);

/** Endings that people on the incident need not hear about: nothing was theirs, nothing was done. */
const silent: readonly Ending['kind'][] = ['ignored', 'joined'];

/** Phase 10, and phase 11 where the ledger alone can give the label: of a run that has helped. People first, as ever. */
export async function report(deps: ActivityDeps, input: ReportInput): Promise<Reported> {
  const told = await tell(deps, input);
  if (input.labels !== true || input.ending.kind !== 'remediated') return told;
  // What cannot be written now is left to the run beside it; people have been told, and are not told again for it.
  return (await labelledAtOnce(deps, input).catch(() => false)) ? { ...told, labelled: true } : told;
}

/** The ledger first, so that the target is free and the outcome stands even while a channel is away. */
async function tell(deps: ActivityDeps, input: ReportInput): Promise<Reported> {
  const { incident, ending, story } = input;
  try {
    await settle(deps, input);
  } catch (error) {
    // People first, where the ledger is away: they must not wait for it.
    if (ending.page && !(error instanceof ApplicationFailure))
      await wake(deps, input, 'report', headlineOf({ decision: undefined, ending, story, link: '' }));
    throw error;
  }
  if (silent.includes(ending.kind)) return { says: ending.says };
  const decision = await storedDecision(deps, input.incident);
  const verdicts = lastGuards(await deps.ledger.timeline(input.incident));
  const past = await pastOf(deps, planIn(decision));
  const text = noteOf({ decision, ending, story, verdicts, past, link: deps.linkTo(input.incident) });
  const told: string[] = [];
  // People first, then the paper: whoever is woken finds the note a moment later.
  if (ending.page) await wake(deps, input, 'report', text.split('\n')[0] ?? ending.says);
  told.push(...(await note(deps, input, 'report', text)));
  // The question stands no longer: whoever opens the incident later must not answer it.
  if (await wasAsked(deps, input)) await note(deps, input, 'approval', answered(input));
  if (ending.kind === 'remediated' && wantsResolve(decision))
    told.push(...((await hasHelped(deps, incident)) ? await resolve(deps, input, alertCounts(decision, input)) : [unproven]));
  const says = told.join(', ');
  await deps.ledger.record({
    incident: input.incident,
    phase: 'report',
    state: 'ok',
    says,
    once: 'report',
    data: { text, ...roomOf(deps, decision) },
  });
  return { says };
}

const wasAsked = async (deps: ActivityDeps, { incident }: ReportInput): Promise<boolean> =>
  (await deps.ledger.timeline(incident)).some(({ once }) => once?.startsWith('ask.') === true);

const answered = ({ story, ending }: ReportInput): string =>
  `OpsSentinel: no word is wanted any more. ${story.approvals.length > 0 ? `It was ${story.approvals.join(', ')}` : ending.says}.`;

const wantsResolve = (decision: Decision | undefined): boolean => planIn(decision)?.report.resolve === 'whenVerified';

const unproven = 'not resolved: the ledger knows of no effect that helped';

/** By the ledger, not by the caller's word: whoever reaches Temporal must not be able to quieten an incident that goes on. */
async function hasHelped(deps: ActivityDeps, incident: string): Promise<boolean> {
  return (await permitsOf(deps, incident)).some(({ verified }) => verified === true);
}

/** Whether the step that helped was verified by the alert itself. */
function alertCounts(decision: Decision | undefined, { story }: ReportInput): boolean {
  const helped = story.steps.at(-1)?.index ?? 0;
  return planIn(decision)?.steps[helped]?.verify.alertCleared === true;
}

/** Temporal's word on which run calls, not the caller's: two of one id are never open at once. */
const caller = (): string => Context.current().info.workflowExecution?.workflowId ?? '';

async function settle(deps: ActivityDeps, { incident, ending, story }: ReportInput): Promise<void> {
  if (caller() !== workflowIdOf(incident))
    throw ApplicationFailure.nonRetryable(`how ${incident} ended, its own run says and nobody else`, 'refused');
  await closeOpenEffects(deps, incident);
  await deps.ledger.releaseTarget(incident, true);
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
    data: { kind: ending.kind, effects: story.effects, ending: { ...ending }, story: story as unknown as JsonObject },
  });
}

/** After the incident: nobody is woken for what was lent, whatever became of it; the note and the timeline tell. */
export async function gaveBack(deps: ActivityDeps, input: GaveBackInput): Promise<void> {
  const { incident, says, done, target } = input;
  if (target !== undefined && isGiveBackOf(incident, caller())) await closeOpenEffects(deps, incident, target);
  // What is lent on several targets is given back by a run for each, at the same time: none of them ends another's.
  await deps.ledger.releaseTarget(incident, false, target);
  const headline = done ? 'nothing for you to do' : 'something was left behind';
  const text = `OpsSentinel: ${headline}. ${says}.\nMore    ${deps.linkTo(incident)}`;
  const decision = await storedDecision(deps, incident);
  const room = roomOf(deps, decision);
  const data = room.slack === undefined ? {} : { data: { text, ...room } };
  const which = placeOf(planIn(decision), target);
  await deps.ledger.record({ incident, phase: 'undo', state: done ? 'ok' : 'refused', says, once: `gaveBack${which}`, ...data });
  await note(deps, input, `giveBack${which}`, text);
}

/** ` 2 of 3`: of several targets each is told by itself, for what was left on one stands also where the next was given back. */
function placeOf(plan: Plan | undefined, target: string | undefined): string {
  const each = plan?.rollout?.each ?? [];
  const at = each.findIndex((one) => one.target.id === target);
  return at < 0 ? '' : ` ${at + 1} of ${each.length}`;
}

/** Whoever could decide at the moment of asking: told and written down. Where the rota cannot be read people are asked all the same. */
async function couldDecide(deps: ActivityDeps, about: About, team: string): Promise<Approvers | undefined> {
  try {
    return await approversNow(deps, about, (await readIncident(deps, about)).incident, team);
  } catch (error) {
    if (isVendorFailure(error)) return undefined;
    throw error;
  }
}

/** Asks the people on call for their word, with the exact commands. The reminder wakes nobody anew; it edits the note. */
export async function ask(deps: ActivityDeps, input: AskInput): Promise<void> {
  const { incident, planHash, because, expiresAt, reminder } = input;
  const short = shortPlan(planHash);
  const shown = incident.slice(incident.indexOf(':') + 1);
  const decision = await storedDecision(deps, incident);
  const plan = planIn(decision);
  const who = plan && (await couldDecide(deps, input, plan.team));
  const past = await pastOf(deps, plan);
  const does = plan?.steps.map((step) => `${step.runbook} (${step.says})`).join(', then ') ?? 'the plan';
  const text = [
    `OpsSentinel: YOUR WORD IS WANTED${reminder ? ' (reminder)' : ''}. ${does} on ${plan ? targetWords(plan) : 'its target'}.`,
    `Why     ${decision ? `${alarmWords(decision)}; ${decision.witness.says}; ` : ''}${because}`,
    ...(past === undefined ? [] : [`Past    ${past}`]),
    ...(who === undefined ? [] : [`Who     ${who.says}`]),
    `Plan    ${short}, waits until ${clock(expiresAt)}; then it pages and never runs`,
    `Do      opssentinel approve ${shown} --plan ${short}`,
    `        opssentinel reject ${shown} --plan ${short} --reason "…"`,
    `More    ${deps.linkTo(incident)}`,
  ].join('\n');
  const room = roomOf(deps, decision);
  await deps.ledger.putIncident({ id: incident, remediation: 'waiting for approval' });
  await deps.ledger.record({
    incident,
    phase: 'approval',
    state: 'waiting',
    says: `${reminder ? 'reminder: ' : ''}waits for ${plan?.approval.count ?? 1} of the people on call until ${clock(expiresAt)}, then pages and never runs: ${because}`,
    once: `ask.${planHash}.${reminder ? 'reminder' : 'first'}`,
    data: {
      planHash,
      expiresAt,
      ...(who === undefined ? {} : { approvers: [...who.names] }),
      ...(room.slack === undefined ? {} : { text, ...room }),
    },
  });
  await wake(deps, input, 'approval', text.split('\n')[0] ?? 'Your word is wanted');
  await note(deps, input, 'approval', text);
}
