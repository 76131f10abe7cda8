import { z } from 'zod';
import type { Alert } from '../../domain/alert.js';
import type { Trust } from '../../domain/delivery.js';
import type { Incident, IncidentRef, Person } from '../../domain/incident.js';
import type { Json } from '../../domain/json.js';
import type { BodyFacts, BodyReader, SourceReading } from '../contract/source.js';
import { isObject, labelsOf, readDetails } from './details.js';
import { generationOf } from './shapes/proven.js';

const time = z.string().refine((text) => Number.isFinite(Date.parse(text)), 'is not a time');
const reference = z.object({ id: z.string().min(1), summary: z.string().nullish() });

/** REST `Incident`, as far as it is used. Names differ from the webhook's. */
const restIncident = z.object({
  id: z.string().min(1),
  title: z.string().nullish(),
  summary: z.string().nullish(),
  status: z.enum(['triggered', 'acknowledged', 'resolved']),
  urgency: z.string().nullish(),
  priority: reference.nullish(),
  created_at: time,
  html_url: z.string().nullish(),
  service: reference,
  teams: z.array(reference).nullish(),
  escalation_policy: reference.nullish(),
  acknowledgements: z.array(z.object({ acknowledger: reference.extend({ email: z.string().nullish() }) })).nullish(),
  reopened_at: time.nullish(),
  resolve_reason: z.object({ type: z.string(), incident: z.object({ id: z.string() }).nullish() }).nullish(),
});

const restAlert = z.object({
  id: z.string().nullish(),
  status: z.string().nullish(),
  suppressed: z.boolean().nullish(),
  created_at: time.nullish(),
  summary: z.string().nullish(),
  severity: z.string().nullish(),
  body: z.object({ details: z.json().optional(), cef_details: z.json().optional() }).nullish(),
});

type RestIncident = z.infer<typeof restIncident>;
type RestAlert = z.infer<typeof restAlert>;

/**
 * A reading of the REST API in our words. Pure. Throws Error with a plain sentence when the incident cannot be understood.
 * `heldBy` is who acknowledged it; `read` has taken ourselves out before.
 */
export function normalise(
  reading: SourceReading,
  ref: IncidentRef,
  trust: Trust,
  bodies: readonly BodyReader[],
): { incident: Incident; alert: Alert } {
  const parsed = restIncident.safeParse(reading.incident);
  if (!parsed.success) {
    const where = parsed.error.issues
      .map(({ path, message }) => `${path.join('.') || 'the incident'} (${message})`)
      .slice(0, 3)
      .join(', ');
    throw new Error(`PagerDuty's incident ${ref.externalId} cannot be understood: ${where}.`);
  }
  const incident = toIncident(parsed.data, ref);
  return { incident, alert: toAlert(firstAlert(reading.alerts), incident, trust, bodies) };
}

function toIncident(read: RestIncident, ref: IncidentRef): Incident {
  const team = read.teams?.[0]?.id;
  const merged =
    read.resolve_reason?.type === 'merge_resolve_reason' ? (read.resolve_reason.incident?.id ?? 'unknown') : undefined;
  return {
    ref,
    id: read.id,
    title: read.title || read.summary || read.id,
    status: read.status,
    urgency: read.urgency ?? 'high',
    ...(read.priority ? { priority: read.priority.summary ?? read.priority.id } : {}),
    service: { id: read.service.id, name: read.service.summary ?? read.service.id },
    ...(team ? { team } : {}),
    ...(read.html_url ? { url: read.html_url } : {}),
    ...(read.escalation_policy ? { escalationPolicy: read.escalation_policy.id } : {}),
    createdAt: new Date(read.created_at).toISOString(),
    heldBy: (read.acknowledgements ?? []).map(({ acknowledger }) => personOf(acknowledger)),
    ...(read.reopened_at ? { life: generationOf(read.reopened_at) } : {}),
    ...(merged ? { mergedInto: merged } : {}),
  };
}

export function personOf({
  id,
  summary,
  name,
  email,
}: {
  id: string;
  summary?: string | null | undefined;
  name?: string | null | undefined;
  email?: string | null | undefined;
}): Person {
  return { id, name: name || summary || id, ...(email ? { email } : {}) };
}

/** The first that is still triggered, by its own time; else the first that there is. Alerts of another form count as none. */
function firstAlert(alerts: readonly unknown[]): RestAlert | undefined {
  const read = alerts.flatMap((alert) => {
    const parsed = restAlert.safeParse(alert);
    return parsed.success ? [parsed.data] : [];
  });
  const byTime = read.toSorted((a, b) => began(a) - began(b));
  return (
    byTime.find((alert) => alert.status === 'triggered' && !alert.suppressed) ??
    byTime.find((alert) => alert.status === 'triggered') ??
    byTime[0]
  );
}

const began = (alert: RestAlert): number => (alert.created_at ? Date.parse(alert.created_at) : Number.POSITIVE_INFINITY);

/** Without an alert, as in an incident that a human opened, the incident itself is the alert. */
function toAlert(alert: RestAlert | undefined, incident: Incident, trust: Trust, bodies: readonly BodyReader[]): Alert {
  const details = readDetails(alert?.body?.details);
  const cef = alert?.body?.cef_details;
  const facts = factsOf(details, cef, bodies);
  const { correlationKey, source, name, labels, severity, startedAt, ...rest } = facts;
  const grade = severity ?? alert?.severity ?? cefSeverity(cef);
  return {
    ...rest,
    source: source ?? 'pagerduty',
    name: name ?? alert?.summary ?? incident.title,
    labels: { ...labelsOf(details, cef), ...labels },
    ...(grade ? { severity: grade } : {}),
    startedAt: startedAt ?? (alert?.created_at ? new Date(alert.created_at).toISOString() : incident.createdAt),
    trust,
    // A reopened incident is a new life: it must not join the run of the old one.
    correlationKey:
      correlationKey ??
      `${incident.ref.source}:${incident.ref.externalId}${incident.ref.generation === '0' ? '' : `:r${incident.ref.generation}`}`,
  };
}

/** The first reader that knows the body. It may stand in the details, or in the details that PagerDuty put into its common event format. */
function factsOf(details: Json, cef: Json | undefined, bodies: readonly BodyReader[]): BodyFacts {
  const places = [details, ...(isObject(cef) && cef['details'] !== undefined ? [readDetails(cef['details'])] : [])];
  for (const place of places) {
    for (const read of bodies) {
      const facts = read(place);
      if (facts) return facts;
    }
  }
  return {};
}

function cefSeverity(cef: Json | undefined): string | undefined {
  const severity = isObject(cef) ? cef['severity'] : undefined;
  return typeof severity === 'string' ? severity : undefined;
}
