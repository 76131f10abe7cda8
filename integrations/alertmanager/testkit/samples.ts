import type { Alert } from '../../../domain/alert.js';
import type { TestSandbox } from '../../contract/testkit/sandbox.js';
import type { VendorSamples } from '../../contract/testkit/sample.js';
import { type AlertmanagerClient, connectAlertmanager } from '../client.js';
import type { AlertmanagerConfig } from '../config.js';
import { alertmanagerSource } from '../sources/alertmanager.js';
import { alertmanagerAlertWitness } from '../witnesses/alert.js';

const labels = { alertname: 'HighCpu', instance: 'i-0aa11bb22cc33dd44' };

/** Gives the fingerprint. */
const raised = async (sandbox: TestSandbox): Promise<string> =>
  (await sandbox.ask('alertmanager/alerts', { alerts: [{ labels }], send: false })).fingerprints[0];

export const samples: VendorSamples<AlertmanagerConfig, AlertmanagerClient> = {
  connect: connectAlertmanager,
  environment: { ALERTMANAGER_TOKEN: 'token-of-the-proxy' },
  reads: [
    {
      of: 'alertmanager',
      operation: 'GET /api/v2/alerts',
      given: raised,
      run: (call, externalId) => alertmanagerSource.read(call, { source: 'alertmanager', externalId, generation: '0' }),
    },
    {
      of: 'alertmanager.alert',
      operation: 'GET /api/v2/alerts',
      given: raised,
      run: (call, id) =>
        alertmanagerAlertWitness.read(call, { origin: { kind: 'alertmanager.alert', id }, labels } as never as Alert),
    },
  ],
};
