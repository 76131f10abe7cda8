import { z } from 'zod';
import type { JsonObject } from '../../domain/json.js';
import type { CallWith } from '../contract/call.js';
import { VendorError } from '../contract/errors.js';
import type { ServiceNowClient } from './client.js';
import { type Ticket, ticketColumns, ticketOf, valueOf } from './record.js';

export type ServiceNowCall = CallWith<ServiceNowClient>;

const row = z.record(z.string(), z.json());
const one = z.object({ result: row });
const several = z.object({ result: z.array(row) });

const pathOf = (table: string, sysId?: string): string =>
  `/api/now/table/${encodeURIComponent(table)}${sysId === undefined ? '' : `/${encodeURIComponent(sysId)}`}`;

/** Values are texts alone, references without their links. */
const plainly = (columns: readonly string[]) =>
  [
    ['sysparm_fields', columns.join(',')],
    ['sysparm_exclude_reference_link', 'true'],
  ] as const;

export interface Search {
  table: string;
  /** All of it must hold. The columns are ours, the values may come from anywhere. */
  where: readonly (readonly [column: string, operator: '=' | 'LIKE' | 'STARTSWITH', value: string])[];
  columns: readonly string[];
  limit: number;
  newestFirst?: boolean;
}

export interface Found {
  /** Rows that really are what was asked for. */
  rows: JsonObject[];
  /** The instance left a part of the query out, and gave rows that nobody asked for. */
  ignored: boolean;
  /** Rows that the query has and the user may not read, as far as the instance tells. */
  hidden: number;
}

/**
 * `GET /api/now/table/{table}`. What the instance does not understand of a query it leaves out, silently, and gives the rest of the
 * table: every row is compared with what was asked for. Its limit counts before rights are applied, so that no row is no proof either.
 * Contracts 4.1. Throws VendorError.
 */
export async function search(call: ServiceNowCall, { table, where, columns, limit, newestFirst }: Search): Promise<Found> {
  const order = newestFirst ? '^ORDERBYDESCsys_created_on' : '';
  const { body, total } = await call.client.request(call, {
    method: 'GET',
    path: pathOf(table),
    operation: `GET ${table}`,
    query: [
      [
        'sysparm_query',
        `${where.map(([column, operator, value]) => `${column}${operator}${queryable(value)}`).join('^')}${order}`,
      ],
      ['sysparm_limit', String(limit)],
      ...plainly([...new Set([...columns, ...where.map(([column]) => column)])]),
    ],
    answer: several,
  });
  const rows = body.result.filter((found) => where.every((part) => holds(found, part)));
  return {
    rows,
    // The database compares without case: such a row was asked for, and is still not the one.
    ignored: body.result.some((found) => !where.every((part) => holds(found, part, (text) => text.toLowerCase()))),
    hidden: Math.max(0, Math.min(total ?? 0, limit) - body.result.length),
  };
}

function holds(
  record: JsonObject,
  [column, operator, wanted]: Search['where'][number],
  as: (text: string) => string = (text) => text,
): boolean {
  const value = as(valueOf(record, column));
  if (operator === 'LIKE') return value.includes(as(wanted));
  return operator === '=' ? value === as(wanted) : value.startsWith(as(wanted));
}

/** `^` ends a part of a query, and `javascript:` is run by the instance. */
function queryable(value: string): string {
  if (value === '' || value.length > 200 || /[\^\r\n]/.test(value) || /^\s*javascript:/i.test(value))
    throw new VendorError('servicenow', 'refused', 'a value that cannot stand in a query was to be searched for');
  return value;
}

/** Throws VendorError `absent` when there is none, or none that the user may read. */
export async function getTicket(call: ServiceNowCall, sysId: string): Promise<Ticket> {
  const { table } = call.client;
  const { body } = await call.client.request(call, {
    method: 'GET',
    path: pathOf(table, sysId),
    operation: `GET ${table}/{sys_id}`,
    query: plainly(ticketColumns),
    answer: one,
  });
  return ticketOf(body.result);
}

/** The record with what people see beside what is stored. */
export async function getWhole(call: ServiceNowCall, sysId: string, columns: readonly string[]): Promise<JsonObject> {
  const { table } = call.client;
  const { body } = await call.client.request(call, {
    method: 'GET',
    path: pathOf(table, sysId),
    operation: `GET ${table}/{sys_id}`,
    query: [['sysparm_display_value', 'all'], ...plainly(columns)],
    answer: one,
  });
  return body.result;
}

/** What it holds afterwards: a column that the instance does not know, or does not let us set, is left out with 200. */
export async function patchTicket(call: ServiceNowCall, sysId: string, fields: Record<string, string>): Promise<Ticket> {
  const { table } = call.client;
  const { body } = await call.client.request(call, {
    method: 'PATCH',
    path: pathOf(table, sysId),
    operation: `PATCH ${table}`,
    query: plainly(ticketColumns),
    body: fields,
    answer: one,
  });
  return ticketOf(body.result);
}

export async function postTicket(call: ServiceNowCall, fields: Record<string, string>): Promise<Ticket> {
  const { table } = call.client;
  const { body } = await call.client.request(call, {
    method: 'POST',
    path: pathOf(table),
    operation: `POST ${table}`,
    query: plainly(ticketColumns),
    body: fields,
    answer: one,
  });
  return ticketOf(body.result);
}
