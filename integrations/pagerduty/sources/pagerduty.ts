import type { Incident, Person } from '../../../domain/incident.js';
import type { Json, JsonObject } from '../../../domain/json.js';
import type { CallWith } from '../../contract/call.js';
import { defineDoor, type SourceDefinition, type SourceReading } from '../../contract/source.js';
import type { PagerDutyClient } from '../client.js';
import { doorPath, pagerDutyDoor } from '../config.js';
import { isObject } from '../details.js';
import { normalise } from '../normalise.js';
import { deploys } from '../reads/changes.js';
import { pagerDutyHistory } from '../reads/history.js';
import { open } from '../reads/open.js';
import { poll } from '../reads/poll.js';
import { teamOnCall } from '../reads/team.js';
import { receive } from '../receive.js';
import { getAlerts, getHolding, getIncident, getOnDuty, levelOf } from '../rest.js';
import { pagerDutySubscriptions } from './subscriptions.js';

/** How often an empty list of alerts is read again. */
const readings = 3;
/** PagerDuty may show a new incident's alerts a moment later than the incident. Milliseconds. */
const alertLagMs = 10_000;

export const pagerDutySource: SourceDefinition<PagerDutyClient> = {
  id: 'pagerduty',
  summary: 'PagerDuty incidents.',
  permissions: [
    'incidents.read',
    'oncalls.read',
    'users.read',
    'escalation_policies.read',
    'services.read',
    'webhook_subscriptions.read',
  ],
  doors: [
    defineDoor({
      id: 'pagerduty',
      path: doorPath,
      summary: 'PagerDuty webhooks v3, custom incident actions, Event Orchestrations, Incident Workflows, and the plain body.',
      proofs: ['signature', 'mtls', 'token'],
      signedBy: 'PAGERDUTY_WEBHOOK_SECRETS',
      door: pagerDutyDoor,
      receive,
    }),
  ],
  read: async (call, ref) => {
    // At the same time: each is an answer of its own, and somebody waits for both.
    const [incident, first] = await Promise.all([getIncident(call, ref.externalId), getAlerts(call, ref.externalId)]);
    return {
      incident: withoutOurselves(incident, call.client.ourselves),
      alerts: await laggingAlerts(call, ref.externalId, incident, first),
    };
  },
  normalise,
  onCall,
  teamOnCall,
  poll,
  open,
  subscriptions: pagerDutySubscriptions,
  deploys,
  history: pagerDutyHistory,
};

/** What was read first, or, where it was empty and may lag behind, what stands there a moment later. */
async function laggingAlerts(
  call: CallWith<PagerDutyClient>,
  id: string,
  incident: JsonObject,
  first: SourceReading['alerts'],
): Promise<SourceReading['alerts']> {
  let alerts = first;
  for (let reading = 1; alerts.length === 0 && reading < readings && mayLag(incident, call.now()); reading += 1) {
    await call.sleep(Math.min(1_000, call.pace.pollMs));
    alerts = await getAlerts(call, id);
  }
  return alerts;
}

/** Whether alerts may still be on their way: PagerDuty counts some, or the incident is only seconds old. */
function mayLag(incident: JsonObject, now: number): boolean {
  const counts = incident['alert_counts'];
  if (isObject(counts) && typeof counts['all'] === 'number' && counts['all'] > 0) return true;
  const created = incident['created_at'];
  return typeof created === 'string' && now - Date.parse(created) < alertLagMs;
}

/** Our own acknowledgement is nobody's: it is taken out before anything is concluded from the reading. */
function withoutOurselves(incident: JsonObject, ourselves: readonly string[]): JsonObject {
  const given = incident['acknowledgements'];
  if (!Array.isArray(given)) return incident;
  const byOthers = given.filter((one: Json) => {
    const acknowledger = isObject(one) ? one['acknowledger'] : undefined;
    return !(isObject(acknowledger) && typeof acknowledger['id'] === 'string' && ourselves.includes(acknowledger['id']));
  });
  return { ...incident, acknowledgements: byOthers };
}

/**
 * People on call by the incident's escalation policy now, at the level that the incident stands at or above it:
 * who has it, and whom it would go to next. The silent agent of the first level is nobody. Empty when there is no policy.
 */
async function onCall(call: CallWith<PagerDutyClient>, incident: Incident): Promise<Person[]> {
  const { assignees, escalationPolicy = incident.escalationPolicy } = await getHolding(call, incident.ref.externalId);
  if (!escalationPolicy) return [];
  const duties = await getOnDuty(call, escalationPolicy);
  const level = levelOf(duties, assignees);
  const people = duties.filter((duty) => duty.level >= level && !duty.ourselves).map(({ person }) => person);
  return [...new Map(people.map((person) => [person.id, person])).values()];
}
