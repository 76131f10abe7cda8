import { z } from 'zod';
import type { Json, JsonObject } from '../../../domain/json.js';
import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { json, objectIn } from '../../wire/simulated/body.js';
import { failure } from './bulk.js';
import type { Store } from './store.js';

const bare = z.union([z.string(), z.number(), z.boolean()]);
const search = z.object({
  query: z
    .union([
      z.strictObject({ match_all: z.strictObject({}) }),
      z.strictObject({ term: z.record(z.string(), bare) }),
      z.strictObject({ match: z.record(z.string(), bare) }),
    ])
    .optional(),
  size: z.number().int().min(0).max(10_000).default(10),
  sort: z.array(z.record(z.string(), z.enum(['asc', 'desc']))).default([]),
});

/** Source: OpenSearch API reference, Search. `GET` or `POST /<index>/_search` and `_count`, with `match_all`, `term` and `match`: opensearch.org/docs/latest/api-reference. */
export function look({ body }: WireRequest, store: Store, index: string, what: string): WireResponse {
  const asked = search.safeParse(body.length === 0 ? {} : objectIn(body));
  if (!asked.success) return failure(400, 'parsing_exception', 'SANDBOX: only match_all, term and match are known');
  const { query, size, sort } = asked.data;
  const found = store.documents(index || '*').filter(({ source }) => suits(query, source));
  const shards = { total: 1, successful: 1, skipped: 0, failed: 0 };
  if (what === '_count') return json(200, { count: found.length, _shards: shards });
  const hits = [...found].sort((one, other) => order(sort, one.source, other.source)).slice(0, size);
  return json(200, {
    took: 1,
    timed_out: false,
    _shards: shards,
    hits: {
      total: { value: found.length, relation: 'eq' },
      hits: hits.map(({ index: _index, id, source }) => ({ _index, _id: id, _score: 1, _source: source })),
    },
  });
}

function suits(query: z.infer<typeof search>['query'], source: JsonObject): boolean {
  if (!query || 'match_all' in query) return true;
  if ('term' in query) return Object.entries(query.term).every(([field, value]) => source[field] === value);
  return Object.entries(query.match).every(([field, value]) => {
    const words = wordsOf(source[field]);
    return [...wordsOf(value)].some((word) => words.has(word));
  });
}

const wordsOf = (value: Json | undefined): Set<string> =>
  new Set(
    String(value ?? '')
      .toLowerCase()
      .match(/[\p{L}\p{N}_]+/gu) ?? [],
  );

function order(sort: readonly Record<string, 'asc' | 'desc'>[], one: JsonObject, other: JsonObject): number {
  for (const [field, way] of sort.flatMap((by) => Object.entries(by))) {
    const [a, b] = [one[field] ?? '', other[field] ?? ''];
    if (a !== b) return (a < b ? -1 : 1) * (way === 'asc' ? 1 : -1);
  }
  return 0;
}
