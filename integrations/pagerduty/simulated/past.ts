import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld } from '../../contract/simulator.js';
import { agent, firstPerson, seconds, type SimIncident, type SimLogEntry, userReference } from './account.js';
import { alertOf } from './incidents.js';

const doers = ['person', 'service', 'nobody'] as const;

/** An incident of long ago: which alarm opened it, or how a person called it; when; and what became of it. Seconds count from its beginning. */
export const pastIncident = z.strictObject({
  at: z.iso.datetime(),
  alarm: z.string().optional(),
  title: z.string().optional(),
  service: z.strictObject({ id: z.string(), name: z.string() }).optional(),
  /** Dimensions that differ from the shipped alarm's. */
  dimensions: z.record(z.string(), z.string()).optional(),
  /** What another tool puts into the alert, instead of an alarm's message. */
  details: z.record(z.string(), z.json()).optional(),
  acknowledgedAfter: z.number().min(0).optional(),
  resolvedAfter: z.number().min(0).optional(),
  resolvedBy: z.enum(doers).default('service'),
});
export const pastBody = z.strictObject({ incidents: z.array(pastIncident).min(1).max(20_000) });
type Past = z.infer<typeof pastIncident>;

/** Incidents as they stand in the account today, oldest first. `undefined`: there is no such alarm. */
export function pastIncidents(world: SandboxWorld, past: readonly Past[], first: number): SimIncident[] | undefined {
  const sorted = [...past].sort((a, b) => a.at.localeCompare(b.at));
  const made = sorted.map((one, index) => pastOne(world, one, first + index));
  return made.every((one) => one !== undefined) ? made : undefined;
}

function pastOne(world: SandboxWorld, past: Past, number: number): SimIncident | undefined {
  const shipped = world.alarms.find(({ name }) => name === past.alarm);
  if (past.alarm !== undefined && !shipped) return undefined;
  const began = Date.parse(past.at);
  const id = `Q0PAST${String(number).padStart(6, '0')}`;
  const alarm = shipped && { ...shipped, dimensions: { ...shipped.dimensions, ...past.dimensions } };
  const title = past.title ?? alarm?.title ?? (alarm ? `ALARM: "${alarm.name}" in EU (Ireland)` : 'Somebody opened this');
  const alert = alarm && alarm.title === undefined ? alertOf(id, title, alarm, began) : undefined;
  const own = past.details && {
    id: `${id}A1`,
    summary: title,
    createdAt: seconds(began),
    severity: 'critical',
    details: past.details,
    cef: {},
  };
  const resolved = past.resolvedAfter !== undefined;
  const status = resolved ? 'resolved' : past.acknowledgedAfter === undefined ? 'triggered' : 'acknowledged';
  const log = logOf(past, began, id);
  return {
    id,
    number,
    alarm: past.alarm ?? '',
    title,
    status,
    key: alarm?.arn ?? id,
    createdAt: seconds(began),
    reopenedAt: undefined,
    service: past.service ?? alarm?.service ?? { id: 'PSVC001', name: 'web' },
    level: 1,
    assignees: [agent],
    acknowledgers: status === 'acknowledged' ? [{ user: firstPerson, at: seconds(began) }] : [],
    resolveReason: null,
    notes: [],
    statusUpdates: [],
    alerts: [own ?? alert].flatMap((one) =>
      one ? [{ ...one, status: resolved ? ('resolved' as const) : ('triggered' as const) }] : [],
    ),
    woken: [],
    log,
  };
}

function logOf({ acknowledgedAfter, resolvedAfter, resolvedBy }: Past, began: number, id: string): SimLogEntry[] {
  const service: JsonObject = { id: 'PSVC001', type: 'service_reference', summary: 'its service' };
  const by: Record<(typeof doers)[number], JsonObject | null> = { person: userReference(firstPerson), service, nobody: null };
  const entry = (type: string, after: number, who: JsonObject | null): SimLogEntry => ({
    id: `${id}${type.slice(0, 3).toUpperCase()}`,
    type: `${type}_log_entry`,
    createdAt: seconds(began + after * 1000),
    agent: who,
  });
  return [
    entry('trigger', 0, service),
    ...(acknowledgedAfter === undefined ? [] : [entry('acknowledge', acknowledgedAfter, userReference(firstPerson))]),
    ...(resolvedAfter === undefined ? [] : [entry('resolve', resolvedAfter, by[resolvedBy])]),
  ];
}

/** As the account's log has it: contracts 1.9; the list of the whole account is [M]. */
export const logEntry = (entry: SimLogEntry, incident: SimIncident): JsonObject => ({
  id: entry.id,
  type: entry.type,
  summary: `${entry.type.split('_')[0]} by ${String(entry.agent?.['summary'] ?? 'nobody')}`,
  created_at: entry.createdAt,
  agent: entry.agent,
  channel: { type: 'website', notification: 'secret words of a channel' },
  incident: { id: incident.id, type: 'incident_reference', summary: incident.title },
});
