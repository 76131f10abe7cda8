import type { AlarmEvent, CreateSimulator, Simulator, WireRequest, WireResponse } from '../contract/simulator.js';
import { objectOrNothing } from '../wire/simulated/body.js';
import { agent, type Behaviour, usualBehaviour } from './simulated/account.js';
import { answerControl, controlRoutes } from './simulated/control.js';
import { createChanges } from './simulated/changes.js';
import { createMaintenance } from './simulated/maintenance.js';
import { createEventsApi } from './simulated/events-api.js';
import { createIncidents } from './simulated/incidents.js';
import { accountRoutes } from './simulated/rest-account.js';
import { incidentRoutes } from './simulated/rest.js';
import { subscriptionRoutes } from './simulated/rest-subscriptions.js';
import { json, restError, type Route, userOf } from './simulated/route.js';
import { createSubscriptions } from './simulated/subscriptions.js';

/** REST and Events API stand below this; without it PagerDuty's own paths are claimed too. */
const mount = /^\/pagerduty(?=\/)/;
const ownPath =
  /^\/(incidents|log_entries|oncalls|users|escalation_policies|services|change_events|maintenance_windows|webhook_subscriptions|v2\/enqueue|v2\/change\/enqueue)(\/|$)/;

/** PagerDuty: REST, Events API v2, and the sender of webhooks v3, fed by the sandbox's alarms. */
const createPagerDuty: CreateSimulator = (world): Simulator => {
  let behaviour: Behaviour = { ...usualBehaviour };
  const subscriptions = createSubscriptions(world, () => behaviour);
  const incidents = createIncidents(
    world,
    ({ type, incident, agent: by, data }) =>
      subscriptions.tell({ type, resource: 'incident', incident: incident.id, service: incident.service.id, agent: by, data }),
    () => behaviour,
  );
  const events = createEventsApi(world);
  const changes = createChanges(world);
  const maintenance = createMaintenance(world);
  const deps = { world, incidents, subscriptions, changes, behaviour: () => behaviour };
  const routes = [...incidentRoutes(deps), ...accountRoutes(deps), ...subscriptionRoutes(deps), ...maintenance.routes];

  world.on('alarm', (data) => {
    const { name, state } = data as AlarmEvent;
    const alarm = world.alarms.find((one) => one.name === name);
    if (!alarm || alarm.silent) return;
    if (state === 'ALARM') incidents.raise(alarm);
    else incidents.clear(alarm);
  });

  return {
    vendor: 'pagerduty',
    claims: ({ path, headers }) => mount.test(path) || (ownPath.test(path) && !headers.authorization?.startsWith('AWS4')),
    operation: (request) => {
      const path = request.path.replace(mount, '');
      return path === '/v2/enqueue' || path === '/v2/change/enqueue'
        ? `${request.method} ${path}`
        : `${request.method} ${find(routes, request.method, path)?.route.template ?? path}`;
    },
    answer: (request) => {
      const path = request.path.replace(mount, '');
      if (request.method === 'POST' && path === '/v2/enqueue') return events.enqueue(objectOrNothing(request.body));
      if (request.method === 'POST' && path === '/v2/change/enqueue') return changes.enqueue(objectOrNothing(request.body));
      return withLimits(answerRest(routes, request, path), behaviour);
    },
    refusal: (_request, status) => restError(status, status === 429 ? 2020 : 2000, `SANDBOX: scripted ${status}`),
    received: () => ({
      notes: incidents.all().flatMap(({ notes }) => notes.filter(({ user }) => user.id === agent.id)).length,
      pages: events.pages().length,
      changes: changes.all().length,
    }),
    controls: { ...controlRoutes, ...maintenance.controls },
    control: (request) =>
      maintenance.control(request) ??
      answerControl(
        {
          ...deps,
          events,
          behave: (change) => void (behaviour = { ...behaviour, ...change }),
        },
        request,
      ),
    environment: ({ address, webhookSecret }) => ({
      PAGERDUTY_API_URL: `${address}/pagerduty`,
      PAGERDUTY_EVENTS_URL: `${address}/pagerduty`,
      PAGERDUTY_API_TOKEN: 'sandbox-api-token',
      PAGERDUTY_FROM: 'opssentinel@sandbox',
      PAGERDUTY_USER_ID: 'PSBXAGENT',
      PAGERDUTY_ROUTING_KEY: '0'.repeat(32),
      PAGERDUTY_WEBHOOK_SECRETS: webhookSecret,
      PAGERDUTY_APPROVE_BUTTON: 'Approve OpsSentinel',
      PAGERDUTY_REJECT_BUTTON: 'Reject OpsSentinel',
    }),
    reset: () => {
      behaviour = { ...usualBehaviour };
      subscriptions.reset();
      incidents.reset();
      changes.reset();
      maintenance.reset();
      events.reset();
    },
  };
};

export default createPagerDuty;

/** contracts 1.9: 960 requests a minute and key; `ratelimit-reset` is seconds to wait. */
const withLimits = (answer: WireResponse, { remaining }: Behaviour): WireResponse => ({
  ...answer,
  headers: { 'ratelimit-limit': '960', 'ratelimit-remaining': String(remaining), 'ratelimit-reset': '20', ...answer.headers },
});

function answerRest(routes: readonly Route[], request: WireRequest, path: string): WireResponse {
  const found = find(routes, request.method, path);
  if (!found)
    return json(501, { error: { message: `SANDBOX: PagerDuty's ${request.method} ${path} is not simulated`, code: 5001 } });
  if (!/^(Token token=|Bearer )\S+$/.test(request.headers.authorization ?? ''))
    return restError(401, 2006, 'Requester is not authorized');
  const from = request.headers.from;
  if (found.route.from && !from) return restError(400, 2001, 'Invalid Input Provided', ['From header is required']);
  const by = found.route.from ? userOf(from) : agent;
  if (!by) return restError(400, 1008, 'Requester User Not Found');
  const body = objectOrNothing(request.body);
  if (body === undefined) return restError(400, 2001, 'Invalid Input Provided', ['The body is not a JSON object']);
  return found.route.answer({ ids: found.ids, query: request.query, body, by });
}

/** Exact paths before those with ids: `/users/me`. */
function find(routes: readonly Route[], method: string, path: string): { route: Route; ids: string[] } | undefined {
  for (const route of routes) {
    const pattern = new RegExp(`^${route.template.replace(/\{[a-z_]+\}/g, '([^/]+)')}$`);
    const match = route.method === method ? pattern.exec(path) : null;
    if (match) return { route, ids: match.slice(1).map((id) => decodeURIComponent(id)) };
  }
  return undefined;
}
