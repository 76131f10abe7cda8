import { z } from 'zod';
import type { Json, JsonObject } from '../../../domain/json.js';
import type { WireRequest } from '../../contract/simulator.js';
import type { Access } from './access.js';
import type { BusinessRule } from './business-rule.js';
import { type Instance, references, type Row } from './instance.js';
import type { Records } from './records.js';

const names = z.array(z.string().min(1));
const behaviourChange = z.strictObject({
  invalidQueryReturnsNoRows: z.boolean().optional(),
  unreadable: names.optional(),
  readOnly: names.optional(),
  hidden: names.optional(),
  sealed: names.optional(),
  mandatory: names.optional(),
  mandatoryInProgress: names.optional(),
  closeCodes: z.union([z.enum(['new', 'old']), z.array(z.string())]).optional(),
  rateLimit: z.int().min(0).optional(),
  rateLimitSays: z.enum(['retry-after', 'reset']).optional(),
  tokenSeconds: z.int().min(1).optional(),
  pagerDuty: z.enum(['absent', 'installed', 'sync']).optional(),
  linked: z.boolean().optional(),
  tellsOfOurs: z.boolean().optional(),
});

/** What a person writes into a form: columns, references by name or user name, and `by`, who does it. */
const form = z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.string());

export interface ControlDeps {
  instance: Instance;
  records: Records;
  rule: BusinessRule;
  access: Access;
}

/** What there is, for people. */
export const controlRoutes: Readonly<Record<string, string>> = {
  'GET /tickets': 'the tickets with their notes',
  'POST /tickets': 'a person opens one',
  'GET /tickets/{number}': 'one ticket',
  'POST /tickets/{number}': 'a person writes into it: columns, and `by`',
  'GET /behaviour': 'how the instance behaves',
  'POST /behaviour': 'changes that: rights, data policies, rate limits, PagerDuty’s app',
  'GET /notices': 'what its Business Rule sent, and how it was answered',
  'POST /resend': 'the latest notice once more',
  'GET /tokens': 'the OAuth tokens that were given',
  'POST /tokens/revoke': 'ends them',
};

/** Routes below `/_sandbox/servicenow/`: the people of the instance, its settings, and what its Business Rule sent. */
export async function answerControl(deps: ControlDeps, { method, path, body }: WireRequest): Promise<JsonObject | undefined> {
  const { instance, records, rule, access } = deps;
  const read = body.length === 0 ? {} : parsed(body);
  if (read === undefined) return { error: 'The body is not JSON.' };
  switch (`${method} ${path.replace(/\/$/, '')}`) {
    case 'GET /tickets':
      return { tickets: instance.incidents.map((row) => shown(records, row)) };
    case 'POST /tickets':
      return filled(deps, read, (fields, by) => records.insert(fields, by));
    case 'GET /behaviour':
      return { ...instance.behaviour };
    case 'POST /behaviour': {
      const change = behaviourChange.safeParse(read);
      if (!change.success) return { error: z.prettifyError(change.error) };
      const given = Object.entries(change.data).filter(([, value]) => value !== undefined);
      instance.behaviour = { ...instance.behaviour, ...(Object.fromEntries(given) as Partial<Instance['behaviour']>) };
      return { ...instance.behaviour };
    }
    case 'GET /notices':
      return { notices: rule.sent().map((notice) => ({ status: notice.status, body: JSON.parse(notice.body) as Json })) };
    case 'POST /resend': {
      const last = rule.sent().at(-1);
      return last ? { status: await rule.resend(last) } : { error: 'No notice was sent yet.' };
    }
    case 'GET /tokens':
      return { given: access.given() };
    case 'POST /tokens/revoke':
      access.revoke();
      return { revoked: true };
    default:
      return onTicket(deps, method, path, read);
  }
}

function onTicket(deps: ControlDeps, method: string, path: string, read: unknown): JsonObject | undefined {
  const { instance, records } = deps;
  const [, number] = /^\/tickets\/([^/]+)$/.exec(path) ?? [];
  if (number === undefined) return undefined;
  const row = records.find(number);
  if (!row)
    return {
      error: `There is no ticket ${number}. There are ${instance.incidents.map((one) => one['number']).join(', ') || 'none'}.`,
    };
  if (method === 'GET') return shown(records, row);
  return method === 'POST' ? filled(deps, read, (fields, by) => records.update(row, fields, by)) : undefined;
}

function filled(
  { instance, records }: ControlDeps,
  read: unknown,
  store: (fields: Row, by: string) => ReturnType<Records['insert']>,
): JsonObject {
  const given = form.safeParse(read);
  if (!given.success) return { error: z.prettifyError(given.error) };
  const { by = 'agent.one', ...fields } = given.data;
  const unknown = Object.keys(fields).filter((column) => !instance.columns().includes(column));
  if (unknown.length > 0) return { error: `incident has no ${unknown.join(', ')}. It has ${instance.columns().join(', ')}.` };
  const resolved = Object.fromEntries(
    Object.entries(fields).map(([column, value]) => [column, referenced(instance, column, value)]),
  );
  const written = store(resolved, by);
  return 'refused' in written ? { error: `A data policy misses ${written.missing.join(', ')}.` } : shown(records, written.row);
}

function referenced({ tables }: Instance, column: string, value: string): string {
  const target = tables[references[column] ?? '']?.find((one) => one['name'] === value || one['user_name'] === value);
  return target?.['sys_id'] ?? value;
}

const shown = (records: Records, row: Row): JsonObject => ({ ...row, notes: records.notes(row) });

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
