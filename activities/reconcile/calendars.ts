import { setTimeout as sleep } from 'node:timers/promises';
import type { RuleSet } from '../../rules/language/set.js';
import { always, lookAt, namedFor, type Question } from '../situation/calendars.js';
import type { ReconcileDeps } from './deps.js';

/** Questions that one round asks: they share the vendors' requests per minute with what is on. */
const mostAsked = 60;
/** A calendar that hangs must not cost the round, which looks for incidents. Milliseconds. */
const longestLookMs = 60_000;

/**
 * Looks at every calendar outside that an effect would be asked about now, although nothing has happened: so people see what is closed
 * before it refuses. Guards look again for themselves. Never rejects: nobody's incident waits for it.
 */
export async function lookAtCalendars(deps: ReconcileDeps): Promise<void> {
  try {
    const set = deps.rules();
    const questions = Object.keys(set.policy.doc.environments).flatMap((environment) => about(deps, set, environment));
    const looking = lookAt(deps, set, onceEach(questions).slice(0, mostAsked), {
      incident: 'opssentinel:reconcile',
      by: 'reconciliation',
    });
    await Promise.race([looking, sleep(longestLookMs, undefined, { ref: false })]);
  } catch {
    // What is shown grows older, and says so.
  }
}

/** A calendar whose word depends on the place is asked in each of the environment's, one that depends on the service about each of them. */
function about(deps: ReconcileDeps, set: RuleSet, environment: string): Question[] {
  const of = set.policy.doc.environments[environment];
  const places = Object.entries(of?.accounts ?? {}).flatMap(([account, { regions }]) =>
    regions.map((region) => ({ account, region, environment })),
  );
  const [first = { account: '', region: '', environment }] = places;
  // The policy names services by PagerDuty's ids.
  const source = 'pagerduty';
  const ref = { source, externalId: '', generation: '' };
  const asked = [...namedFor(deps, set, environment), ...always(deps, { ref })];
  return asked.flatMap((one): Question[] => {
    const depends = one.calendar.dependsOn?.(one.calendar.params.parse(one.params));
    const services = depends === 'service' ? (of?.pagerduty ?? []) : [''];
    const targets = depends === 'place' ? places : [first];
    return services.flatMap((id) =>
      targets.map((target) => ({ ...one, subject: { incident: { ref, service: { id, name: '' } }, target } })),
    );
  });
}

const onceEach = (questions: readonly Question[]): Question[] => [
  ...new Map(questions.map((one) => [JSON.stringify([one.calendar.id, one.params, one.subject]), one])).values(),
];
