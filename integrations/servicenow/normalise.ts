import type { Alert } from '../../domain/alert.js';
import type { Trust } from '../../domain/delivery.js';
import type { Incident, IncidentRef, IncidentStatus } from '../../domain/incident.js';
import type { Json, JsonObject } from '../../domain/json.js';
import type { BodyFacts, BodyReader, SourceReading } from '../contract/source.js';
import { isOver, pagerDutyColumns, pagerDutyWaiting, shownOf, valueOf } from './record.js';
import { utc } from './times.js';

/** What is read of a record; the last three by way of a reference. */
export const incidentColumns: readonly string[] = [
  'sys_id',
  'number',
  'short_description',
  'description',
  'state',
  'urgency',
  'priority',
  'opened_at',
  'reopen_count',
  'correlation_id',
  'cmdb_ci',
  'business_service',
  'assignment_group',
  'assigned_to',
  'category',
  'subcategory',
  'location',
  ...pagerDutyColumns,
  'assigned_to.user_name',
  'assigned_to.email',
];

/** Where the reading has the record's own page; the record has none. */
export const pageOf = 'opssentinel_page';

/** 1 high, 2 medium, 3 low. */
const urgencies: Readonly<Record<string, string>> = { '1': 'high', '2': 'medium', '3': 'low' };

/** Columns that rules may read, as what people see of them: text that a form's lists give, not prose. */
const labelColumns = ['cmdb_ci', 'category', 'subcategory', 'location'] as const;
const label = /^[\p{L}\p{N}][\p{L}\p{N} ._:/@()+&-]{0,199}$/u;

/**
 * A record in our words. Pure. Throws Error with a plain sentence when it cannot be understood.
 * Being assigned is what being acknowledged is elsewhere; `read` has taken ourselves out before. A state alone says nothing: we set it too.
 */
export function normalise(
  { incident: record }: SourceReading,
  ref: IncidentRef,
  trust: Trust,
  bodies: readonly BodyReader[],
): { incident: Incident; alert: Alert } {
  const missing = ['sys_id', 'number', 'state', 'opened_at'].filter((column) => valueOf(record, column) === '');
  if (missing.length > 0)
    throw new Error(`ServiceNow's record ${ref.externalId} cannot be understood: ${missing.join(', ')} cannot be read.`);
  const opened = valueOf(record, 'opened_at');
  if (!utc.is(opened)) throw new Error(`ServiceNow's record ${ref.externalId} cannot be understood: opened_at is no time.`);
  const incident = toIncident(record, ref, utc.iso(opened));
  return { incident, alert: toAlert(record, incident, trust, bodies) };
}

function toIncident(record: JsonObject, ref: IncidentRef, createdAt: string): Incident {
  const number = valueOf(record, 'number');
  const assigned = valueOf(record, 'assigned_to');
  const email = valueOf(record, 'assigned_to.email');
  const team = valueOf(record, 'assignment_group');
  const url = record[pageOf];
  const person = {
    id: valueOf(record, 'assigned_to.user_name') || assigned,
    name: shownOf(record, 'assigned_to'),
    ...(email ? { email } : {}),
  };
  return {
    ref,
    id: number,
    title: valueOf(record, 'short_description') || number,
    status: statusOf(valueOf(record, 'state'), assigned),
    urgency: urgencies[valueOf(record, 'urgency')] ?? 'medium',
    ...(valueOf(record, 'priority') ? { priority: shownOf(record, 'priority') } : {}),
    service: serviceOf(record),
    ...(team ? { team } : {}),
    ...(typeof url === 'string' ? { url } : {}),
    createdAt,
    heldBy: assigned ? [person] : [],
    life: String(Number(valueOf(record, 'reopen_count')) || 0),
  };
}

const statusOf = (state: string, assigned: string): IncidentStatus => {
  if (isOver(state)) return 'resolved';
  return assigned === '' ? 'triggered' : 'acknowledged';
};

/** The business service, else the configuration item. */
function serviceOf(record: JsonObject): Incident['service'] {
  const column = ['business_service', 'cmdb_ci'].find((one) => valueOf(record, one) !== '');
  return column === undefined
    ? { id: 'none', name: 'no service' }
    : { id: valueOf(record, column), name: shownOf(record, column) };
}

function toAlert(record: JsonObject, incident: Incident, trust: Trust, bodies: readonly BodyReader[]): Alert {
  const { correlationKey, source, name, labels, startedAt, ...rest } = factsOf(valueOf(record, 'description'), bodies);
  const { externalId, generation } = incident.ref;
  return {
    ...rest,
    source: source ?? 'servicenow',
    name: name ?? incident.title,
    labels: { ...labelsOf(record), ...labels },
    startedAt: startedAt ?? incident.createdAt,
    trust,
    // A reopened ticket is a new life: it must not join the run of the old one.
    correlationKey:
      correlationKey ?? linkedKey(record) ?? `servicenow:${externalId}${generation === '0' ? '' : `:r${generation}`}`,
  };
}

/** What PagerDuty's app keeps in step with a PagerDuty incident is the alert of that incident. */
function linkedKey(record: JsonObject): string | undefined {
  const linked = pagerDutyColumns.map((column) => valueOf(record, column)).find((value) => value !== '');
  return linked === undefined || linked === pagerDutyWaiting ? undefined : `pagerduty:${linked}`;
}

const labelsOf = (record: JsonObject): Record<string, string> =>
  Object.fromEntries(
    labelColumns.flatMap((column) => {
      const shown = shownOf(record, column);
      return label.test(shown) ? [[column, shown]] : [];
    }),
  );

/** A tool that opened the ticket may have put its whole alert into the description. */
function factsOf(description: string, bodies: readonly BodyReader[]): BodyFacts {
  if (!/^\s*[[{]/.test(description)) return {};
  let details: Json;
  try {
    details = JSON.parse(description) as Json;
  } catch {
    return {};
  }
  for (const read of bodies) {
    const facts = read(details);
    if (facts) return facts;
  }
  return {};
}
