import type { JsonObject } from '../../domain/json.js';
import type { CreateSimulator, SandboxWorld, Simulator, WireRequest } from '../contract/simulator.js';
import { createAlerts, type SimAlert } from '../wire/simulated/alerts.js';
import { json, withOrder } from '../wire/simulated/body.js';
import { alertsOrder, common, goTime, play, post } from '../wire/simulated/contact.js';

const mount = /^\/alertmanager(?=\/)/;
const timeoutMs = 10_000;
/** contracts 3.1: 5xx and network errors are tried again, a 4xx is final. Milliseconds before each repeat. */
const retries = [100, 400, 1_600];

/** Alertmanager: API v2, and the sender of its webhook receiver. */
const createAlertmanager: CreateSimulator = (world): Simulator => {
  const alerts = createAlerts(world, 'alertmanager', 200);
  let sent: JsonObject[] = [];

  const send = async (group: readonly SimAlert[], truncatedAlerts: number): Promise<JsonObject> => {
    const body = JSON.stringify(groupBody(world, group, truncatedAlerts));
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Alertmanager/0.28.0',
      authorization: `Bearer ${world.settings.doorToken}`,
    };
    const statuses: number[] = [];
    for (const pause of [0, ...retries]) {
      await new Promise((resolve) => setTimeout(resolve, pause * world.settings.speed));
      const status = await post(`${world.settings.apiUrl}/webhooks/alertmanager`, headers, body, timeoutMs);
      statuses.push(status);
      if (status !== 0 && status < 500) break;
    }
    const line = { statuses, body };
    sent.push(line);
    return line;
  };

  const raise = ({ body }: WireRequest): Promise<JsonObject> =>
    withOrder(alertsOrder, body, async ({ alerts: given, send: now, truncatedAlerts }) => {
      const played = given.map((one) => play(world, alerts, one));
      const loud = played.filter((alert) => !alerts.isSilenced(alert) && !alert.inhibited);
      const fingerprints = played.map(({ fingerprint }) => fingerprint);
      return { fingerprints, ...(now && loud.length > 0 ? await send(loud, truncatedAlerts) : {}) };
    });

  return {
    vendor: 'alertmanager',
    claims: ({ path }) => mount.test(path),
    operation: ({ method, path }) => `${method} ${path.replace(mount, '').replace(/\/silence\/[^/]+$/, '/silence/{id}')}`,
    // contracts 3.2: API v2, api/v2/openapi.yaml.
    answer: (request) =>
      alerts.answer(request, request.path.replace(mount, '').replace(/^\/api\/v2/, '')) ??
      json(501, `SANDBOX: Alertmanager's ${request.method} ${request.path} is not simulated`),
    refusal: (_request, status) => json(status, `SANDBOX: scripted ${status}`),
    controls: {
      'POST /alerts': 'lets alerts fire or end, and sends them to the webhook receiver with `"send": true`',
      'GET /webhooks': 'what was sent, and how it was answered',
    },
    control: async (request) => {
      const { method, path } = request;
      if (method === 'POST' && path === '/alerts') return raise(request);
      if (method === 'GET' && path === '/webhooks') return { webhooks: sent };
      return undefined;
    },
    environment: ({ address }) => ({ ALERTMANAGER_URL: `${address}/alertmanager` }),
    reset: () => {
      alerts.reset();
      sent = [];
    },
  };
};

export default createAlertmanager;

/** contracts 3.1: version 4, with the newest fields; no orgId, title, state, message or values. */
function groupBody(world: SandboxWorld, group: readonly SimAlert[], truncatedAlerts: number): JsonObject {
  const shared = common(group.map(({ labels }) => labels));
  const name: Record<string, string> = shared['alertname'] === undefined ? {} : { alertname: shared['alertname'] };
  return {
    receiver: 'opssentinel',
    status: group.some(({ endsAt }) => endsAt === undefined) ? 'firing' : 'resolved',
    alerts: group.map(({ labels, annotations, startsAt, endsAt, generatorURL, fingerprint }) => ({
      status: endsAt === undefined ? 'firing' : 'resolved',
      labels,
      annotations,
      startsAt: goTime(startsAt),
      endsAt: goTime(endsAt),
      generatorURL,
      fingerprint,
    })),
    groupLabels: name,
    commonLabels: shared,
    commonAnnotations: common(group.map(({ annotations }) => annotations)),
    externalURL: `${world.address()}/alertmanager`,
    version: '4',
    groupKey: '{}:{alertname="…"}',
    truncatedAlerts,
    notification_reason: 'new_alerts',
    routeLabels: {},
  };
}
