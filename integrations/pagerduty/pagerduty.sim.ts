import type { JsonObject } from '../../domain/json.js';
import type { AlarmEvent, CreateSimulator, Simulator, WireRequest, WireResponse } from '../contract/simulator.js';
import { agent, type Behaviour, usualBehaviour } from './simulated/account.js';
import { answerControl } from './simulated/control.js';
import { createEventsApi } from './simulated/events-api.js';
import { createIncidents } from './simulated/incidents.js';
import { json, restError, restRoutes, type Route, userOf } from './simulated/rest.js';
import { createSender } from './simulated/sender.js';

/** REST and Events API stand below this; without it PagerDuty's own paths are claimed too. */
const mount = /^\/pagerduty(?=\/)/;
const ownPath = /^\/(incidents|oncalls|users|webhook_subscriptions|v2\/enqueue)(\/|$)/;

/** PagerDuty: REST, Events API v2, and the sender of webhooks v3, fed by the sandbox's alarms. */
const createPagerDuty: CreateSimulator = (world): Simulator => {
  let behaviour: Behaviour = { ...usualBehaviour };
  const sender = createSender(world, () => behaviour);
  const incidents = createIncidents(world, ({ type, incident, agent: by, data }) =>
    sender.enqueue({ type, resource: 'incident', incident: incident.id, agent: by, data }),
  );
  const events = createEventsApi(world);
  const routes = restRoutes({ world, incidents, sender, behaviour: () => behaviour });

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
      return path === '/v2/enqueue'
        ? `${request.method} ${path}`
        : `${request.method} ${find(routes, request.method, path)?.route.template ?? path}`;
    },
    answer: (request) => {
      const path = request.path.replace(mount, '');
      if (request.method === 'POST' && path === '/v2/enqueue') return events.enqueue(bodyOf(request));
      return answerRest(routes, request, path);
    },
    refusal: (_request, status) => restError(status, status === 429 ? 2020 : 2000, `SANDBOX: scripted ${status}`),
    control: (request) =>
      answerControl(
        {
          world,
          incidents,
          sender,
          events,
          behaviour: () => behaviour,
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
    }),
    reset: () => {
      behaviour = { ...usualBehaviour };
      sender.reset();
      incidents.reset();
      events.reset();
    },
  };
};

export default createPagerDuty;

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
  const body = bodyOf(request);
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

function bodyOf({ body }: WireRequest): JsonObject | undefined {
  if (body.length === 0) return {};
  try {
    const read: unknown = JSON.parse(body.toString('utf8'));
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
