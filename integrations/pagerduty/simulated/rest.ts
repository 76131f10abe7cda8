import type { JsonObject } from '../../../domain/json.js';
import type { WireResponse } from '../../contract/simulator.js';
import { policy, type SimIncident, type SimStatusUpdate, userReference } from './account.js';
import { type Ask, invalid, json, notFound, objectIn, paged, restError, type RestDeps, type Route } from './route.js';
import { restAlert, restIncident, restNote } from './views.js';

const mostNotes = 2000;

type OnIncident = (then: (incident: SimIncident, ask: Ask) => WireResponse) => Route['answer'];

/** One incident: contracts 1.9. */
export function incidentRoutes(deps: RestDeps): Route[] {
  const { world, incidents } = deps;
  const withIncident: OnIncident = (then) => (ask) => {
    const incident = incidents.find(ask.ids[0] ?? '');
    return incident ? then(incident, ask) : notFound();
  };
  const shown = (incident: SimIncident): JsonObject => restIncident(incident, world.address());
  return [
    {
      // contracts 1.9: GET /incidents/{id}
      method: 'GET',
      template: '/incidents/{id}',
      answer: withIncident((incident) => json(200, { incident: shown(incident) })),
    },
    {
      // contracts 1.9: PUT /incidents/{id}
      method: 'PUT',
      template: '/incidents/{id}',
      from: true,
      answer: withIncident((incident, ask) => putIncident(deps, incident, ask)),
    },
    {
      // contracts 1.9: GET /incidents/{id}/alerts
      method: 'GET',
      template: '/incidents/{id}/alerts',
      answer: withIncident((incident, { query }) => listAlerts(deps, incident, query)),
    },
    {
      // contracts 1.9: GET /incidents/{id}/notes
      method: 'GET',
      template: '/incidents/{id}/notes',
      answer: withIncident((incident) => json(200, { notes: incident.notes.map(restNote) })),
    },
    {
      // contracts 1.9: POST /incidents/{id}/notes
      method: 'POST',
      template: '/incidents/{id}/notes',
      from: true,
      answer: withIncident((incident, ask) => postNote(deps, incident, ask)),
    },
    {
      // contracts 1.9: PUT /incidents/{id}/notes/{note_id}
      method: 'PUT',
      template: '/incidents/{id}/notes/{note_id}',
      from: true,
      answer: withIncident((incident, ask) => putNote(deps, incident, ask)),
    },
    ...incidentExtras(deps, withIncident),
  ];
}

function listAlerts({ world, behaviour }: RestDeps, incident: SimIncident, query: URLSearchParams): WireResponse {
  const { alertLagMs, details } = behaviour();
  const visible = world.now() - Date.parse(incident.createdAt) >= alertLagMs ? incident.alerts : [];
  const { page, ...place } = paged(visible, query);
  return json(200, { alerts: page.map((alert) => restAlert(alert, incident, details)), ...place });
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
    incidents.escalate(incident, level, userReference(by));
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

const incidentExtras = (deps: RestDeps, withIncident: OnIncident): Route[] => [
  {
    // contracts 1.9: POST /incidents/{id}/status_updates
    method: 'POST',
    template: '/incidents/{id}/status_updates',
    from: true,
    answer: withIncident((incident, ask) => postStatusUpdate(deps, incident, ask)),
  },
  {
    // contracts 1.9: GET /incidents/{id}/log_entries; the entries of status updates are [M].
    method: 'GET',
    template: '/incidents/{id}/log_entries',
    answer: withIncident((incident, { query }) => {
      const { page, ...place } = paged(incident.statusUpdates.toReversed(), query);
      return json(200, { log_entries: page.map((update) => statusEntry(update, incident)), ...place });
    }),
  },
  {
    // contracts 1.9 does not list it: GET /incidents/{id}/related_change_events is [M].
    method: 'GET',
    template: '/incidents/{id}/related_change_events',
    answer: withIncident((incident) =>
      json(200, { change_events: deps.changes.of(incident.service.id).map(deps.changes.shown) }),
    ),
  },
];

const statusEntry = (update: SimStatusUpdate, incident: SimIncident): JsonObject => ({
  id: update.id,
  type: 'status_update_log_entry',
  summary: 'Status update posted',
  created_at: update.createdAt,
  agent: userReference(update.user),
  message: update.message,
  incident: { id: incident.id, type: 'incident_reference' },
});

function postStatusUpdate({ world, incidents }: RestDeps, incident: SimIncident, { body, by }: Ask): WireResponse {
  const { message, subject, html_message: html } = body;
  if (typeof message !== 'string' || message === '') return invalid('Message cannot be empty');
  if ((subject === undefined) !== (html === undefined)) return invalid('Subject and HTML message go together');
  const update = incidents.tellStatus(incident, message, by);
  const key = /\[([^\]]+)\]/.exec(message)?.[1] ?? '';
  world.effect({
    vendor: 'pagerduty',
    operation: 'POST /incidents/{id}/status_updates',
    target: incident.id,
    key,
    outcome: 'sent',
  });
  return json(200, { status_update: { id: update.id, message, created_at: update.createdAt, sender: userReference(by) } });
}
