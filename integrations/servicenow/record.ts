import type { Json, JsonObject } from '../../domain/json.js';

/** States of an incident, as the instance keeps them: texts, like every other value. Contracts 4.1. */
export const states = { isNew: '1', inProgress: '2', onHold: '3', resolved: '6', closed: '7', canceled: '8' } as const;

/** Over for us: nobody waits for it any more. */
export const isOver = (state: string): boolean =>
  state === states.resolved || state === states.closed || state === states.canceled;

/** Nothing is written to it any more: instances make such a record read-only. */
export const isSealed = (state: string): boolean => state === states.closed || state === states.canceled;

/** What marks a ticket as opened by us; after it stands our own id of the incident. */
export const ourPrefix = 'opssentinel:';

/** PagerDuty's app holds this in its column while it creates its incident. Contracts 4.4. */
export const pagerDutyWaiting = '---waiting---';

/** The columns of PagerDuty's app; the second in its newer versions. Not there where the app is not installed. */
export const pagerDutyColumns = ['x_pd_integration_incident', 'x_pd_integration_incident_id'] as const;

/** A record as far as we keep it informed. */
export interface Ticket {
  sysId: string;
  number: string;
  state: string;
  correlationId: string;
  /** Rises with every change by anybody. */
  modCount: number;
  /** User name, or sys_id where that cannot be read; empty: nobody. */
  assignedTo: string;
  urgency: string;
  impact: string;
  closeCode: string;
  closeNotes: string;
  /** Id of the PagerDuty incident that PagerDuty's own app keeps in step with it; empty: none. */
  pagerDuty: string;
}

export const ticketColumns: readonly string[] = [
  'sys_id',
  'number',
  'state',
  'active',
  'correlation_id',
  'sys_mod_count',
  'assigned_to',
  'assigned_to.user_name',
  'urgency',
  'impact',
  'close_code',
  'close_notes',
  ...pagerDutyColumns,
];

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A column's value: text, or a reference with its value beside a link, or both values beside each other. Empty: not there. */
export function valueOf(record: JsonObject, column: string): string {
  const field = record[column];
  const value = isObject(field) ? field['value'] : field;
  return typeof value === 'string' ? value : '';
}

/** What people see of it, where that was asked for; else its value. */
export function shownOf(record: JsonObject, column: string): string {
  const field = record[column];
  const shown = isObject(field) ? field['display_value'] : undefined;
  return typeof shown === 'string' && shown !== '' ? shown : valueOf(record, column);
}

export const ticketOf = (record: JsonObject): Ticket => ({
  sysId: valueOf(record, 'sys_id'),
  number: valueOf(record, 'number'),
  state: valueOf(record, 'state'),
  correlationId: valueOf(record, 'correlation_id'),
  modCount: Number(valueOf(record, 'sys_mod_count')) || 0,
  assignedTo: valueOf(record, 'assigned_to.user_name') || valueOf(record, 'assigned_to'),
  urgency: valueOf(record, 'urgency'),
  impact: valueOf(record, 'impact'),
  closeCode: valueOf(record, 'close_code'),
  closeNotes: valueOf(record, 'close_notes'),
  pagerDuty: pagerDutyColumns.map((column) => valueOf(record, column)).find((value) => value !== '') ?? '',
});
