import { clearedByItself, peopleTookMs } from './people.js';
import type { Played } from './play.js';

/** What one rule would have come to. */
export interface RuleSummary {
  rule: string;
  /** Where it has observed for so long that somebody has to decide about it; `*`: everywhere. */
  expired?: readonly string[];
  /** It was the one to decide, or one of several that matched and kept each other from it. */
  matched: number;
  /** Every guard was asked, knew, and let it act by itself, ask, or say what it would have done. */
  act: number;
  ask: number;
  observe: number;
  /** No guard that could tell refused, and some could not tell: it acted or asked so often at most. */
  notKnown: number;
  refused: { by: string; count: number }[];
  conflicts: number;
  /** Middle of what people took for those that they took. Milliseconds. */
  peopleTookMs?: number;
  /** How many that is of. */
  peopleTook: number;
  clearedByItself: number;
}

/** Alerts that no rule matches, by name and service. */
export interface Uncovered {
  alert: string;
  service: string;
  count: number;
  /** The latest of them: what a rule can be made from. */
  example: string;
  clearedByItself: number;
  endedByPeople: number;
  peopleTookMs?: number;
}

export interface Summary {
  incidents: number;
  /** ISO 8601, UTC; absent where there is no incident. */
  first?: string;
  last?: string;
  /** From which tools the alerts came. */
  cameFrom: { tool: string; count: number }[];
  rules: RuleSummary[];
  /** What a rule matches that was not told before, and that is not left to rules which have observed for too long. */
  covered: number;
  /** What is left to those. */
  expired: number;
  /** Of those that are covered: together, and how many cleared by themselves within 5 minutes. Milliseconds. */
  peopleMs: number;
  coveredClearedByItself: number;
  joined: number;
  /** Rules that match the same alerts. */
  overlaps: { rules: string[]; count: number; example: string }[];
  uncovered: Uncovered[];
  /** Guards that could not tell, with what they would have to know, and for how many incidents. */
  notKnown: { guard: string; needs: string[]; count: number }[];
  unreadable: number;
}

/** Rules that have observed for too long, and where; `*`: everywhere. */
export type Expired = ReadonlyMap<string, readonly string[]>;

export interface About {
  /** All that there are, so that one that never matched is told too. */
  rules: readonly string[];
  unreadable?: number;
  expired?: Expired;
}

export function summarise(played: readonly Played[], { rules, unreadable = 0, expired = new Map() }: About): Summary {
  const matched = played.filter((one) => one.matched.length > 0 && one.outcome !== 'joined');
  const covered = matched.filter((one) => !leftToExpired(one, expired));
  const sorted = played.map(({ at }) => at).sort();
  const [first, last] = [sorted[0], sorted.at(-1)];
  return {
    incidents: played.length,
    ...(first === undefined || last === undefined ? {} : { first, last }),
    cameFrom: counts(played.map(({ tool }) => tool)).map(([tool, count]) => ({ tool, count })),
    rules: [...rules].sort().map((rule) => ({ ...summaryOf(rule, matched), ...whereExpired(rule, expired) })),
    covered: covered.length,
    expired: matched.length - covered.length,
    peopleMs: covered.reduce((sum, { people }) => sum + (peopleTookMs(people) ?? 0), 0),
    coveredClearedByItself: covered.filter(({ people }) => clearedByItself(people)).length,
    joined: played.filter(({ outcome }) => outcome === 'joined').length,
    overlaps: overlapsOf(matched),
    uncovered: uncoveredOf(played),
    notKnown: notKnownOf(played),
    unreadable,
  };
}

/** Of one that was refused before it had a plan the environment is not known: it is left to its rule where that observes everywhere. */
function leftToExpired({ rule, environment, mode = 'observe' }: Played, expired: Expired): boolean {
  const where = expired.get(rule ?? '') ?? [];
  return mode === 'observe' && where.some((one) => one === '*' || one === environment);
}

function whereExpired(rule: string, expired: Expired): Pick<RuleSummary, 'expired'> {
  const where = expired.get(rule);
  return where === undefined ? {} : { expired: where };
}

function summaryOf(rule: string, matched: readonly Played[]): RuleSummary {
  const own = matched.filter((one) => (one.rule === undefined ? one.matched.includes(rule) : one.rule === rule));
  const told = (outcome: Played['outcome']): number =>
    own.filter((one) => one.outcome === outcome && one.notKnown.length === 0).length;
  const refused = own.filter(({ outcome }) => outcome === 'refused').map(({ refusedBy }) => refusedBy?.by ?? '');
  const took = own.flatMap(({ people }) => peopleTookMs(people) ?? []);
  const middle = median(took);
  return {
    rule,
    matched: own.length,
    act: told('act'),
    ask: told('ask'),
    observe: told('observe'),
    notKnown: own.filter(couldAct).filter(({ notKnown }) => notKnown.length > 0).length,
    refused: counts(refused).map(([by, count]) => ({ by, count })),
    conflicts: own.filter(({ outcome }) => outcome === 'conflict').length,
    ...(middle === undefined ? {} : { peopleTookMs: middle }),
    peopleTook: took.length,
    clearedByItself: own.filter(({ people }) => clearedByItself(people)).length,
  };
}

export const couldAct = ({ outcome }: Pick<Played, 'outcome'>): boolean => ['act', 'ask', 'observe'].includes(outcome);

function overlapsOf(all: readonly Played[]): Summary['overlaps'] {
  const several = all.filter(({ matched }) => matched.length > 1);
  return counts(several.map(({ matched }) => matched.join(' '))).map(([key, count]) => ({
    rules: key.split(' '),
    count,
    example: several.find(({ matched }) => matched.join(' ') === key)?.id ?? '',
  }));
}

function uncoveredOf(played: readonly Played[]): Uncovered[] {
  const groups = new Map<string, Played[]>();
  for (const one of played) {
    if (one.outcome !== 'nothing') continue;
    const key = JSON.stringify([nameless(one.alert), one.service.id]);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups]
    .map(([key, group]): [string, Uncovered] => {
      const latest = group.at(-1) as Played;
      const middle = median(group.flatMap(({ people }) => peopleTookMs(people) ?? []));
      return [
        key,
        {
          alert: latest.alert,
          service: latest.service.name,
          count: group.length,
          example: latest.id,
          clearedByItself: group.filter(({ people }) => clearedByItself(people)).length,
          endedByPeople: group.filter(({ people }) => people.endedBy === 'person').length,
          ...(middle === undefined ? {} : { peopleTookMs: middle }),
        },
      ];
    })
    .sort(([keyA, a], [keyB, b]) => b.count - a.count || (keyA < keyB ? -1 : 1))
    .map(([, one]) => one);
}

/** Alerts that differ in a number alone, as of a host or a ticket, are one group. */
const nameless = (alert: string): string => alert.replace(/\b[0-9a-f]{8,}\b|\d+/gi, '#');

function notKnownOf(played: readonly Played[]): Summary['notKnown'] {
  const open = played.filter(couldAct).flatMap(({ notKnown }) => notKnown);
  return counts(open.map(({ guard }) => guard)).map(([guard, count]) => ({
    guard,
    count,
    needs: [...new Set(open.filter((one) => one.guard === guard).flatMap(({ needs }) => needs))].sort(),
  }));
}

/** Most frequent first; equals by their names. */
function counts(items: readonly string[]): [string, number][] {
  const found = new Map<string, number>();
  for (const item of items) found.set(item, (found.get(item) ?? 0) + 1);
  return [...found].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
}

export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - (sorted.length % 2 === 0 ? 1 : 0)], sorted[middle]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
