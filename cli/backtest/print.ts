import { counted, duration, listed } from '../../domain/words.js';
import { type Colours, shortened, table } from '../output.js';
import { liftedAfterMs } from './so-far.js';
import type { RuleSummary, Summary, Uncovered } from './summary.js';
import { actOrAskWords, refusedWords, tookWords } from './words.js';

const mostUncovered = 8;
const hour = 3_600_000;

/** How a rule is begun from an incident, as it is typed. */
export type Begin = (one: Uncovered) => string;
export const beginById: Begin = ({ example }) => `rules new --from ${example}`;

/** The whole table, for people. `head`: over the rules' table. */
export function summaryLines(summary: Summary, head: string, begin: Begin, colours: Colours): string[] {
  return [
    colours.bold(head),
    indented(table(summary.rules, ruleColumns)),
    `  ${coveredWords(summary)}`,
    ...expiredLines(summary),
    ...(summary.unreadable > 0 ? [`  ${counted(summary.unreadable, 'incident')} could not be understood and count nowhere`] : []),
    ...(summary.joined > 0 ? [`  ${counted(summary.joined, 'incident')} told of an alert that another one had told before`] : []),
    ...notKnownLines(summary),
    ...overlapLines(summary, colours),
    ...uncoveredLines(summary, begin, colours),
  ];
}

const indented = (text: string): string => text.replace(/^/gm, '  ');

const ruleColumns = [
  { title: 'rule', of: ({ rule, expired }: RuleSummary) => (expired === undefined ? rule : `${rule} (expired)`) },
  { title: 'matched', of: ({ matched }: RuleSummary) => String(matched) },
  { title: 'act or ask', of: actOrAskWords },
  { title: 'refused', of: refusedWords },
  { title: 'people took (median)', of: ({ peopleTookMs }: RuleSummary) => tookWords(peopleTookMs) },
  { title: 'cleared by itself < 5 min', of: ({ clearedByItself }: RuleSummary) => String(clearedByItself) },
];

function coveredWords({ covered, incidents, peopleMs, coveredClearedByItself, first, last }: Summary): string {
  const share = incidents === 0 ? 0 : Math.round((100 * covered) / incidents);
  const days =
    first === undefined || last === undefined ? 0 : Math.max(1, Math.ceil((Date.parse(last) - Date.parse(first)) / (24 * hour)));
  return `covered  ${covered} of ${incidents} (${share} %), at most ${Math.round(peopleMs / hour)} h of people's time in ${counted(days, 'day')}, ${coveredClearedByItself} of them self-cleared`;
}

/** They go on observing; nobody has decided whether they should do more. */
function expiredLines({ rules, expired }: Summary): string[] {
  const names = rules.flatMap((one) => (one.expired === undefined ? [] : [`${one.rule} in ${placesWords(one.expired)}`]));
  if (names.length === 0) return [];
  return [
    `  expired  ${listed(names)}: observed for 60 days, decide about it; ${counted(expired, 'incident')} of it not counted as covered`,
  ];
}

const placesWords = (where: readonly string[]): string => (where.includes('*') ? 'every environment' : listed(where));

/** Never left out: a guard that could not tell has allowed nothing. */
function notKnownLines({ notKnown }: Summary): string[] {
  if (notKnown.length === 0) return [];
  return [
    '',
    'NOT KNOWN WITHOUT AWS, or without having acted, so never counted as allowed: "up to" above is the most',
    indented(
      table(notKnown, [
        { title: 'guard', of: ({ guard }) => guard },
        { title: 'incidents', of: ({ count }) => String(count) },
        { title: 'it would have to know', of: ({ needs }) => needs.join('; ') },
      ]),
    ),
    `  Cooldown, budget and brake count what these rules would have done before, as if every word asked for had been given at once.`,
    `  The first step of a ladder is judged; a brake is taken as lifted by people after ${duration(liftedAfterMs)}.`,
  ];
}

function overlapLines({ overlaps }: Summary, colours: Colours): string[] {
  if (overlaps.length === 0) return [];
  return [
    '',
    colours.bold('SEVERAL RULES MATCH'),
    ...overlaps.map(({ rules, count, example }) => `  ${count} x  ${rules.join(' and ')}  (${example})`),
  ];
}

function uncoveredLines({ uncovered }: Summary, begin: Begin, colours: Colours): string[] {
  if (uncovered.length === 0) return [];
  const shown = uncovered.slice(0, mostUncovered);
  return [
    '',
    colours.bold('NOT COVERED, MOST FREQUENT'),
    indented(
      table(shown, [
        { title: 'alert', of: ({ count, alert, service }) => `${count} x  ${shortened(alert, 40)} (${shortened(service, 20)})` },
        { title: 'what people did', of: doneWords },
        { title: 'start a rule', of: (one) => (mendsItself(one) ? 'better: fix the alert' : begin(one)) },
      ]),
    ),
    ...(uncovered.length > shown.length ? [`  and ${counted(uncovered.length - shown.length, 'more kind')} of alert`] : []),
  ];
}

export const mendsItself = ({ clearedByItself, count }: Uncovered): boolean => clearedByItself * 2 >= count;

function doneWords({ clearedByItself, endedByPeople, peopleTookMs }: Uncovered): string {
  return (
    [
      ...(endedByPeople > 0 ? [`closed by people in ${endedByPeople}`] : []),
      ...(peopleTookMs === undefined ? [] : [`${tookWords(peopleTookMs)} median`]),
      ...(clearedByItself > 0 ? [`cleared by itself in ${clearedByItself}`] : []),
    ].join(', ') || 'nothing is recorded'
  );
}
