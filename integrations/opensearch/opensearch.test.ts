import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LedgerRecord } from '../../domain/record.js';
import { testCall } from '../contract/testkit/call.js';
import { shared } from '../contract/testkit/shared.js';
import { startCatcher } from '../wire/testkit/catcher.js';
import { startTestDoor } from '../wire/testkit/door.js';
import { connectOpenSearch } from './client.js';
import { type OpenSearchConfig, openSearchConfig } from './config.js';
import { actionOf } from './document.js';
import { outcomeOf } from './errors.js';
import { openSearchBulk } from './followers/bulk.js';

const door = shared(startTestDoor);
const catcher = shared(startCatcher);

const line = (seq: number, over: Partial<LedgerRecord> = {}): LedgerRecord => ({
  seq,
  at: '2026-09-30T08:14:02.001Z',
  incident: 'pagerduty:QTEST0001',
  phase: 'execute',
  state: 'info',
  says: `line ${seq}`,
  prev: 'p',
  hash: `hash-${seq}`,
  ...over,
});
const index = 'opssentinel-audit-{month}';
const login = { user: 'opssentinel', password: 'sandbox' };
const reads = { decision: async () => undefined, timeline: async () => [], link: String };
const deliver = (lines: LedgerRecord[], over: Partial<OpenSearchConfig> = {}) =>
  openSearchBulk.deliver(
    testCall(connectOpenSearch({ url: `${door.address}/opensearch`, index, login, ...over }, 700), {
      place: { account: '', region: '' },
    }),
    lines,
    reads,
  );
interface Stored {
  index: string;
  id: string;
  source: Record<string, unknown>;
}
const stored = async () => (await door.look('opensearch', 'documents'))['documents'] as Stored[];
const seqs = async () => (await stored()).map(({ source }) => source['seq']);
const settings = (given: object) => door.tell('opensearch', 'settings', given);
const mapping = { status: 400, type: 'mapper_parsing_exception', times: 1_000 };

describe('opensearch.bulk', () => {
  it('creates a document for each line, in the index of its month, under the line’s own hash', async () => {
    await deliver([line(1, { once: 'x', data: { b: [1], a: { c: 'ü' } } }), line(2, { at: '2026-10-01T00:00:00.000Z' })]);
    const [first, second] = await stored();
    expect(first).toMatchObject({ index: 'opssentinel-audit-2026.09', id: 'hash-1' });
    expect(first?.source).toEqual({
      '@timestamp': '2026-09-30T08:14:02.001Z',
      seq: 1,
      incident: 'pagerduty:QTEST0001',
      phase: 'execute',
      state: 'info',
      says: 'line 1',
      once: 'x',
      hash: 'hash-1',
      data: '{"a":{"c":"ü"},"b":[1]}',
    });
    expect(second?.index).toBe('opssentinel-audit-2026.10');
  });

  it('stores a line once, however often it is sent: 409 is stored already', async () => {
    const lines = [1, 2, 3].map((seq) => line(seq));
    await deliver(lines.slice(0, 2));
    await deliver(lines);
    expect(await seqs()).toEqual([1, 2, 3]);
  });

  it('sends lines that each end, with their length in advance', async () => {
    await deliver([line(1), line(2)], { url: catcher.address }).catch(() => undefined);
    const [sent] = catcher.taken('/_bulk');
    expect(sent?.headers['content-type']).toBe('application/x-ndjson');
    expect(sent?.headers['transfer-encoding']).toBeUndefined();
    expect(Number(sent?.headers['content-length'])).toBe(sent?.body.length);
    const text = sent?.body.toString('utf8') ?? '';
    expect(text.endsWith('}\n')).toBe(true);
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((one) => Object.keys(JSON.parse(one) as object)[0]),
    ).toEqual(['create', '@timestamp', 'create', '@timestamp']);
  });

  it('is not confused by data whose members change their types from line to line', async () => {
    await deliver([
      line(1, { data: { ref: 'text', at: '2026-09-30T08:14:02Z' } }),
      line(2, { data: { ref: { id: 1 }, at: 7 } }),
      line(3, { data: { ref: [true] } }),
    ]);
    expect(await seqs()).toEqual([1, 2, 3]);
  });

  it('gives a data stream what it takes', async () => {
    await settings({ dataStreams: ['audit'] });
    await deliver([line(1)], { index: 'audit' });
    expect((await stored())[0]).toMatchObject({ index: 'audit', source: { '@timestamp': expect.any(String) } });
  });

  it('cuts what is too much for one request, and leaves out data that is too much for one document', async () => {
    const lines = Array.from({ length: 12 }, (_, at) => line(at + 1, { data: { text: 'é'.repeat(200_000) } }));
    await deliver([...lines, line(13, { data: { text: 'x'.repeat(1_200_000) } })]);
    expect(await seqs()).toEqual([...lines.map(({ seq }) => seq), 13]);
    const last = (await stored()).at(-1)?.source;
    expect(last).toMatchObject({ dataOmitted: expect.any(Number) });
    expect(last).not.toHaveProperty('data');
  });

  it('the template knows every field, and makes none of its own', async () => {
    const template = JSON.parse(readFileSync(join(import.meta.dirname, 'index-template.json'), 'utf8')) as {
      template: { mappings: { dynamic: boolean; properties: Record<string, unknown> } };
    };
    const { dynamic, properties } = template.template.mappings;
    const { source } = actionOf(line(1, { once: 'x', data: {} }), index);
    expect(Object.keys(properties).sort()).toEqual([...Object.keys(JSON.parse(source) as object), 'dataOmitted'].sort());
    expect(dynamic).toBe(false);
  });

  it('any line becomes two lines of JSON, with an id that is short enough', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.jsonValue(), (says, value) => {
        const { action, source } = actionOf(line(1, { says, data: { value } as never, hash: 'f'.repeat(64) }), index);
        for (const text of [action, source]) {
          expect(text).not.toMatch(/[\n\r]/);
          expect(() => JSON.parse(text) as unknown).not.toThrow();
        }
        expect(Buffer.byteLength((JSON.parse(action) as { create: { _id: string } }).create._id)).toBeLessThanOrEqual(512);
      }),
    );
  });

  it('has no effect that people or clouds notice', async () => {
    await deliver([line(1)]);
    expect(door.effects()).toEqual([]);
  });
});

describe('an answer of 200 with failed items', () => {
  it('429: the lines come again, and those that were stored meet themselves', async () => {
    await settings({ failing: [{ contains: 'line 2', status: 429, type: 'rejected_execution_exception' }] });
    const lines = [1, 2, 3].map((seq) => line(seq));
    await expect(deliver(lines)).rejects.toMatchObject({ fault: 'throttled', message: expect.stringContaining('1 of 3') });
    expect(await seqs()).toEqual([1, 3]);
    await deliver(lines);
    expect(new Set(await seqs())).toEqual(new Set([1, 2, 3]));
  });

  it('a mapping that refuses a line refuses it for good, and stores the lines beside it', async () => {
    await settings({ failing: [{ ...mapping, contains: 'line 2' }] });
    await expect(deliver([1, 2, 3].map((seq) => line(seq)))).rejects.toMatchObject({ fault: 'refused' });
    expect(await seqs()).toEqual([1, 3]);
  });

  it('no line is given up while another of the same request may still be stored', async () => {
    await settings({
      failing: [
        { ...mapping, contains: 'line 1' },
        { contains: 'line 2', status: 429, type: 'rejected_execution_exception' },
      ],
    });
    await expect(deliver([line(1), line(2)])).rejects.toMatchObject({ fault: 'throttled' });
    await expect(deliver([line(1), line(2)])).rejects.toMatchObject({ fault: 'refused' });
  });

  it('an index that may not be made is for people to mend', async () => {
    await settings({ autoCreateIndex: false });
    await expect(deliver([line(1)])).rejects.toMatchObject({
      fault: 'forbidden',
      message: expect.stringContaining('OPENSEARCH_INDEX'),
    });
  });

  it.each([
    [{ status: 201 }, 'stored'],
    [{ status: 409, error: { type: 'version_conflict_engine_exception' } }, 'stored'],
    [{ status: 429, error: { type: 'circuit_breaking_exception' } }, 'throttled'],
    [{ status: 503, error: { type: 'unavailable_shards_exception' } }, 'unavailable'],
    [{ status: 400, error: { type: 'mapper_parsing_exception' } }, 'refused'],
    [{ status: 400, error: { type: 'strict_dynamic_mapping_exception' } }, 'refused'],
    [
      {
        status: 400,
        error: { type: 'illegal_argument_exception', reason: 'Document contains at least one immense term in field="data"' },
      },
      'refused',
    ],
    [
      { status: 400, error: { type: 'illegal_argument_exception', reason: 'Limit of total fields [1000] has been exceeded' } },
      'refused',
    ],
    [
      { status: 400, error: { type: 'illegal_argument_exception', reason: 'no write index is defined for alias [audit]' } },
      'forbidden',
    ],
    [
      {
        status: 400,
        error: { type: 'validation_exception', reason: 'this cluster currently has [1000]/[1000] maximum shards open' },
      },
      'forbidden',
    ],
    [{ status: 400, error: { type: 'index_closed_exception' } }, 'forbidden'],
    [{ status: 403, error: { type: 'cluster_block_exception' } }, 'forbidden'],
    [{ status: 404, error: { type: 'index_not_found_exception' } }, 'forbidden'],
  ])('%j is %s', (item, outcome) => {
    expect(outcomeOf(item)).toBe(outcome);
  });
});

describe('a refusal of the whole request', () => {
  it.each([
    ['429', { fault: 'throttled', retryAfterMs: 1_000 }],
    ['503', { fault: 'ambiguous' }],
    ['execute-then-reset', { fault: 'ambiguous' }],
    ['half-body', { fault: 'ambiguous' }],
    ['execute-then-timeout', { fault: 'ambiguous' }],
  ] as const)('%s: again, and stored once', async (kind, wanted) => {
    await door.fault('POST /_bulk', kind);
    await expect(deliver([line(1), line(2)])).rejects.toMatchObject(wanted);
    await deliver([line(1), line(2)]);
    expect(await seqs()).toEqual([1, 2]);
  });

  it.each([
    [200, 'ambiguous'],
    [302, 'forbidden'],
    [400, 'forbidden'],
    [404, 'forbidden'],
    [405, 'forbidden'],
    [409, 'forbidden'],
    [413, 'refused'],
  ])('%s without a word of OpenSearch is %s: nothing of it is about a line, except its size', async (status, fault) => {
    catcher.answerWith(status);
    await expect(deliver([line(1)], { url: catcher.address })).rejects.toMatchObject({ name: 'VendorError', fault });
  });

  it('says what to check when it is not let in, and no password', async () => {
    const error = await deliver([line(1)], { login: { user: 'opssentinel', password: 'wr0ng-word' } }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ fault: 'forbidden', message: expect.stringContaining('OPENSEARCH_USER') });
    expect(String(error)).not.toContain('wr0ng-word');
  });

  it('can be read back', async () => {
    await deliver([line(1), line(2, { incident: 'pagerduty:OTHER' }), line(3)]);
    const headers = { authorization: `Basic ${Buffer.from('opssentinel:sandbox').toString('base64')}` };
    const body = JSON.stringify({ query: { term: { incident: 'pagerduty:QTEST0001' } }, sort: [{ seq: 'desc' }] });
    const answer = await fetch(`${door.address}/opensearch/opssentinel-audit-*/_search`, { method: 'POST', headers, body });
    const { hits } = (await answer.json()) as { hits: { hits: { _source: { seq: number } }[] } };
    expect(hits.hits.map(({ _source }) => _source.seq)).toEqual([3, 1]);
    const counted = await fetch(`${door.address}/opensearch/_count`, { headers });
    expect(await counted.json()).toMatchObject({ count: 3 });
  });
});

describe('its settings', () => {
  it('are all optional, and none: not connected', () => {
    expect(openSearchConfig.parse({})).toBeUndefined();
    expect(openSearchConfig.parse({ OPENSEARCH_URL: 'https://x:9200/' })).toEqual({
      url: 'https://x:9200',
      index,
      login: undefined,
    });
  });

  it.each([
    [{ OPENSEARCH_USER: 'u', OPENSEARCH_PASSWORD: 'p' }, 'OPENSEARCH_URL'],
    [{ OPENSEARCH_URL: 'https://u:p@x' }, 'OPENSEARCH_URL'],
    [{ OPENSEARCH_URL: 'https://x', OPENSEARCH_USER: 'u' }, 'OPENSEARCH_PASSWORD'],
    [{ OPENSEARCH_URL: 'https://x', OPENSEARCH_PASSWORD: 'p' }, 'OPENSEARCH_USER'],
    ...['Audit', 'a b', '-a', '_a', 'a/b', 'a*', '{month}{month}', 'audit-{day}', '..', 'é'].map(
      (name) => [{ OPENSEARCH_URL: 'https://x', OPENSEARCH_INDEX: name }, 'OPENSEARCH_INDEX'] as const,
    ),
  ])('%j names %s', (env, variable) => {
    expect(openSearchConfig.safeParse(env).error?.issues.map(({ path }) => path[0])).toContain(variable);
  });
});
