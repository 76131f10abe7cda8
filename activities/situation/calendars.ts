import type { CalendarFacts, CalendarWord } from '../../domain/calendar.js';
import type { Incident } from '../../domain/incident.js';
import type { JsonObject } from '../../domain/json.js';
import type { Risk } from '../../domain/plan.js';
import type { Target } from '../../domain/target.js';
import { paceOf } from '../../decide/profiles.js';
import type { CalendarSubject } from '../../integrations/contract/calendar.js';
import type { Call } from '../../integrations/contract/call.js';
import type { AnyCalendar } from '../../integrations/contract/registry.js';
import type { RuleSet } from '../../rules/language/set.js';
import type { ActivityDeps } from '../deps.js';
import { placeFor } from '../place.js';
import { callFor, isVendorFailure } from '../shell.js';
import type { About } from '../types.js';

/** A calendar, and how it is asked here. */
interface Asked {
  calendar: AnyCalendar;
  params: JsonObject;
  allow: readonly Risk[];
}

/** Everything outside of the policy that may say "not now". Who cannot tell is named: not knowing is not open. */
export async function calendarsNow(
  deps: ActivityDeps,
  about: About,
  incident: Incident,
  target: Target,
  set: RuleSet,
): Promise<CalendarFacts> {
  const call = callFor(about.incident, placeFor(set, target, 'read'), paceOf(set), deps.now);
  const subject = { incident, target, at: new Date(deps.now()).toISOString() };
  const asked = [...named(deps, set, target.environment), ...always(deps, incident)];
  // At the same time: somebody waits for the answer, and one that is away costs its whole deadline.
  const answers = await Promise.all(asked.map((one) => answerOf(one, call, subject)));
  return {
    words: answers.flatMap((answer) => ('closed' in answer ? [answer] : [])),
    unknown: answers.flatMap((answer) => ('because' in answer ? [answer] : [])),
  };
}

async function answerOf(
  { calendar, params, allow }: Asked,
  call: Call,
  subject: CalendarSubject,
): Promise<CalendarWord | CalendarFacts['unknown'][number]> {
  try {
    const word = await calendar.read(calendar.with(call), calendar.params.parse(params), subject);
    return { from: calendar.id, allow, ...word };
  } catch (error) {
    if (!isVendorFailure(error)) throw error;
    return { from: calendar.id, because: error.message };
  }
}

function named(deps: ActivityDeps, { policy }: RuleSet, environment: string): Asked[] {
  return policy.doc.calendars
    .filter(({ env }) => env === undefined || env.includes(environment))
    .map(({ use, with: params = {}, allow = [] }) => {
      const calendar = deps.registry.calendars.get(use);
      if (!calendar) throw new TypeError(`No integration offers the calendar "${use}"`);
      return { calendar, params: params as JsonObject, allow };
    });
}

/** Those that come with the incident's own source, such as its maintenance windows. */
const always = (deps: ActivityDeps, { ref }: Incident): Asked[] =>
  [...deps.registry.calendars.values()]
    .filter(
      ({ always: with_, integration }) =>
        with_?.source === ref.source && deps.registry.integrations.get(integration)?.connected === true,
    )
    .map((calendar) => ({ calendar, params: {}, allow: [] }));
