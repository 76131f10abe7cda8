import type { JsonObject } from '../../../domain/json.js';
import type { WireResponse } from '../../contract/simulator.js';
import { agent, policy, type SimIncident, userReference } from './account.js';
import { logEntry } from './past.js';
import { invalid, json, notFound, paged, type RestDeps, type Route } from './route.js';
import { restIncident } from './views.js';

/** Lists of the account: incidents, who is on call, escalation policies, change events. */
export const accountRoutes = ({ world, incidents, changes, behaviour }: RestDeps): Route[] => [
  {
    // contracts 1.9, rate limits; the filters are [M]
    method: 'GET',
    template: '/incidents',
    answer: ({ query }) =>
      beyond(query, behaviour().mostOffset) ??
      listIncidents(incidents.all(), query, (incident) => restIncident(incident, world.address())),
  },
  {
    // the published schema: GET /log_entries; newest first [M]
    method: 'GET',
    template: '/log_entries',
    answer: ({ query }) => beyond(query, behaviour().mostOffset) ?? listLog(incidents.all(), query),
  },
  { method: 'GET', template: '/oncalls', answer: ({ query }) => listOnCalls(query) },
  {
    // contracts 1.9: GET /escalation_policies
    method: 'GET',
    template: '/escalation_policies',
    answer: ({ query }) => {
      const teams = query.getAll('team_ids[]');
      const all = teams.length === 0 || teams.some((team) => policy.teams.includes(team)) ? [policyShown()] : [];
      const { page, ...place } = paged(all, query);
      return json(200, { escalation_policies: page, ...place });
    },
  },
  {
    // contracts 1.9: GET /users/me
    method: 'GET',
    template: '/users/me',
    answer: () => json(200, { user: { ...userReference(agent), type: 'user', name: agent.name, email: agent.email } }),
  },
  {
    // [M]: GET /services/{id}/change_events
    method: 'GET',
    template: '/services/{id}/change_events',
    answer: ({ ids, query }) => {
      const known = world.alarms.some(({ service }) => service.id === ids[0]);
      return known ? listChanges(changes.of(ids[0] ?? ''), query, changes) : notFound();
    },
  },
  {
    // [M]: GET /change_events
    method: 'GET',
    template: '/change_events',
    answer: ({ query }) => listChanges(changes.all(), query, changes),
  },
];

function listIncidents(all: SimIncident[], query: URLSearchParams, shown: (incident: SimIncident) => JsonObject): WireResponse {
  const among = (name: string, value: string): boolean => {
    const wanted = query.getAll(name);
    return wanted.length === 0 || wanted.includes(value);
  };
  const since = query.get('date_range') === 'all' ? null : query.get('since');
  const until = query.get('date_range') === 'all' ? null : query.get('until');
  const found = all.filter(
    (one) =>
      among('statuses[]', one.status) &&
      among('service_ids[]', one.service.id) &&
      among('urgencies[]', 'high') &&
      (since === null || Date.parse(one.createdAt) >= Math.floor(Date.parse(since) / 1000) * 1000) &&
      (until === null || Date.parse(one.createdAt) < Date.parse(until)),
  );
  const direction = query.get('sort_by') === 'created_at:desc' ? -1 : 1;
  const sorted = found.toSorted((a, b) => direction * (a.number - b.number));
  const { page, ...place } = paged(sorted, query);
  return json(200, { incidents: page.map(shown), ...place });
}

/** Lists end at an offset, however much there is. */
const beyond = (query: URLSearchParams, most: number): WireResponse | undefined =>
  Number(query.get('offset') ?? 0) + Number(query.get('limit') ?? 25) > most
    ? invalid(`Offset and limit together may be ${most} at most`)
    : undefined;

function listLog(all: readonly SimIncident[], query: URLSearchParams): WireResponse {
  const [since, until] = [query.get('since'), query.get('until')];
  const entries = all
    .flatMap((incident) => incident.log.map((entry) => ({ entry, incident })))
    .filter(({ entry: { createdAt } }) => since === null || Date.parse(createdAt) >= Date.parse(since))
    .filter(({ entry: { createdAt } }) => until === null || Date.parse(createdAt) < Date.parse(until))
    .sort((a, b) => b.entry.createdAt.localeCompare(a.entry.createdAt));
  const { page, ...place } = paged(entries, query);
  return json(200, { log_entries: page.map(({ entry, incident }) => logEntry(entry, incident)), ...place });
}

function listChanges(
  all: ReturnType<RestDeps['changes']['all']>,
  query: URLSearchParams,
  changes: RestDeps['changes'],
): WireResponse {
  const since = query.get('since');
  const found = all.filter(({ timestamp }) => since === null || Date.parse(timestamp) >= Date.parse(since));
  const { page, ...place } = paged(found.toReversed(), query);
  return json(200, { change_events: page.map(changes.shown), ...place });
}

const policyShown = (): JsonObject => ({
  id: policy.id,
  type: 'escalation_policy',
  summary: policy.name,
  name: policy.name,
  num_loops: 0,
  teams: policy.teams.map((id) => ({ id, type: 'team_reference' })),
  escalation_rules: policy.levels.map((user, index) => ({
    id: `${policy.id}L${index + 1}`,
    escalation_delay_in_minutes: 10,
    targets: [userReference(user)],
  })),
});

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
