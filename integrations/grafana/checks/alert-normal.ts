import { z } from 'zod';
import { defineCheck } from '../../contract/check.js';
import { VendorError } from '../../contract/errors.js';
import type { GrafanaClient } from '../client.js';
import { ruleLabel } from '../origin.js';
import { getInstances } from '../rest.js';

/** Well when every series of the rule was evaluated as plain `Normal`: no series, no data and errors are not well. */
export const grafanaAlertNormal = defineCheck<GrafanaClient>()({
  id: 'grafana.alert-normal',
  summary: 'Every series of a Grafana alert rule, or those with these labels, is Normal.',
  permissions: ['alert.rules:read', 'alert.instances:read'],
  params: z.strictObject({
    rule: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, 'is the UID of an alert rule'),
    labels: z.record(z.string().min(1), z.string()).optional(),
  }),
  read: async (call, { rule, labels = {} }) => {
    const ofRule = (await getInstances(call)).filter((instance) => instance.labels[ruleLabel] === rule);
    if (ofRule.length === 0)
      throw new VendorError(
        'grafana',
        'absent',
        `no series of the alert rule ${rule}: there is no such rule, or it was not evaluated`,
      );
    const meant = ofRule.filter((instance) => Object.entries(labels).every(([name, value]) => instance.labels[name] === value));
    if (meant.length === 0) return { ok: false, says: 'Grafana has no series with these labels' };
    const other = meant.filter(({ state }) => state !== 'Normal');
    const count = `${meant.length} series`;
    if (other.length === 0) return { ok: true, says: `Grafana: Normal, ${count}` };
    return { ok: false, says: `Grafana: ${other.length} of ${count} not Normal, e.g. ${other[0]?.state.slice(0, 100)}` };
  },
});
