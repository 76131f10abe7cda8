import { counted } from '../../domain/words.js';
import { oneLine, shortened, table } from '../output.js';
import { couldAct, type RuleSummary } from './summary.js';
import type { Played } from './play.js';
import { actOrAskWords, outcomeWords, peopleWords, refusedWords, tookWords } from './words.js';

/** One incident that two revisions decide differently. */
export interface Decided {
  id: string;
  /** ISO 8601, UTC. */
  at: string;
  alert: string;
  before: Played;
  after: Played;
  /** `more`: it would do now what it would not have done; `less`: the other way round; `other`: it would do something else, or for another reason. */
  change: 'more' | 'less' | 'other';
}

/** Both played over the same incidents. */
export function differing(before: readonly Played[], after: readonly Played[]): Decided[] {
  const key = ({ source, id, at }: Played): string => `${source} ${id} ${at}`;
  const other = new Map(after.map((one) => [key(one), one]));
  return before.flatMap((was): Decided[] => {
    const is = other.get(key(was));
    if (!is || words(was) === words(is)) return [];
    const change = couldAct(was) === couldAct(is) ? 'other' : couldAct(is) ? 'more' : 'less';
    return [{ id: was.id, at: was.at, alert: was.alert, before: was, after: is, change }];
  });
}

/** What is compared: what comes of it, by which rule, on what; not the sentences of guards, in which times stand. */
const words = (one: Played): string =>
  JSON.stringify([
    one.outcome,
    one.rule,
    one.refusedBy?.by,
    one.target,
    one.runbook,
    one.mode,
    one.environment,
    one.notKnown.map(({ guard }) => guard),
  ]);

const mostShown = 50;
const mostInComment = 100;

export function differenceCounts(differs: readonly Decided[]): string {
  const of = (change: Decided['change']): number => differs.filter((one) => one.change === change).length;
  return `${counted(differs.length, 'incident')} decided differently: ${of('more')} would act or ask that did not, ${of('less')} no longer, ${of('other')} otherwise`;
}

/** For people. */
export function differenceLines(differs: readonly Decided[], names: { before: string; after: string }): string[] {
  if (differs.length === 0) return [`${names.after} decides every incident as ${names.before} does.`];
  const shown = differs.slice(0, mostShown);
  return [
    differenceCounts(differs),
    table(shown, [
      { title: 'incident', of: ({ id }) => id },
      { title: 'at', of: ({ at }) => at.replace('.000Z', 'Z') },
      { title: names.before, of: ({ before }) => outcomeWords(before) },
      { title: names.after, of: ({ after }) => outcomeWords(after) },
      { title: 'people', of: ({ before }) => peopleWords(before.people) },
    ]),
    ...(differs.length > shown.length ? [`and ${differs.length - shown.length} more; -o json lists all`] : []),
  ];
}

/** Text of an alert inside a table of GitHub's Markdown: it can end neither the cell nor the code, and can name nobody. */
const cell = (text: string): string => `\`${oneLine(shortened(text, 80)).replaceAll('`', "'").replaceAll('|', '\\|')}\``;
const plain = (text: string): string => oneLine(text).replace(/[|<>*_`[\]\\@#]/g, (one) => `\\${one}`);

/** The comment of a pull request: what the change would have done on recorded incidents, guards included, against what people did. */
export function differenceMarkdown(
  differs: readonly Decided[],
  names: { before: string; after: string },
  summaries: { before: readonly RuleSummary[]; after: readonly RuleSummary[] },
  note: string,
): string {
  const rows = differs
    .slice(0, mostInComment)
    .map(({ id, alert, before, after }) => [
      cell(id),
      cell(alert),
      plain(outcomeWords(before)),
      plain(outcomeWords(after)),
      plain(peopleWords(before.people)),
    ]);
  const was = new Map(summaries.before.map((one) => [one.rule, one]));
  const all = [...new Set([...was.keys(), ...summaries.after.map(({ rule }) => rule)])].sort();
  const is = new Map(summaries.after.map((one) => [one.rule, one]));
  const moved = (rule: string, of: (one: RuleSummary) => string): string => {
    const [old, now] = [was.get(rule), is.get(rule)].map((one) => (one ? of(one) : '-')) as [string, string];
    return plain(old === now ? now : `${old} → ${now}`);
  };
  const perRule = all.map((rule) => [
    cell(rule),
    moved(rule, ({ matched }) => String(matched)),
    moved(rule, actOrAskWords),
    moved(rule, refusedWords),
    moved(rule, ({ peopleTookMs }) => tookWords(peopleTookMs)),
  ]);
  const sections = [
    `### On recorded incidents: ${differs.length === 0 ? 'no difference' : differenceCounts(differs)}`,
    `${cell(names.before)} → ${cell(names.after)}. ${note}`,
    markdownTable(['rule', 'matched', 'act or ask', 'refused', 'people took (median)'], perRule),
    ...(rows.length > 0 ? [markdownTable(['incident', 'alert', 'before', 'after', 'people'], rows)] : []),
    ...(differs.length > rows.length ? [`And ${differs.length - rows.length} more.`] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

const markdownTable = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  [`| ${titles.join(' | ')} |`, `|${'---|'.repeat(titles.length)}`, ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join(
    '\n',
  );
