import type { CreateSimulator, Simulator, WireRequest, WireResponse } from '../contract/simulator.js';
import { type Alerts, createAlerts } from '../wire/simulated/alerts.js';
import { json, objectIn } from '../wire/simulated/body.js';
import { type Annotations, createAnnotations } from './simulated/annotations.js';
import { instances } from './simulated/contact-point.js';
import { createControl } from './simulated/control.js';
import { answerQuery, type SeriesOrder } from './simulated/queries.js';

const mount = /^\/grafana(?=\/)/;
const alertmanager = '/api/alertmanager/grafana/api/v2';

interface Parts {
  alerts: Alerts;
  annotations: Annotations;
  series: Map<string, SeriesOrder>;
}

/** Grafana: the alerting API, annotations, silences, queries, and the sender of a webhook contact point. */
const createGrafana: CreateSimulator = (world): Simulator => {
  const parts: Parts = { alerts: createAlerts(world, 'grafana', 202), annotations: createAnnotations(world), series: new Map() };
  const control = createControl({ world, ...parts });
  return {
    vendor: 'grafana',
    claims: ({ path }) => mount.test(path),
    operation: ({ method, path }) =>
      `${method} ${path
        .replace(mount, '')
        .replace(/\/annotations\/\d+$/, '/annotations/{id}')
        .replace(/\/silence\/[^/]+$/, '/silence/{id}')}`,
    answer: (request) => {
      // contracts 3.2: a service account's token.
      if (!/^Bearer \S+$/.test(request.headers.authorization ?? '')) return json(401, { message: 'Unauthorized' });
      const path = request.path.replace(mount, '');
      // contracts 3.2, Silences: Alertmanager's API v2 below a prefix.
      const inAlertmanager = path.startsWith(`${alertmanager}/`) && parts.alerts.answer(request, path.slice(alertmanager.length));
      return inAlertmanager || answerApi(parts, request, path);
    },
    refusal: (_request, status) => json(status, { message: `SANDBOX: scripted ${status}` }),
    received: () => ({ annotations: parts.annotations.all().length, silences: parts.alerts.silences().length }),
    controls: control.routes,
    control: control.answer,
    environment: ({ address, webhookSecret }) => ({
      GRAFANA_URL: `${address}/grafana`,
      GRAFANA_TOKEN: 'sandbox-service-account-token',
      GRAFANA_WEBHOOK_SECRETS: webhookSecret,
    }),
    reset: () => {
      parts.alerts.reset();
      parts.annotations.reset();
      parts.series.clear();
      control.reset();
    },
  };
};

export default createGrafana;

function answerApi({ alerts, annotations, series }: Parts, { method, query, body }: WireRequest, path: string): WireResponse {
  switch (`${method} ${path.replace(/\/\d+$/, '/{id}')}`) {
    // grafana/grafana pkg/services/ngalert/api/prometheus/api_prometheus.go
    case 'GET /api/prometheus/grafana/api/v1/alerts': {
      const found = instances(alerts, query.get('includeInternalLabels') === 'true');
      return json(200, { status: 'success', data: { alerts: found } });
    }
    // contracts 3.2, Annotations.
    case 'GET /api/annotations':
      return annotations.list(query);
    case 'POST /api/annotations':
      return annotations.add(objectIn(body) ?? {});
    case 'PATCH /api/annotations/{id}':
      return annotations.patch(path.slice(path.lastIndexOf('/') + 1), objectIn(body) ?? {});
    // Grafana HTTP API, "Query a data source".
    case 'POST /api/ds/query':
      return answerQuery(objectIn(body), series);
    default:
      return json(501, { message: `SANDBOX: Grafana's ${method} ${path} is not simulated` });
  }
}
