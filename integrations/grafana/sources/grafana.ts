import { defineDoor, type SourceDefinition } from '../../contract/source.js';
import { normalise, readingOf } from '../../wire/alertmanager/normalise.js';
import type { GrafanaClient } from '../client.js';
import { grafanaDoor } from '../config.js';
import { origin } from '../origin.js';
import { receive } from '../receive.js';
import { getAlerts } from '../rest.js';

const grafana = { source: 'grafana', origin, called: 'Grafana' };

/** Alerts of Grafana Alerting. Of a webhook only the fingerprint and the start are used; the alert is read. */
export const grafanaSource: SourceDefinition<GrafanaClient> = {
  id: 'grafana',
  summary: 'Alerts of Grafana Alerting.',
  permissions: ['alert.instances:read'],
  doors: [
    defineDoor({
      id: 'grafana',
      path: '/webhooks/grafana',
      summary: 'Webhook contact point of Grafana Alerting.',
      proofs: ['signature', 'token', 'mtls'],
      signedBy: 'GRAFANA_WEBHOOK_SECRETS',
      door: grafanaDoor,
      receive,
    }),
  ],
  read: async (call, { externalId }) => readingOf((await getAlerts(call)).find(({ fingerprint }) => fingerprint === externalId)),
  normalise: (reading, ref, trust) => normalise(grafana, reading, ref, trust),
};
