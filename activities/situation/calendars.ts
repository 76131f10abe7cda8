import type { CalendarFacts, CalendarSeen, CalendarWord } from '../../domain/calendar.js';
import type { Incident } from '../../domain/incident.js';
import { canonicalJson, type JsonObject } from '../../domain/json.js';
import type { Risk } from '../../domain/plan.js';
import type { Target } from '../../domain/target.js';
import { paceOf } from '../../decide/profiles.js';
import type { CalendarSubject } from '../../integrations/contract/calendar.js';
import type { AnyCalendar } from '../../integrations/contract/registry.js';
import type { RuleSet } from '../../rules/language/set.js';
import type { ActivityDeps } from '../deps.js';
import { placeFor } from '../place.js';
import { callFor, isVendorFailure } from '../shell.js';
import type { About } from '../types.js';

type CalendarDeps = Pick<ActivityDeps, 'registry' | 'ledger' | 'now'>;

/** A calendar, and how it is asked here. */
export interface Asked {
  calendar: AnyCalendar;
  params: JsonObject;
  allow: readonly Risk[];
}

/** It, about what. */
export interface Question extends Asked {
  subject: Omit<CalendarSubject, 'at'>;
}

/** Everything outside of the policy that may say "not now". Who cannot tell is named: not knowing is not open. */
export async function calendarsNow(
  deps: ActivityDeps,
  about: About,
  incident: Incident,
  target: Target,
  set: RuleSet,
): Promise<CalendarFacts> {
  const asked = [...namedFor(deps, set, target.environment), ...always(deps, incident)];
  const questions = asked.map((one): Question => ({ ...one, subject: { incident, target } }));
  const answers = await lookAt(deps, set, questions, { incident: about.incident, by: `the guard for ${about.incident}` });
  return {
    words: answers.flatMap((answer) => ('closed' in answer ? [answer] : [])),
    unknown: answers.flatMap((answer) => ('because' in answer ? [answer] : [])),
  };
}

type Unknown = CalendarFacts['unknown'][number];

/** Asks all of them, and leaves what they said where people can see it. `incident`: in whose name. */
export async function lookAt(
  deps: CalendarDeps,
  set: RuleSet,
  questions: readonly Question[],
  { incident, by }: { incident: string; by: string },
): Promise<(CalendarWord | Unknown)[]> {
  const at = new Date(deps.now()).toISOString();
  // At the same time: somebody waits for the answer, and one that is away costs its whole deadline.
  const answers = await Promise.all(
    questions.map(async (question) => ({ question, answer: await answerOf(deps, set, question, incident, at) })),
  );
  await leaveSeen(
    deps,
    answers.flatMap(({ question, answer }) => ('closed' in answer ? [{ ...answer, ...shownAs(question), readAt: at, by }] : [])),
  );
  return answers.map(({ answer }) => answer);
}

async function answerOf(
  deps: CalendarDeps,
  set: RuleSet,
  { calendar, params, allow, subject }: Question,
  incident: string,
  at: string,
): Promise<CalendarWord | Unknown> {
  const call = callFor(incident, placeFor(set, subject.target, 'read'), paceOf(set), deps.now);
  try {
    const word = await calendar.read(calendar.with(call), calendar.params.parse(params), { ...subject, at });
    return { from: calendar.id, allow, ...word };
  } catch (error) {
    if (!isVendorFailure(error)) throw error;
    return { from: calendar.id, because: error.message };
  }
}

/** All that a word holds for, and what it was asked with. */
function shownAs({ calendar, params, subject: { incident, target } }: Question): Pick<CalendarSeen, 'scope' | 'asked'> {
  const asked = canonicalJson(params);
  switch (calendar.dependsOn?.(calendar.params.parse(params))) {
    case 'service':
      return { scope: `service:${incident.service.id}`, asked };
    case 'place':
      return { scope: `environment:${target.environment} in ${target.account}/${target.region}`, asked };
    default:
      return { scope: `environment:${target.environment}`, asked };
  }
}

/** For people alone: whatever goes wrong with it, what was read counts as it is. */
async function leaveSeen({ ledger }: CalendarDeps, seen: readonly CalendarSeen[]): Promise<void> {
  try {
    if (seen.length > 0) await ledger.putCalendars(seen);
  } catch {
    // What is shown grows older, and says so.
  }
}

/** Those that the policy names for an environment. */
export function namedFor(deps: Pick<ActivityDeps, 'registry'>, { policy }: RuleSet, environment: string): Asked[] {
  return policy.doc.calendars
    .filter(({ env }) => env === undefined || env.includes(environment))
    .map(({ use, with: params = {}, allow = [] }) => {
      const calendar = deps.registry.calendars.get(use);
      if (!calendar) throw new TypeError(`No integration offers the calendar "${use}"`);
      return { calendar, params: params as JsonObject, allow };
    });
}

/** Those that come with the incident's own source, such as its maintenance windows. */
export const always = (deps: Pick<ActivityDeps, 'registry'>, { ref }: Pick<Incident, 'ref'>): Asked[] =>
  [...deps.registry.calendars.values()]
    .filter(
      ({ always: with_, integration }) =>
        with_?.source === ref.source && deps.registry.integrations.get(integration)?.connected === true,
    )
    .map((calendar) => ({ calendar, params: {}, allow: [] }));
