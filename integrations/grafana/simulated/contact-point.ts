import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld } from '../../contract/simulator.js';
import type { Alerts, SimAlert } from '../../wire/simulated/alerts.js';
import { common, goTime, post } from '../../wire/simulated/contact.js';

/** How the simulated contact point is configured: `POST /_sandbox/grafana/contact-point`. */
export const contactPointSettings = z.strictObject({
  hmac: z.enum(['body', 'timestamp', 'none']).default('body'),
  header: z.string().default('X-Grafana-Alerting-Signature'),
  timestampHeader: z.string().default('X-Grafana-Alerting-Timestamp'),
  /** Shows the sandbox's door token, as `Authorization: Bearer`. */
  token: z.boolean().default(false),
  /** Replaces the whole body, as `payload.template` does. */
  template: z.string().optional(),
});
export type ContactPointSettings = z.infer<typeof contactPointSettings>;

export interface Sent extends JsonObject {
  status: number;
  body: string;
}

/** contracts 3.1: Grafana gives up on a webhook after 30 s, and never repeats it before the group's next interval. */
const timeoutMs = 30_000;

/** contracts 3.1: the webhook of a contact point. */
export async function notify(
  world: SandboxWorld,
  settings: ContactPointSettings,
  group: readonly SimAlert[],
  truncatedAlerts: number,
): Promise<Sent> {
  const body = settings.template ?? JSON.stringify(groupBody(world, group, truncatedAlerts));
  const url = `${world.settings.apiUrl}/webhooks/grafana`;
  const fault = world.takeFault('webhook grafana');
  if (fault?.kind === 'reset-before') return { status: 0, body };
  let status = 0;
  for (let copy = 0; copy < (fault?.kind === 'duplicate-delivery' ? 2 : 1); copy += 1)
    status = await post(url, headersOf(world, settings, body), body, timeoutMs);
  return { status: fault?.kind.startsWith('execute-then') ? 0 : status, body };
}

function headersOf(world: SandboxWorld, settings: ContactPointSettings, body: string): Record<string, string> {
  const { hmac, header, timestampHeader, token } = settings;
  const time = String(Math.floor(world.now() / 1000));
  const signed = hmac === 'timestamp' ? `${time}:${body}` : body;
  return {
    'content-type': 'application/json',
    'user-agent': 'Grafana',
    ...(hmac === 'none' ? {} : { [header]: createHmac('sha256', world.settings.webhookSecret).update(signed).digest('hex') }),
    ...(hmac === 'timestamp' ? { [timestampHeader]: time } : {}),
    ...(token ? { authorization: `Bearer ${world.settings.doorToken}` } : {}),
  };
}

function groupBody(world: SandboxWorld, group: readonly SimAlert[], truncatedAlerts: number): JsonObject {
  const external = `${world.address()}/grafana/`;
  const firing = group.some(({ endsAt }) => endsAt === undefined);
  const shared = common(group.map(({ labels }) => shown(labels)));
  return {
    receiver: 'opssentinel',
    status: firing ? 'firing' : 'resolved',
    orgId: 1,
    alerts: group.map((alert) => webhookAlert(alert, external)),
    groupLabels: shared['alertname'] === undefined ? {} : { alertname: shared['alertname'] },
    commonLabels: shared,
    commonAnnotations: common(group.map(({ annotations }) => annotations)),
    externalURL: external,
    appVersion: '13.1.0',
    version: '1',
    groupKey: '{}/{}:{alertname="…"}',
    truncatedAlerts,
    title: `[${firing ? 'FIRING' : 'RESOLVED'}:${group.length}] SANDBOX`,
    state: firing ? 'alerting' : 'ok',
    message: 'SANDBOX',
  };
}

function webhookAlert(alert: SimAlert, external: string): JsonObject {
  const { labels, annotations, startsAt, endsAt, generatorURL, fingerprint, values } = alert;
  const rule = labels['__alert_rule_uid__'];
  return {
    status: endsAt === undefined ? 'firing' : 'resolved',
    labels: shown(labels),
    annotations,
    startsAt: goTime(startsAt),
    endsAt: goTime(endsAt),
    generatorURL,
    fingerprint,
    silenceURL: `${external}alerting/silence/new`,
    dashboardURL: '',
    panelURL: '',
    ...(rule === undefined ? {} : { ruleUID: rule }),
    values,
    valueString: '',
    orgId: 1,
  };
}

/** Grafana keeps labels like `__alert_rule_uid__` to itself. */
const shown = (labels: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !(name.startsWith('__') && name.endsWith('__'))));

/** What the rules' own evaluation says of every series, those that are normal too: `/api/prometheus/grafana/api/v1/alerts`. */
export const instances = (alerts: Alerts, withInternal: boolean): JsonObject[] =>
  alerts.all().map(({ labels, annotations, endsAt, startsAt, ruleState }) => ({
    labels: withInternal ? labels : shown(labels),
    annotations,
    state: ruleState ?? (endsAt === undefined ? 'Alerting' : 'Normal'),
    activeAt: new Date(endsAt ?? startsAt).toISOString(),
    value: '',
  }));
