import type { Json, JsonObject } from '../../../domain/json.js';
import type { SandboxWorld, WireResponse } from '../../contract/simulator.js';
import {
  agent,
  type Behaviour,
  policy,
  type SimIncident,
  type SimUser,
  subscriptionId,
  userReference,
  users,
} from './account.js';
import type { Incidents } from './incidents.js';
import type { Sender } from './sender.js';
import { restAlert, restIncident, restNote } from './views.js';

export interface RestDeps {
  world: SandboxWorld;
  incidents: Incidents;
  sender: Sender;
  behaviour: () => Behaviour;
}

/** What a route is given: ids from the path, the parsed body, and for writes the user of `From`. */
interface Ask {
  ids: readonly string[];
  query: URLSearchParams;
  body: JsonObject;
  by: SimUser;
}

export interface Route {
  method: string;
  /** As the calls and effects lists show it. */
  template: string;
  /** Writes need a `From` that is a user. */
  from?: boolean;
  answer: (ask: Ask) => WireResponse;
}

const mostNotes = 2000;

export const json = (status: number, body: Json): WireResponse => ({ status, body: JSON.stringify(body) });

export const restError = (status: number, code: number, message: string, errors: string[] = []): WireResponse =>
  json(status, { error: { message, code, ...(errors.length > 0 ? { errors } : {}) } });

const notFound = (): WireResponse => restError(404, 2100, 'Not Found');
const invalid = (...errors: string[]): WireResponse => restError(400, 2001, 'Invalid Input Provided', errors);

export function restRoutes(deps: RestDeps): Route[] {
  const { world, incidents, sender } = deps;
  const withIncident =
    (then: (incident: SimIncident, ask: Ask) => WireResponse) =>
    (ask: Ask): WireResponse => {
      const incident = incidents.find(ask.ids[0] ?? '');
      return incident ? then(incident, ask) : notFound();
    };
  const shown = (incident: SimIncident): JsonObject => restIncident(incident, world.address());
  return [
    { method: 'GET', template: '/incidents', answer: ({ query }) => listIncidents(incidents.all(), query, shown) },
    { method: 'GET', template: '/incidents/{id}', answer: withIncident((incident) => json(200, { incident: shown(incident) })) },
    {
      method: 'PUT',
      template: '/incidents/{id}',
      from: true,
      answer: withIncident((incident, ask) => putIncident(deps, incident, ask)),
    },
    {
      method: 'GET',
      template: '/incidents/{id}/alerts',
      answer: withIncident((incident, { query }) => listAlerts(deps, incident, query)),
    },
    {
      method: 'GET',
      template: '/incidents/{id}/notes',
      answer: withIncident((incident) => json(200, { notes: incident.notes.map(restNote) })),
    },
    {
      method: 'POST',
      template: '/incidents/{id}/notes',
      from: true,
      answer: withIncident((incident, ask) => postNote(deps, incident, ask)),
    },
    {
      method: 'PUT',
      template: '/incidents/{id}/notes/{note_id}',
      from: true,
      answer: withIncident((incident, ask) => putNote(deps, incident, ask)),
    },
    { method: 'GET', template: '/oncalls', answer: ({ query }) => listOnCalls(query) },
    {
      method: 'GET',
      template: '/users/me',
      answer: () => json(200, { user: { ...userReference(agent), type: 'user', name: agent.name, email: agent.email } }),
    },
    {
      method: 'GET',
      template: '/webhook_subscriptions',
      answer: () => json(200, { webhook_subscriptions: [subscription(deps)], limit: 25, offset: 0, more: false }),
    },
    {
      method: 'GET',
      template: '/webhook_subscriptions/{id}',
      answer: ({ ids }) => (ids[0] === subscriptionId ? json(200, { webhook_subscription: subscription(deps) }) : notFound()),
    },
    {
      method: 'POST',
      template: '/webhook_subscriptions/{id}/enable',
      answer: ({ ids }) => {
        if (ids[0] !== subscriptionId) return notFound();
        sender.enable();
        return json(200, { webhook_subscription: subscription(deps) });
      },
    },
    {
      method: 'POST',
      template: '/webhook_subscriptions/{id}/ping',
      answer: ({ ids }) => (ids[0] === subscriptionId ? ping(sender) : notFound()),
    },
  ];
}

export function ping(sender: Sender): WireResponse {
  const data = { message: 'Hello from your friend Pagey!', type: 'ping' };
  sender.enqueue({
    type: 'pagey.ping',
    resource: 'pagey',
    incident: 'ping',
    agent: { id: agent.id, type: 'user_reference' },
    data,
  });
  return { status: 202 };
}

function listIncidents(all: SimIncident[], query: URLSearchParams, shown: (incident: SimIncident) => JsonObject): WireResponse {
  const statuses = query.getAll('statuses[]');
  const services = query.getAll('service_ids[]');
  const found = all.filter(
    (one) =>
      (statuses.length === 0 || statuses.includes(one.status)) && (services.length === 0 || services.includes(one.service.id)),
  );
  const { page, ...place } = paged(found, query);
  return json(200, { incidents: page.map(shown), ...place });
}

function listAlerts({ world, behaviour }: RestDeps, incident: SimIncident, query: URLSearchParams): WireResponse {
  const { alertLagMs, details } = behaviour();
  const visible = world.now() - Date.parse(incident.createdAt) >= alertLagMs ? incident.alerts : [];
  const { page, ...place } = paged(visible, query);
  return json(200, { alerts: page.map((alert) => restAlert(alert, incident, details)), ...place });
}

function paged<Item>(
  all: readonly Item[],
  query: URLSearchParams,
): { page: Item[]; limit: number; offset: number; more: boolean; total: null } {
  const limit = Math.min(100, Number(query.get('limit') ?? 25));
  const offset = Number(query.get('offset') ?? 0);
  return { page: all.slice(offset, offset + limit), limit, offset, more: all.length > offset + limit, total: null };
}

/** Whoever sets `acknowledged` or `triggered` on a resolved incident re-opens it. */
function putIncident({ world, incidents }: RestDeps, incident: SimIncident, { body, by }: Ask): WireResponse {
  const change = objectIn(body, 'incident');
  if (change === undefined || (change['type'] !== 'incident' && change['type'] !== 'incident_reference'))
    return invalid('incident.type is missing');
  const { status, escalation_level: level } = change;
  let outcome: string;
  if (level !== undefined) {
    if (incident.status === 'resolved') return restError(400, 1001, 'Incident Already Resolved');
    if (typeof level !== 'number' || !policy.levels[level - 1]) return invalid('Escalation level is invalid');
    incidents.escalate(incident, level, by);
    outcome = `escalated to level ${level}`;
  } else if (status === 'resolved') {
    if (incident.status === 'resolved') return restError(400, 1001, 'Incident Already Resolved');
    incidents.resolve(incident, by);
    outcome = 'resolved';
  } else if (status === 'acknowledged' || status === 'triggered') {
    outcome = incident.status === 'resolved' ? 're-opened' : String(status);
    if (incident.status === 'resolved') incidents.reopen(incident, by);
    else if (status === 'acknowledged') incidents.acknowledge(incident, by);
    else incidents.unacknowledge(incident, by);
  } else {
    return invalid('Nothing to change');
  }
  world.effect({ vendor: 'pagerduty', operation: 'PUT /incidents/{id}', target: incident.id, key: '', outcome });
  return json(200, { incident: restIncident(incident, world.address()) });
}

function postNote({ world, incidents }: RestDeps, incident: SimIncident, { body, by }: Ask): WireResponse {
  const content = objectIn(body, 'note')?.['content'];
  if (typeof content !== 'string' || content === '') return invalid('Content cannot be empty');
  if (incident.notes.length >= mostNotes) return invalid(`There may be at most ${mostNotes} notes`);
  const note = incidents.annotate(incident, content, by);
  world.effect({
    vendor: 'pagerduty',
    operation: 'POST /incidents/{id}/notes',
    target: incident.id,
    key: '',
    outcome: `note ${note.id} written`,
  });
  return json(200, { note: restNote(note) });
}

function putNote({ world }: RestDeps, incident: SimIncident, { ids, body }: Ask): WireResponse {
  const content = objectIn(body, 'note')?.['content'];
  const note = incident.notes.find((one) => one.id === ids[1]);
  if (!note) return notFound();
  if (typeof content !== 'string' || content === '') return invalid('Content cannot be empty');
  note.content = content;
  world.effect({
    vendor: 'pagerduty',
    operation: 'PUT /incidents/{id}/notes/{note_id}',
    target: incident.id,
    key: '',
    outcome: `note ${note.id} edited`,
  });
  return json(200, { note: restNote(note) });
}

function listOnCalls(query: URLSearchParams): WireResponse {
  const wanted = query.getAll('escalation_policy_ids[]');
  const whole = query.getAll('include[]').includes('users');
  const levels = wanted.length === 0 || wanted.includes(policy.id) ? policy.levels : [];
  const oncalls = levels.map((user, index) => ({
    escalation_policy: { id: policy.id, type: 'escalation_policy_reference', summary: policy.name },
    escalation_level: index + 1,
    schedule: null,
    user: whole ? { ...userReference(user), type: 'user', name: user.name, email: user.email } : userReference(user),
    start: null,
    end: null,
  }));
  return json(200, { oncalls, limit: 25, offset: 0, more: false, total: null });
}

function subscription({ world, sender }: RestDeps): JsonObject {
  const { disabledUntil } = sender.subscription();
  return {
    id: subscriptionId,
    type: 'webhook_subscription',
    active: true,
    description: 'OpsSentinel (SANDBOX)',
    delivery_method: {
      type: 'http_delivery_method',
      url: world.settings.webhookUrl,
      custom_headers: [],
      temporarily_disabled: disabledUntil !== undefined && world.now() < disabledUntil,
    },
    events: [
      'incident.triggered',
      'incident.acknowledged',
      'incident.unacknowledged',
      'incident.reassigned',
      'incident.reopened',
      'incident.resolved',
      'incident.escalated',
      'incident.annotated',
    ],
    filter: { type: 'account_reference', id: null },
  };
}

export const userOf = (email: string | undefined): SimUser | undefined => users.find((user) => user.email === email);

function objectIn(body: JsonObject, name: string): JsonObject | undefined {
  const value = body[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}
