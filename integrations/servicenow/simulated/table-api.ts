import type { SandboxWorld, WireRequest, WireResponse } from '../../contract/simulator.js';
import { objectOrNothing } from '../../wire/simulated/body.js';
import { type Instance, type Row } from './instance.js';
import { select } from './query.js';
import { agent, type Records } from './records.js';
import { type View, view } from './views.js';

export interface TableDeps {
  world: SandboxWorld;
  instance: Instance;
  records: Records;
}

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): WireResponse => ({
  status,
  headers: { 'content-type': 'application/json;charset=UTF-8', ...headers },
  body: JSON.stringify(body),
});

/** contracts 4.1: `{"error":{"message","detail"},"status":"failure"}`. */
export const failure = (status: number, message: string, detail: string, headers: Record<string, string> = {}): WireResponse =>
  json(status, { error: { message, detail }, status: 'failure' }, headers);

export const tablePath = /^\/api\/now(?:\/(v[12]))?\/table\/([a-z0-9_]+)(?:\/([^/]+))?$/;

export interface Addressed {
  version: string | undefined;
  table: string;
  sysId: string | undefined;
}

export function answerTable(deps: TableDeps, request: WireRequest, { version, table, sysId }: Addressed): WireResponse {
  const { instance } = deps;
  const rows = rowsOf(instance, table);
  if (!rows) return failure(400, `Invalid table ${table}`, '');
  const how = viewOf(request.query, deps.world.address());
  if (request.method === 'GET' && sysId === undefined) return list(instance, { rows, table, version, query: request.query, how });
  const row = sysId === undefined ? undefined : rows.find((one) => one['sys_id'] === sysId);
  if (sysId !== undefined && (!row || isHidden(instance, table, row)))
    // contracts 4.1: [M] text.
    return failure(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval");
  if (request.method === 'GET' && row) return json(200, { result: view(instance, row, how) });
  const writes = (request.method === 'PATCH' || request.method === 'PUT') === (row !== undefined) && request.method !== 'GET';
  if (table !== 'incident' || !writes)
    return json(501, { error: { message: `SANDBOX: ServiceNow's ${request.method} ${table} is not simulated` } });
  return store(deps, request, row, how);
}

function rowsOf(instance: Instance, table: string): Row[] | undefined {
  if (table === 'incident') return instance.incidents;
  if (table === 'sys_journal_field') return instance.journal;
  return table === 'sys_choice' ? instance.choices() : instance.tables[table];
}

const isHidden = ({ behaviour }: Instance, table: string, row: Row): boolean =>
  behaviour.hidden.includes(table) || behaviour.hidden.includes(row['number'] ?? '');

const viewOf = (query: URLSearchParams, address: string): View => {
  const display = query.get('sysparm_display_value');
  return {
    fields: (query.get('sysparm_fields') ?? '').split(',').filter((field) => field !== ''),
    excludeLink: query.get('sysparm_exclude_reference_link') === 'true',
    display: display === 'all' || display === 'true' ? display : 'false',
    address,
  };
};

interface Listing {
  rows: readonly Row[];
  table: string;
  version: string | undefined;
  query: URLSearchParams;
  how: View;
}

function list(instance: Instance, { rows, table, version, query, how }: Listing): WireResponse {
  const { unreadable, invalidQueryReturnsNoRows } = instance.behaviour;
  const all = table === 'incident' ? instance.columns() : Object.keys(rows[0] ?? journalColumns);
  const columns = table === 'incident' ? all.filter((column) => !unreadable.includes(column)) : all;
  const found = select(rows, query.get('sysparm_query') ?? '', { columns, noRowsWhenInvalid: invalidQueryReturnsNoRows });
  // contracts 4.1: the limit counts before rights: a page may be empty although more would follow.
  const page = found.slice(0, Number(query.get('sysparm_limit') ?? '10000')).filter((row) => !isHidden(instance, table, row));
  // contracts 4.1: v1 answers 404 where later versions answer an empty list.
  if (page.length === 0 && version === 'v1') return failure(404, 'No Record found', 'Records matching query not found');
  return json(200, { result: page.map((row) => view(instance, row, how)) }, { 'x-total-count': String(found.length) });
}

const journalColumns = { element_id: '', element: '', value: '', name: '', sys_created_on: '' };

function store({ world, instance, records }: TableDeps, request: WireRequest, row: Row | undefined, how: View): WireResponse {
  const fields = objectOrNothing(request.body);
  if (!fields) return failure(400, 'Exception while reading request', 'The payload is not valid JSON.');
  // contracts 4.1, read in errors: a real 403, which no field mends.
  if (row && (instance.behaviour.sealed.includes(row['number'] ?? '') || row['state'] === '7'))
    return failure(403, 'Operation Failed', 'ACL Exception Update Failed due to security constraints');
  const written = row ? records.update(row, fields, agent) : records.insert(fields, agent);
  if ('refused' in written)
    // contracts 4.1: 403 with the labels of what is missing: a validation.
    return failure(
      403,
      'Operation Failed',
      `Data Policy Exception: \n\tThe following fields are mandatory: ${written.missing.join(', ')}`,
    );
  const { changed, notes } = written;
  world.effect({
    vendor: 'servicenow',
    operation: row ? 'PATCH incident' : 'POST incident',
    target: written.row['number'] ?? '',
    key: [...notes.join('\n').matchAll(/\[(opssentinel [^\]]+)\]/g)].map((found) => found[1]).join(', '),
    outcome: outcomeOf(row, written.row, changed, notes.length),
  });
  // contracts 4.1: suppresses the body.
  if (request.headers['x-no-response-body'] === 'true') return { status: row ? 204 : 201 };
  return json(row ? 200 : 201, { result: view(instance, written.row, how) });
}

function outcomeOf(before: Row | undefined, after: Row, changed: readonly string[], notes: number): string {
  if (!before) return 'opened';
  const parts = [
    ...(changed.includes('state') ? [`state ${before['state']} → ${after['state']}`] : changed.length > 0 ? ['changed'] : []),
    ...(notes > 0 ? ['work note'] : []),
  ];
  return parts.join(', ') || 'nothing changed';
}
