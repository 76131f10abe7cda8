import type { GuardVerdict } from '../domain/permit.js';
import { type Decision, type Plan, planIn } from '../domain/plan.js';
import type { Ending, StepStory, Story } from '../domain/story.js';
import { clock, counted, duration, epochMs } from '../domain/words.js';

/** What a note is written from. One renderer for the note, the page and the hand-over. */
export interface Telling {
  decision: Decision | undefined;
  ending: Ending;
  story: Story;
  /** What the guards said last. */
  verdicts?: readonly GuardVerdict[];
  /** What the rule's own past says: how long it usually takes, how often there was nothing to do. */
  past?: string | undefined;
  link: string;
}

/** The note of `ux.md`: the first line is what the reader must do. */
export function noteOf({ decision, ending, story, verdicts = [], past, link }: Telling): string {
  const rows = ending.page ? handOver(decision, story, verdicts) : result(decision, ending, story);
  if (past !== undefined) rows.push(row('Past', past));
  return [headline(decision, ending, story), ...rows, row('More', link)].join('\n');
}

/** The first line alone: what a page says. */
export const headlineOf = ({ decision, ending, story }: Telling): string => headline(decision, ending, story);

/** What may have happened is never told as nothing. */
const mayHaveActed = (story: Story): boolean => story.effects > 0 || story.steps.some(({ effect }) => effect === 'unknown');

const row = (label: string, text: string): string => `${label.padEnd(8)}${text}`;

function headline(decision: Decision | undefined, ending: Ending, story: Story): string {
  const name = targetName(decision);
  if (ending.page) return `OpsSentinel: YOU ARE NEEDED. ${needed(ending, story, name)}`;
  if (ending.kind === 'remediated')
    return `OpsSentinel: nothing for you to do. ${story.steps.at(-1)?.runbook ?? 'It'} helped on ${name}${howSoon(story)}.`;
  if (ending.kind === 'observed')
    return `OpsSentinel: observing only; nothing was done. It ${ending.says}${name ? ` on ${name}` : ''}.`;
  if (ending.kind === 'stood-down') return `OpsSentinel: hands off. ${capital(ending.says)}.`;
  return `OpsSentinel: nothing was done. ${capital(ending.says)}.`;
}

function needed(ending: Ending, story: Story, name: string): string {
  if (!mayHaveActed(story)) return `Nothing was done${name ? ` on ${name}` : ''}: ${ending.says}.`;
  if (story.effects === 0) return `It may have acted${name ? ` on ${name}` : ''}: ${ending.says}.`;
  return `Tried ${counted(story.effects, 'thing')} on ${name}; ${ending.says}.`;
}

function howSoon(story: Story): string {
  const last = story.steps.at(-1);
  const since = last?.verification?.wellSince;
  return since && last.startedAt ? `; well after ${duration(epochMs(since) - epochMs(last.startedAt))}` : '';
}

function result(decision: Decision | undefined, ending: Ending, story: Story): string[] {
  const rows = why(decision);
  for (const step of story.steps) rows.push(row('Did', did(step)));
  rows.push(...undone(story));
  if (story.guards !== undefined) rows.push(row('Guards', story.guards));
  const last = story.steps.at(-1)?.verification;
  if (last) rows.push(row('Result', last.says));
  for (const words of story.approvals) rows.push(row('Word', words));
  if (ending.kind === 'remediated') rows.push(row('Left', story.steps.at(-1)?.left ?? 'nothing changed that has to be put back'));
  return rows;
}

/** What became of each step's undo. */
const undone = (story: Story): string[] =>
  story.steps.flatMap(({ runbook, undo }) =>
    undo ? [row('Undo', undo.status === 'succeeded' ? `${runbook}: put ${undo.says}` : `${runbook}: ${undo.says}`)] : [],
  );

/** The headline has said why already. */
function handOver(decision: Decision | undefined, story: Story, verdicts: readonly GuardVerdict[]): string[] {
  const rows = why(decision);
  story.steps.forEach((step, index) =>
    rows.push(row(index === 0 ? 'Tried' : '', `${index + 1} ${did(step)}; ${step.verification?.says ?? step.effectSays}`)),
  );
  rows.push(...undone(story));
  if (decision && 'place' in decision && decision.place) rows.push(row('Where', decision.place));
  for (const words of story.approvals) rows.push(row('Word', words));
  rows.push(...ruledOut(verdicts), ...notTried(verdicts), row('Left', leftBehind(story)));
  rows.push(row('Hands', `off: ${handsOff(planIn(decision), story)}`));
  return rows;
}

/** What the guards looked at and found to be no cause: the reader need not look there first. */
const telling = ['deploys', 'healthy', 'people', 'freeze'];

function ruledOut(verdicts: readonly GuardVerdict[]): string[] {
  const found = verdicts.filter(({ guard, verdict }) => verdict === 'allow' && telling.includes(guard)).map((one) => one.found);
  return found.length === 0 ? [] : [row('Ruled', `out: ${found.join('; ')}`)];
}

/** What was kept from being tried, and by what. */
const notTried = (verdicts: readonly GuardVerdict[]): string[] =>
  verdicts
    .filter(({ verdict }) => verdict === 'refuse')
    .slice(0, 1)
    .map(({ guard, found, limit }) => row('Not', `done: ${found} (${guard} ${limit})`));

/** Everything that is not as it was before. */
function leftBehind(story: Story): string {
  if (!mayHaveActed(story)) return 'nothing to put back: OpsSentinel changed nothing';
  const left = story.steps.flatMap(({ runbook, effect, undo, left: lent, target }) => {
    const what = `${runbook}${target === undefined ? '' : ` on ${target}`}`;
    if (undo?.status === 'succeeded' || effect === 'not-done') return [];
    if (effect === 'unknown') return [`${what}: it may have run`];
    return [lent ?? `${what} ran, and cannot be put back`];
  });
  return left.length === 0 ? 'nothing: what was done was put back' : left.join('; ');
}

function handsOff(plan: Plan | undefined, story: Story): string {
  const last = story.steps.at(-1)?.startedAt;
  if (!plan || last === undefined || !mayHaveActed(story)) return 'this incident is yours';
  return `${plan.target.name} is left alone until ${clock(epochMs(last) + plan.limits.cooldownMs)}, whatever alarms`;
}

function why(decision: Decision | undefined): string[] {
  if (!decision) return [];
  const rule = 'plan' in decision ? `, rule ${decision.plan.rule.name} ${decision.plan.rule.fileHash.slice(0, 7)}` : '';
  return [row('Why', `${alarmWords(decision)}${rule}; ${decision.witness.says}`)];
}

/** `alarm web-cpu-high (AWS/EC2 CPUUtilization, limit 90)`, as far as it is known. */
export function alarmWords({ alert }: Decision): string {
  const metric = [alert.namespace, alert.metric].filter(Boolean).join(' ');
  const facts = [metric, alert.threshold === undefined ? '' : `limit ${alert.threshold}`].filter(Boolean).join(', ');
  return `${metric ? 'alarm ' : ''}${alert.name}${facts ? ` (${facts})` : ''}`;
}

function did(step: StepStory): string {
  const at = step.startedAt ? ` at ${clock(step.startedAt)}` : '';
  return `${step.runbook} (${step.says})${step.target === undefined ? '' : ` on ${step.target}`}${at}: ${step.effectSays}`;
}

const targetName = (decision: Decision | undefined): string => planIn(decision)?.target.name ?? '';
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
