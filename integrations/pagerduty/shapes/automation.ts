import type { Received } from '../../contract/source.js';
import { asObject, bareDelivery, eventIdOf, identifier, type Proven, time } from './proven.js';

/**
 * Where an incident is looked for. What Event Orchestrations and Incident Workflows send is not documented (contracts 1.5, 1.6, 10.1):
 * several public receivers of orchestrations find it below `__pd_metadata`; a workflow's body is whatever somebody wrote.
 * Never below `details`, `custom_details` or `payload`: that is the alert's own text.
 */
const wrappers = ['__pd_metadata', '', 'parameters', 'event', 'data', 'context', 'event.data', 'event.context'];
const idNames = ['incident_id', 'incidentId', 'incidentID'] as const;

/** A body of unknown form: begins work on the one incident that it names. Without one (a suppressed or suspended alert has none) it is recorded. */
export function readAutomation(body: Record<string, unknown>, proven: Proven): Received {
  const eventType = '__pd_metadata' in body ? 'orchestration' : 'automation';
  // What PagerDuty itself adds goes before what somebody wrote or an alert brought.
  const byPagerDuty = namedIn(body, ['__pd_metadata']);
  const named = byPagerDuty.length > 0 ? byPagerDuty : namedIn(body, wrappers);
  const [incident] = named;
  if (incident === undefined) {
    const because = 'names no incident, as for a suppressed or suspended alert; starts nothing';
    return { kind: 'recorded', eventId: eventIdOf(eventType, 'none', proven.request), eventType, because };
  }
  if (named.length > 1)
    return { kind: 'quarantined', because: `names ${named.length} incidents, and which one is meant cannot be told` };
  const eventId = eventIdOf(eventType, incident, proven.request);
  const about = { eventId, eventType, actor: null, incident, reopenedAt: reopenedIn(body) };
  return { kind: 'delivery', delivery: bareDelivery(about, proven) };
}

const place = (body: Record<string, unknown>, path: string): Record<string, unknown> | undefined =>
  path === ''
    ? body
    : path.split('.').reduce<Record<string, unknown> | undefined>((at, name) => asObject(at && own(at, name)), body);

/** `constructor` and its kin are nobody's member. */
const own = (at: Record<string, unknown>, name: string): unknown => (Object.hasOwn(at, name) ? at[name] : undefined);

function namedIn(body: Record<string, unknown>, places: readonly string[]): string[] {
  const found = places.flatMap((wrapper) => {
    const at = place(body, wrapper);
    if (!at) return [];
    const incident = own(at, 'incident');
    // `data` of a form like that of webhooks v3 is the incident itself.
    const itself = own(at, 'type') === 'incident' ? [own(at, 'id')] : [];
    return [asObject(incident)?.['id'], incident, ...itself, ...idNames.map((name) => own(at, name))];
  });
  return [...new Set(found.flatMap((id) => (identifier.safeParse(id).success ? [String(id)] : [])))];
}

function reopenedIn(body: Record<string, unknown>): string | undefined {
  for (const wrapper of wrappers) {
    const parsed = time.safeParse(asObject(place(body, wrapper)?.['incident'])?.['reopened_at']);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}
