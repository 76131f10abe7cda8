import type { Alert } from '../../../domain/alert.js';
import type { Decision } from '../../../domain/plan.js';
import type { Target } from '../../../domain/target.js';
import { follow } from '../../contract/testkit/ledger.js';
import type { TestSandbox } from '../../contract/testkit/sandbox.js';
import type { VendorSamples } from '../../contract/testkit/sample.js';
import { grafanaAlertNormal } from '../checks/alert-normal.js';
import { grafanaQuery } from '../checks/query.js';
import { connectGrafana, type GrafanaClient } from '../client.js';
import type { GrafanaConfig } from '../config.js';
import { grafanaAnnotations } from '../followers/annotations.js';
import { grafanaSilences } from '../followers/silences.js';
import { grafanaSource } from '../sources/grafana.js';
import { grafanaAlertWitness } from '../witnesses/alert.js';
import { labels } from './given.js';

/** Gives the fingerprint. */
const raised = async (sandbox: TestSandbox): Promise<string> =>
  (await sandbox.ask('grafana/alerts', { alerts: [{ labels }], send: false })).fingerprints[0];

const alerts = 'GET /api/alertmanager/grafana/api/v2/alerts';
const alertOf = (id: string) => ({ origin: { kind: 'grafana.alert', id }, labels }) as never as Alert;

export const samples: VendorSamples<GrafanaConfig, GrafanaClient> = {
  connect: connectGrafana,
  environment: { GRAFANA_SILENCE: 'true' },
  reads: [
    {
      of: 'grafana',
      operation: alerts,
      given: raised,
      run: (call, externalId) => grafanaSource.read(call, { source: 'grafana', externalId, generation: '0' }),
    },
    { of: 'grafana.alert', operation: alerts, given: raised, run: (call, id) => grafanaAlertWitness.read(call, alertOf(id)) },
    {
      of: 'grafana.alert-normal',
      operation: 'GET /api/prometheus/grafana/api/v1/alerts',
      given: raised,
      run: (call) => grafanaAlertNormal.read(call, { rule: 'abc' }, {} as Target),
    },
    {
      of: 'grafana.query',
      operation: 'POST /api/ds/query',
      given: async (sandbox) => {
        await sandbox.tell('grafana', 'series', { expr: 'up', series: [{ values: [1] }] });
        return '';
      },
      run: (call) =>
        grafanaQuery.read(call, grafanaQuery.params.parse({ datasource: 'prom', expr: 'up', below: 90 }), {} as Target),
    },
  ],
  tells: [
    {
      of: 'grafana.annotations',
      operation: 'POST /api/annotations',
      run: (call) => follow(grafanaAnnotations, call),
    },
    {
      of: 'grafana.silences',
      operation: 'POST /api/alertmanager/grafana/api/v2/silences',
      given: raised,
      run: (call, id) =>
        follow(grafanaSilences, call, { decision: { alert: alertOf(id) } as never as Decision, until: 'execute' }),
    },
  ],
};
