import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { json, objectIn } from '../../wire/simulated/body.js';
import type { ItemError, Store } from './store.js';

export const failure = (status: number, type: string, reason: string): WireResponse =>
  json(status, { error: { root_cause: [{ type, reason }], type, reason }, status });

/** What `POST /_sandbox/opensearch/settings` takes. */
export const openSearchSettings = z.strictObject({
  /** action.auto_create_index */
  autoCreateIndex: z.boolean().default(true),
  /** Names of data streams: they take `create` only, and want a time. */
  dataStreams: z.array(z.string()).default([]),
  /** Items whose source holds this text fail so, so many times. */
  failing: z
    .array(
      z.strictObject({
        contains: z.string(),
        status: z.number().int(),
        type: z.string(),
        reason: z.string().default('SANDBOX: scripted'),
        times: z.number().int().default(1),
      }),
    )
    .default([]),
});
export type OpenSearchSettings = z.infer<typeof openSearchSettings>;

const action = z.strictObject({
  create: z.strictObject({ _index: z.string(), _id: z.string().optional() }).optional(),
  index: z.strictObject({ _index: z.string(), _id: z.string().optional() }).optional(),
});

interface Desk {
  store: Store;
  settings: OpenSearchSettings;
  nextId: () => string;
}

/** contracts 6, OpenSearch bulk. `POST /_bulk`: answered with 200 although items failed. */
export function bulk(desk: Desk, { headers, body }: WireRequest): WireResponse {
  // contracts 6: no chunked transfer.
  if (headers['transfer-encoding'] !== undefined)
    return failure(400, 'illegal_argument_exception', 'SANDBOX: chunked transfer; give the length of the body');
  if (!/^application\/(x-ndjson|json)\b/.test(headers['content-type'] ?? ''))
    return json(406, { error: `Content-Type header [${headers['content-type'] ?? ''}] is not supported`, status: 406 });
  const text = body.toString('utf8');
  // contracts 6: the last line ends with a newline too.
  if (!text.endsWith('\n'))
    return failure(400, 'illegal_argument_exception', 'The bulk request must be terminated by a newline [\\n]');
  const lines = text.slice(0, -1).split('\n');
  const items: JsonObject[] = [];
  for (let at = 0; at < lines.length; at += 2) {
    const read = action.safeParse(objectIn(Buffer.from(lines[at] ?? '')));
    const [verb, target] = read.success ? (Object.entries(read.data)[0] ?? []) : [];
    if (!verb || !target)
      return failure(400, 'illegal_argument_exception', `Malformed action/metadata line [${at + 1}], expected START_OBJECT`);
    const id = target._id ?? desk.nextId();
    // contracts 6: an id has at most 512 bytes; one that is longer fails the request.
    if (Buffer.byteLength(id) > 512)
      return failure(
        400,
        'action_request_validation_exception',
        `Validation Failed: 1: id [${id}] is too long, must be no longer than 512 bytes but was: ${Buffer.byteLength(id)};`,
      );
    const source = objectIn(Buffer.from(lines[at + 1] ?? ''));
    if (!source) return failure(400, 'illegal_argument_exception', `The bulk request has no source on line [${at + 2}]`);
    const wrong = verb === 'create' ? problemOf(desk, target._index, source) : onlyCreate(desk, target._index);
    items.push(itemOf(verb, target._index, id, wrong ?? desk.store.create(target._index, id, source)));
  }
  const errors = items.some((item) => Object.values(item).some((one) => (one as JsonObject)['error'] !== undefined));
  return json(200, { took: 3, errors, items });
}

const itemOf = (verb: string, index: string, id: string, error: ItemError | undefined): JsonObject => ({
  [verb]: error
    ? { _index: index, _id: id, status: error.status, error: { type: error.type, reason: error.reason, index, shard: '0' } }
    : { _index: index, _id: id, _version: 1, result: 'created', _shards: { total: 2, successful: 1, failed: 0 }, status: 201 },
});

function problemOf({ store, settings }: Desk, index: string, source: JsonObject): ItemError | undefined {
  if (/[A-Z\\/*?"<>|,# :]/.test(index) || /^[-_+]/.test(index))
    return { status: 400, type: 'invalid_index_name_exception', reason: `Invalid index name [${index}], must be lowercase` };
  const text = JSON.stringify(source);
  const script = settings.failing.find(({ contains, times }) => times > 0 && text.includes(contains));
  if (script) {
    script.times -= 1;
    return script;
  }
  if (!settings.autoCreateIndex && !store.has(index) && !settings.dataStreams.includes(index))
    return {
      status: 404,
      type: 'index_not_found_exception',
      reason: `no such index [${index}] and [action.auto_create_index] is [false]`,
    };
  if (settings.dataStreams.includes(index) && source['@timestamp'] === undefined)
    return { status: 400, type: 'mapper_parsing_exception', reason: 'data stream timestamp field [@timestamp] is missing' };
  return undefined;
}

/** contracts 6: data streams accept only `create`; this simulator knows nothing else anywhere. */
const onlyCreate = ({ settings }: Desk, index: string): ItemError => ({
  status: settings.dataStreams.includes(index) ? 400 : 501,
  type: 'illegal_argument_exception',
  reason: 'only write ops with an op_type of create are allowed in data streams',
});
