import { type Decision, planIn } from '../../domain/plan.js';
import type { Ending, StepStory, Story } from '../../domain/story.js';
import { clock, counted, duration, epochMs } from '../../domain/words.js';

/** What a note is written from. One renderer for the note, the page and the hand-over. */
export interface Telling {
  decision: Decision | undefined;
  ending: Ending;
  story: Story;
  link: string;
}

/** The note of `ux.md`: the first line is what the reader must do. */
export function noteOf({ decision, ending, story, link }: Telling): string {
  const rows = ending.page ? handOver(decision, story) : result(decision, ending, story);
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
function handOver(decision: Decision | undefined, story: Story): string[] {
  const rows = why(decision);
  story.steps.forEach((step, index) =>
    rows.push(row(index === 0 ? 'Tried' : '', `${index + 1} ${did(step)}; ${step.verification?.says ?? step.effectSays}`)),
  );
  rows.push(...undone(story));
  if (decision && 'place' in decision && decision.place) rows.push(row('Where', decision.place));
  for (const words of story.approvals) rows.push(row('Word', words));
  rows.push(
    row(
      'Left',
      mayHaveActed(story)
        ? 'OpsSentinel keeps its hands off this incident from here'
        : 'nothing to put back: OpsSentinel changed nothing',
    ),
  );
  return rows;
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
