import { z } from 'zod';
import type { SandboxWorld } from '../../contract/simulator.js';
import type { Alerts, SimAlert } from './alerts.js';

const one = z.strictObject({
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()).default({}),
  status: z.enum(['firing', 'resolved']).default('firing'),
  /** ISO 8601; default now, or that of the alert which fires already. */
  startsAt: z.iso.datetime().optional(),
  values: z.record(z.string(), z.number()).nullable().default(null),
  generatorURL: z.string().optional(),
  /** What the rule's evaluation says instead of `Normal`, when the alert is gone: `Normal (MissingSeries)`. */
  ruleState: z.string().optional(),
  inhibited: z.boolean().default(false),
});

/** What `POST /_sandbox/<vendor>/alerts` takes. */
export const alertsOrder = z.strictObject({
  alerts: z.array(one).min(1),
  /** Whether the webhook is sent at once, as when a group's wait is over. */
  send: z.boolean().default(true),
  truncatedAlerts: z.int().nonnegative().default(0),
});
type Order = z.infer<typeof one>;

/** Raises or resolves it in the simulated Alertmanager: what fires already keeps its start. */
export function play(world: SandboxWorld, alerts: Alerts, order: Order): SimAlert {
  const { status, startsAt, generatorURL = '', ruleState, ...rest } = order;
  const now = world.now();
  const known = alerts.all().find((alert) => sameLabels(alert.labels, order.labels));
  const began = known && (status === 'resolved' || known.endsAt === undefined) ? known.startsAt : now;
  return alerts.put({
    ...rest,
    generatorURL,
    ruleState,
    startsAt: startsAt === undefined ? began : Date.parse(startsAt),
    endsAt: status === 'resolved' ? now : undefined,
  });
}

const sameLabels = (one: Record<string, string>, other: Record<string, string>): boolean =>
  Object.keys(one).length === Object.keys(other).length && Object.entries(one).every(([name, value]) => other[name] === value);

/** One attempt at a webhook. Gives the status; 0 when there was no answer in time. */
export async function post(url: string, headers: Record<string, string>, body: string, withinMs: number): Promise<number> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(withinMs),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

/** As Go writes them: nine digits behind the second, and a zero time for what has not ended. */
export const goTime = (ms: number | undefined): string =>
  ms === undefined ? '0001-01-01T00:00:00Z' : new Date(ms).toISOString().replace(/Z$/, '000000Z');

/** Labels and annotations that all alerts of a group share. */
export const common = (maps: readonly Record<string, string>[]): Record<string, string> =>
  Object.fromEntries(Object.entries(maps[0] ?? {}).filter(([name, value]) => maps.every((map) => map[name] === value)));
