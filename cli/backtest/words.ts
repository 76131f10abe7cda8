import { duration } from '../../domain/words.js';
import { clearedByItself, type WithoutUs } from './people.js';
import type { Played } from './play.js';
import type { RuleSummary } from './summary.js';

/** For people, in the same words everywhere: `31 min`, `-` where nobody can tell. */
export const tookWords = (ms: number | undefined): string => (ms === undefined ? '-' : duration(Math.round(ms / 1000) * 1000));

/** `up to 29`: some guards could not tell, so it is the most. */
export function actOrAskWords({ act, ask, observe, notKnown }: RuleSummary): string {
  const certain = act + ask + observe;
  return notKnown === 0 ? String(certain) : `up to ${certain + notKnown}`;
}

export const refusedWords = ({ refused, conflicts }: RuleSummary): string =>
  [...refused.map(({ by, count }) => `${by} ${count}`), ...(conflicts > 0 ? [`overlap ${conflicts}`] : [])].join(', ') || '-';

/** What one incident would have come to: `would ask: restart-ec2-instance (not known: target, people)`. */
export function outcomeWords({ outcome, rule, runbook, refusedBy, notKnown, matched }: Played): string {
  const most = notKnown.length > 0 ? ', if AWS agrees' : '';
  if (outcome === 'nothing') return 'no rule';
  if (outcome === 'conflict') return `${matched.join(' and ')}: nobody acts`;
  if (outcome === 'joined') return `joined (${refusedBy?.because ?? ''})`;
  if (outcome === 'refused') return `${rule}: refused by ${refusedBy?.by ?? '-'}`;
  const verbs = { act: 'acts', ask: 'asks', observe: 'observes' };
  return `${rule}: ${verbs[outcome]} (${runbook ?? ''})${most}`;
}

/** What people did: `resolved by a person after 31 min`. */
export function peopleWords(people: WithoutUs): string {
  if (people.lastedMs === undefined) return people.touched ? 'people have it, still open' : 'still open';
  const after = `after ${tookWords(people.lastedMs)}`;
  if (people.merged) return `merged into another ${after}`;
  if (clearedByItself(people)) return `cleared by itself ${after}`;
  if (people.endedBy === 'person') return `closed by a person ${after}`;
  if (people.endedBy === 'source') return `${people.touched ? 'people had it; ' : ''}its alert ended ${after}`;
  return `closed ${after}, by whom is not recorded`;
}
