import { z } from 'zod';
import type { CallWith } from '../contract/call.js';
import {
  everyAlert,
  gettableAlert,
  type GettableAlert,
  gettableSilence,
  type GettableSilence,
} from '../wire/alertmanager/api.js';
import { anything } from '../wire/http.js';
import type { GrafanaClient } from './client.js';

type GrafanaCall = CallWith<GrafanaClient>;

const alertmanager = '/api/alertmanager/grafana/api/v2';

/** Everything that fires now, silenced and inhibited ones too; what is resolved is not in it. */
export const getAlerts = (call: GrafanaCall): Promise<GettableAlert[]> =>
  call.client.send(call, {
    method: 'GET',
    path: `${alertmanager}/alerts`,
    query: everyAlert,
    answer: z.array(gettableAlert),
  });

/** One series of a rule, and what Grafana's last evaluation made of it: `Normal`, `Alerting`, `Normal (MissingSeries)`, … */
const instance = z.object({
  labels: z.record(z.string(), z.string()),
  state: z.string(),
  activeAt: z.string().nullish(),
});
export type Instance = z.infer<typeof instance>;

/**
 * Every series of every rule with its state, those that are normal too, and with the labels that Grafana keeps for itself:
 * grafana/grafana pkg/services/ngalert/api/prometheus/api_prometheus.go, `RouteGetAlertStatuses`.
 */
export async function getInstances(call: GrafanaCall): Promise<Instance[]> {
  const { data } = await call.client.send(call, {
    method: 'GET',
    path: '/api/prometheus/grafana/api/v1/alerts',
    query: [['includeInternalLabels', 'true']],
    answer: z.object({ status: z.literal('success'), data: z.object({ alerts: z.array(instance).nullish() }) }),
  });
  return data.alerts ?? [];
}

export const getSilences = (call: GrafanaCall): Promise<GettableSilence[]> =>
  call.client.send(call, { method: 'GET', path: `${alertmanager}/silences`, answer: z.array(gettableSilence) });

export interface NewSilence {
  labels: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  from: number;
  to: number;
  comment: string;
}

/** Who our silences are by: what tells them from people's. */
export const ourName = 'opssentinel';

/** Exactly these labels: `isRegex` false, so that a value is never a pattern (contracts 3.2). */
export const postSilence = (call: GrafanaCall, { labels, from, to, comment }: NewSilence): Promise<unknown> =>
  call.client.send(call, {
    method: 'POST',
    path: `${alertmanager}/silences`,
    body: {
      matchers: Object.entries(labels).map(([name, value]) => ({ name, value, isRegex: false, isEqual: true })),
      startsAt: new Date(from).toISOString(),
      endsAt: new Date(to).toISOString(),
      createdBy: ourName,
      comment,
    },
    answer: z.object({ silenceID: z.string() }),
  });

export const deleteSilence = (call: GrafanaCall, id: string): Promise<unknown> =>
  call.client.send(call, {
    method: 'DELETE',
    path: `${alertmanager}/silence/${encodeURIComponent(id)}`,
    operation: `${alertmanager}/silence/{id}`,
    answer: anything,
  });

const annotation = z.object({
  id: z.int(),
  /** Epoch milliseconds. */
  time: z.number(),
  timeEnd: z.number().nullish(),
  text: z.string().nullish(),
});
export type Annotation = z.infer<typeof annotation>;

/** More than one incident ever has. */
const mostAnnotations = '100';

/** Those that carry all of these tags (contracts 3.2: repeated tags are AND). */
export const getAnnotations = (call: GrafanaCall, tags: readonly string[]): Promise<Annotation[]> =>
  call.client.send(call, {
    method: 'GET',
    path: '/api/annotations',
    query: [['type', 'annotation'], ['limit', mostAnnotations], ...tags.map((tag): [string, string] => ['tags', tag])],
    answer: z.array(annotation),
  });

export const postAnnotation = (
  call: GrafanaCall,
  body: { time: number; timeEnd?: number; tags: readonly string[]; text: string },
): Promise<unknown> =>
  call.client.send(call, {
    method: 'POST',
    path: '/api/annotations',
    body: { ...(call.client.dashboardUid ? { dashboardUID: call.client.dashboardUid } : {}), ...body },
    answer: z.object({ id: z.int() }),
  });

export const patchAnnotation = (call: GrafanaCall, id: number, body: { timeEnd: number; text: string }): Promise<unknown> =>
  call.client.send(call, {
    method: 'PATCH',
    path: `/api/annotations/${id}`,
    operation: '/api/annotations/{id}',
    body,
    answer: anything,
  });
