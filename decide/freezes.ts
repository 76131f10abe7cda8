import type { CalendarWord } from '../domain/calendar.js';
import type { Risk } from '../domain/plan.js';
import type { RuleSet } from '../rules/language/set.js';

type Frozen = Pick<RuleSet, 'policy'>;

/** The policy's own freezes for one environment, as any calendar tells it. `now`: epoch milliseconds. */
export const freezesOf = ({ policy }: Frozen, environment: string, now: number): CalendarWord[] =>
  policy.doc.freezes
    .filter(({ env }) => env === undefined || env.includes(environment))
    .map(({ name, from, to, allow = [] }) => ({
      from: policy.at,
      closed: holds(from, to, now),
      says: `freeze ${name}`,
      until: iso(to),
      allow,
    }));

/** A freeze of the policy that is in force, or that is to come. */
export interface PlannedFreeze {
  name: string;
  /** Where it is written: `rules/opssentinel.yaml:3`. */
  at: string;
  inForce: boolean;
  /** ISO 8601, UTC. */
  from: string;
  /** ISO 8601, UTC; it holds until then, and at that moment no more. */
  to: string;
  /** The environments that it holds in, all of the policy's where it names none. */
  environments: readonly string[];
  /** Risks that it lets through. */
  allow: readonly Risk[];
}

/** Freezes of the policy that have not ended: what is in force first, each in the order of time. `now`: epoch milliseconds. */
export function freezesAhead({ policy }: Frozen, now: number): PlannedFreeze[] {
  const all = Object.keys(policy.doc.environments);
  return policy.doc.freezes
    .filter(({ to }) => now < Date.parse(to))
    .map(({ name, from, to, env = all, allow = [] }) => ({
      name,
      at: policy.at,
      inForce: holds(from, to, now),
      from: iso(from),
      to: iso(to),
      environments: env,
      allow,
    }))
    .sort((a, b) => Number(b.inForce) - Number(a.inForce) || a.from.localeCompare(b.from) || a.to.localeCompare(b.to));
}

const iso = (at: string): string => new Date(at).toISOString();
const holds = (from: string, to: string, now: number): boolean => Date.parse(from) <= now && now < Date.parse(to);
