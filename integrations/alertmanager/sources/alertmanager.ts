import { defineDoor, type RawRequest, type Received, type SourceDefinition } from '../../contract/source.js';
import { normalise, readingOf } from '../../wire/alertmanager/normalise.js';
import { groupedDeliveries, strongest } from '../../wire/alertmanager/webhook.js';
import type { AlertmanagerClient } from '../client.js';
import { alertmanagerDoor } from '../config.js';

const alertmanager = { source: 'alertmanager', origin: 'alertmanager.alert', called: 'Alertmanager' };
const grouped = { source: 'alertmanager', version: '4', otherwise: 'a proxy or a template that writes another body' };

/** Alerts of Prometheus Alertmanager. Of a webhook only the fingerprint and the start are used; the alert is read. */
export const alertmanagerSource: SourceDefinition<AlertmanagerClient> = {
  id: 'alertmanager',
  summary: 'Alerts of Prometheus Alertmanager.',
  permissions: ['GET /api/v2/alerts'],
  doors: [
    defineDoor({
      id: 'alertmanager',
      path: '/webhooks/alertmanager',
      summary: 'Webhook receiver of Alertmanager, version 4.',
      proofs: ['token', 'mtls'],
      door: alertmanagerDoor,
      receive,
    }),
  ],
  read: async (call, { externalId }) =>
    readingOf((await call.client.alerts(call)).find(({ fingerprint }) => fingerprint === externalId)),
  normalise: (reading, ref, trust) => normalise(alertmanager, reading, ref, trust),
};

/** Basic and bearer authentication of the receiver's `http_config` arrive as a proof. Never throws. */
export function receive(request: RawRequest): Received {
  const proof = strongest(request.proofs);
  if (proof) return groupedDeliveries(grouped, request, proof);
  return {
    kind: 'refused',
    status: 401,
    because: 'Neither a token of this door nor a client certificate that is known; set http_config of the webhook receiver.',
  };
}
