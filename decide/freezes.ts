import type { CalendarWord } from '../domain/calendar.js';
import type { RuleSet } from '../rules/language/set.js';

/** The policy's own freezes for one environment, as any calendar tells it. `now`: epoch milliseconds. */
export const freezesOf = ({ policy }: Pick<RuleSet, 'policy'>, environment: string, now: number): CalendarWord[] =>
  policy.doc.freezes
    .filter(({ env }) => env === undefined || env.includes(environment))
    .map(({ name, from, to, allow = [] }) => ({
      from: policy.at,
      closed: Date.parse(from) <= now && now < Date.parse(to),
      says: `freeze ${name}`,
      until: new Date(to).toISOString(),
      allow,
    }));
