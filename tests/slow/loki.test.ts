import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LedgerRecord } from '../../domain/record.js';
import { testCall } from '../../integrations/contract/testkit/call.js';
import { startTestSandbox, type TestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { connectLoki } from '../../integrations/loki/client.js';
import { stampOf } from '../../integrations/loki/entry.js';
import { lokiPush } from '../../integrations/loki/followers/push.js';
import { line, readsOf } from '../../integrations/loki/testkit/given.js';
import { type LokiServer, startLoki } from './loki-server.js';

const { LOKI_BIN: binary = '' } = process.env;
const test = binary === '' ? it.skip : it;
const why = binary === '' ? ' (skipped: LOKI_BIN is not set)' : '';

/** Needs `LOKI_BIN`: path of the real program, 3.x. */
describe('a real Loki', () => {
  let loki: LokiServer;
  let sandbox: TestSandbox;
  beforeAll(async () => {
    if (binary === '') return;
    loki = await startLoki(binary);
    sandbox = await startTestSandbox();
  });
  afterAll(async () => {
    if (binary === '') return;
    await sandbox.close();
    await loki.close();
  });

  const deliver = (tenant: string | undefined, lines: LedgerRecord[]) =>
    lokiPush.deliver(
      testCall(connectLoki({ url: loki.address, tenant, env: 'slow', login: undefined }), { place: { account: '', region: '' } }),
      lines,
      readsOf('ec2-cpu-high'),
    );
  interface Answer {
    data: { result: { stream: Record<string, string>; values: [string, string][] }[] };
  }
  /** Every line of a query, oldest first. */
  async function asked(tenant: string, query: string) {
    const url = `${loki.address}/loki/api/v1/query_range?limit=1000&direction=forward&since=24h&query=${encodeURIComponent(query)}`;
    const response = await fetch(url, { headers: { 'x-scope-orgid': tenant } });
    if (!response.ok) throw new Error(`Loki answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as Answer).data.result
      .flatMap(({ stream, values }) => values.map(([at, text]) => ({ at, text, stream })))
      .toSorted((one, other) => (BigInt(one.at) < BigInt(other.at) ? -1 : 1));
  }
  const all = '{service_name="opssentinel"}';
  const seqs = async (tenant: string, query = all) => (await asked(tenant, query)).map(({ stream }) => Number(stream['seq']));

  test(`stores the lines of one millisecond in their order, with ids that can be asked for and are no labels${why}`, async () => {
    const at = new Date(Date.now() - 60_000).toISOString();
    const lines = Array.from({ length: 150 }, (_, index) =>
      line(index + 1, { at, incident: index % 2 ? 'pagerduty:A' : 'grafana:b:r1', data: { index } }),
    );
    await deliver('order', lines);
    const stored = await asked('order', all);
    expect(stored[0]?.stream).toMatchObject({ detected_level: 'info', state: 'info' });
    expect(stored.map((one) => one.at)).toEqual(lines.map(stampOf));
    expect(stored.map(({ text }) => (JSON.parse(text) as LedgerRecord).seq)).toEqual(lines.map(({ seq }) => seq));
    expect(await seqs('order', `${all} | incident="pagerduty:A" | rule="ec2-cpu-high"`)).toHaveLength(75);
    const labels = await fetch(`${loki.address}/loki/api/v1/labels`, { headers: { 'x-scope-orgid': 'order' } });
    expect(((await labels.json()) as { data: string[] }).data.sort((one, other) => one.localeCompare(other))).toEqual([
      'env',
      'service_name',
    ]);
  });

  test(`drops what is sent again${why}`, async () => {
    const lines = Array.from({ length: 20 }, (_, index) => line(index + 1, { says: 'the same words' }));
    await deliver('again', lines);
    await deliver('again', lines);
    await deliver('again', lines.slice(10));
    expect(await seqs('again')).toEqual(lines.map(({ seq }) => seq));
    const url = `${loki.address}/loki/api/v1/query?query=${encodeURIComponent(`sum(count_over_time(${all}[1h]))`)}`;
    const counted = (await (await fetch(url, { headers: { 'x-scope-orgid': 'again' } })).json()) as {
      data: { result: { value: [number, string] }[] };
    };
    expect(counted.data.result[0]?.value[1]).toBe('20');
  });

  test(`takes a batch of many megabytes in pieces, and a line of the largest size${why}`, async () => {
    const lines = Array.from({ length: 40 }, (_, index) => line(index + 1, { data: { text: 'é'.repeat(120_000) } }));
    await deliver('large', [...lines.slice(0, 12), line(13, { data: { text: 'x'.repeat(400_000) } })]);
    expect(await seqs('large')).toEqual([...lines.slice(0, 12).map(({ seq }) => seq), 13]);
  });

  test(`refuses for good what is too old or too new, and stores what stands beside it${why}`, async () => {
    const old = line(2, {}, 8 * 24 * 3_600_000);
    const early = line(3, {}, -3_600_000);
    const [first, last] = [line(1), line(4)];
    for (const bad of [old, early]) await expect(deliver('ages', [first, bad, last])).rejects.toMatchObject({ fault: 'refused' });
    expect(await seqs('ages')).toEqual([1, 4]);
    await expect(deliver('ages', [line(5, {}, 5 * 3_600_000)])).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('too far behind'),
    });
  });

  test.each([
    ['blocked', 'refused', 'ingestion blocked'],
    ['slow', 'throttled', 'rate limit'],
    ['flat', 'forbidden', 'allow_structured_metadata'],
    [undefined, 'forbidden', 'LOKI_TENANT'],
  ])(`for the tenant %s is %s${why}`, async (tenant, fault, words) => {
    const lines = [line(1, { says: 'x'.repeat(5_000) })];
    await expect(deliver(tenant, lines)).rejects.toMatchObject({ fault, message: expect.stringContaining(words) });
  });

  describe('and the simulator', () => {
    const now = (): string => `${Date.now()}000000`;
    const json = { 'content-type': 'application/json' };
    const body = (value: unknown, stream: unknown = { a: 'b' }): string =>
      JSON.stringify({ streams: [{ stream, values: [value] }] });
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, 'x']));

    test.each<[string, () => { headers: Record<string, string>; body: string }]>([
      ['a line', () => ({ headers: json, body: body([now(), 'text']) })],
      ['a line with metadata', () => ({ headers: json, body: body([now(), 'text', { a: 'b' }]) })],
      ['a time that is a number', () => ({ headers: json, body: body([Date.now() * 1e6, 'text']) })],
      ['a time with a fraction', () => ({ headers: json, body: body(['1790756042.5', 'text']) })],
      ['metadata of a list', () => ({ headers: json, body: body([now(), 'text', ['x']]) })],
      ['metadata of an object in an object', () => ({ headers: json, body: body([now(), 'text', { a: { b: 'c' } }]) })],
      ['no stream', () => ({ headers: json, body: '{"streams":[]}' })],
      ['no label', () => ({ headers: json, body: body([now(), 'text'], {}) })],
      ['15 labels', () => ({ headers: json, body: body([now(), 'text'], many(15)) })],
      ['15 labels and a service', () => ({ headers: json, body: body([now(), 'text'], { ...many(15), service_name: 'x' }) })],
      ['16 labels', () => ({ headers: json, body: body([now(), 'text'], many(16)) })],
      ['a line that is too long', () => ({ headers: json, body: body([now(), 'x'.repeat(256 * 1024 + 1)]) })],
      ['a line of the longest', () => ({ headers: json, body: body([now(), 'x'.repeat(256 * 1024)]) })],
      ['no JSON', () => ({ headers: json, body: '{' })],
      ['another kind of body', () => ({ headers: { 'content-type': 'text/plain' }, body: body([now(), 'text']) })],
      ['another packing', () => ({ headers: { ...json, 'content-encoding': 'br' }, body: body([now(), 'text']) })],
    ])(`answer the same to %s${why}`, async (_what, given) => {
      const { headers, body: text } = given();
      const push = async (address: string) =>
        (
          await fetch(`${address}/loki/api/v1/push`, {
            method: 'POST',
            headers: { ...headers, 'x-scope-orgid': 'same' },
            body: text,
          })
        ).status;
      const real = await push(loki.address);
      expect(await push(sandbox.address)).toBe(real);
    });
  });
});
