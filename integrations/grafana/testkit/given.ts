import { testCall } from '../../contract/testkit/call.js';
import type { TestDoor } from '../../wire/testkit/door.js';
import { connectGrafana, type GrafanaClient } from '../client.js';

/** Against the sandbox, with a deadline that a test can wait for. */
export const callTo = (address: string, over: { silence?: boolean; token?: string; dashboardUid?: string } = {}) =>
  testCall<GrafanaClient>(
    connectGrafana(
      {
        url: `${address}/grafana`,
        token: over.token ?? 'glsa_secret',
        orgId: '1',
        dashboardUid: over.dashboardUid,
        silence: over.silence ?? false,
      },
      500,
    ),
  );

export const labels = { alertname: 'High CPU', instance: 'i-0aa11bb22cc33dd44', __alert_rule_uid__: 'abc' };

/** Raises it in the simulated Grafana. Gives its fingerprint. */
export async function raise(door: TestDoor, over: object = {}, more: object = {}): Promise<string> {
  const { fingerprints } = await door.tell('grafana', 'alerts', { alerts: [{ labels, ...over }], send: false, ...more });
  return (fingerprints as string[])[0] ?? '';
}
