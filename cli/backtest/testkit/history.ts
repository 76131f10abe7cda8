import type { JsonObject } from '../../../domain/json.js';
import type { Deed } from '../../../integrations/contract/history.js';
import type { Recorded } from '../recorded.js';

/** The same numbers for the same seed: mulberry32. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let next = Math.imul(state ^ (state >>> 15), 1 | state);
    next = (next + Math.imul(next ^ (next >>> 7), 61 | next)) ^ next;
    return ((next ^ (next >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const minute = 60_000;
const start = Date.parse('2026-03-01T00:00:00Z');

interface Kind {
  metric?: [namespace: string, metric: string, threshold: number, dimensions: (host: string) => Record<string, string>];
  title: string;
}

const instance = (host: string): Record<string, string> => ({ InstanceId: host });
const kinds: readonly Kind[] = [
  { title: 'web-cpu-high', metric: ['AWS/EC2', 'CPUUtilization', 90, instance] },
  {
    title: 'disk-root',
    metric: ['CWAgent', 'disk_used_percent', 80, (host) => ({ InstanceId: host, path: '/', device: 'xvda1' })],
  },
  { title: 'disk-odd', metric: ['CWAgent', 'disk_used_percent', 80, (host) => ({ InstanceId: host, path: '/data; rm -rf /' })] },
  { title: 'memory', metric: ['CWAgent', 'mem_used_percent', 95, instance] },
  {
    title: 'checkout-tasks',
    metric: ['ECS/ContainerInsights', 'RunningTaskCount', 1, () => ({ ClusterName: 'main', ServiceName: 'checkout' })],
  },
  { title: '5xx ratio high' },
  { title: 'queue lag' },
];

/** So many incidents over 90 days, as PagerDuty's REST would have told them, in no order. */
export function history(count: number, seed = 1): Recorded[] {
  const next = numbers(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(next() * items.length)] as Item;
  return Array.from({ length: count }, (_, index): Recorded => {
    const at = start + Math.floor(next() * 90 * 24 * 60) * minute + Math.floor(next() * 60) * 1_000;
    const kind = pick(kinds);
    const host = `i-0${String(Math.floor(next() * 12)).padStart(2, '0')}aa11bb22cc33dd`;
    const staging = next() < 0.3;
    const place = staging ? { account: '111122223333', service: 'PSVC001' } : { account: '444455556666', service: 'PSVC002' };
    const createdAt = new Date(at).toISOString();
    return {
      source: 'pagerduty',
      externalId: `Q${String(index).padStart(6, '0')}`,
      generation: '0',
      createdAt,
      incident: {
        id: `Q${String(index).padStart(6, '0')}`,
        title: kind.title,
        status: 'resolved',
        urgency: 'high',
        created_at: createdAt,
        service: { id: place.service, summary: 'web' },
        teams: [],
      },
      alerts: [alertOf(kind, host, place.account, at)],
      deeds: deedsOf(at, next),
    };
  });
}

function alertOf({ title, metric }: Kind, host: string, account: string, at: number): JsonObject {
  const common = { id: 'A1', status: 'resolved', created_at: new Date(at).toISOString(), summary: title, severity: 'critical' };
  if (!metric) return { ...common, body: { details: { host } } };
  const [Namespace, MetricName, Threshold, dimensions] = metric;
  return {
    ...common,
    body: {
      details: {
        AlarmName: title,
        AWSAccountId: account,
        NewStateValue: 'ALARM',
        NewStateReason: 'Threshold Crossed',
        StateChangeTime: new Date(at).toISOString().replace('Z', '+0000'),
        Region: 'EU (Ireland)',
        AlarmArn: `arn:aws:cloudwatch:eu-west-1:${account}:alarm:${title}-${host}`,
        OldStateValue: 'OK',
        Trigger: {
          MetricName,
          Namespace,
          Threshold,
          Dimensions: Object.entries(dimensions(host)).map(([name, value]) => ({ name, value })),
        },
      },
    },
  };
}

function deedsOf(at: number, next: () => number): Deed[] {
  const after = (ms: number): string => new Date(at + Math.round(ms / 1_000) * 1_000).toISOString();
  const person = { kind: 'person', id: 'PUSR001' } as const;
  if (next() < 0.15) return [{ at: after(20_000 + next() * 6 * minute), did: 'resolved', by: { kind: 'source' } }];
  const took = 2 * minute + next() * 90 * minute;
  return [
    { at: after(Math.min(took, next() * 5 * minute)), did: 'acknowledged', by: person },
    { at: after(took), did: 'resolved', by: next() < 0.8 ? person : { kind: 'source' } },
  ];
}

export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const next = numbers(seed);
  return items
    .map((item) => ({ item, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

export interface Told {
  /** Milliseconds after the beginning of the past. */
  at: number;
  metric?: 'cpu' | 'disk';
  host?: string;
  staging?: boolean;
  deeds?: Deed[];
  /** Since when the alarm is on, where that is not the same. */
  since?: number;
  labels?: Record<string, string>;
}

/** One incident of a CloudWatch alarm, in particular. */
export function incident(
  id: string,
  { at, metric = 'cpu', host = 'i-0aa11bb22cc33dd44', staging = true, deeds = [], since = at, labels = {} }: Told,
): Recorded {
  const createdAt = new Date(start + at).toISOString();
  const [account, service] = staging ? ['111122223333', 'PSVC001'] : ['444455556666', 'PSVC002'];
  const shape: Kind['metric'] =
    metric === 'cpu' ? ['AWS/EC2', 'CPUUtilization', 90, instance] : ['CWAgent', 'disk_used_percent', 80, instance];
  const kind: Kind = {
    title: metric,
    metric: [shape[0], shape[1], shape[2], (one) => ({ ...instance(one), path: '/', ...labels })],
  };
  return {
    source: 'pagerduty',
    externalId: id,
    generation: '0',
    createdAt,
    incident: {
      id,
      title: metric,
      status: 'resolved',
      urgency: 'high',
      created_at: createdAt,
      service: { id: service, summary: 'web' },
      teams: [],
    },
    alerts: [alertOf(kind, host, account, start + since)],
    deeds,
  };
}

/** A deed so many milliseconds after the beginning of the past. */
export const deed = (at: number, did: Deed['did'], kind: Deed['by']['kind'] = 'person'): Deed => ({
  at: new Date(start + at).toISOString(),
  did,
  by: kind === 'person' ? { kind, id: 'PUSR001' } : { kind },
});
