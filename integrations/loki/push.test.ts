import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { LedgerRecord } from '../../domain/record.js';
import { testCall } from '../contract/testkit/call.js';
import { shared } from '../contract/testkit/shared.js';
import { startCatcher } from '../wire/testkit/catcher.js';
import { startTestDoor } from '../wire/testkit/door.js';
import { connectLoki } from './client.js';
import { lokiConfig, type LokiConfig } from './config.js';
import { stampOf } from './entry.js';
import { lokiPush } from './followers/push.js';
import { line, readsOf } from './testkit/given.js';

const door = shared(startTestDoor);
const catcher = shared(startCatcher);

const config = (over: Partial<LokiConfig> = {}): LokiConfig => ({
  url: door.address,
  tenant: undefined,
  env: 'prod',
  login: undefined,
  ...over,
});
const deliver = (lines: LedgerRecord[], over: Partial<LokiConfig> = {}, rule = 'ec2-cpu-high') =>
  lokiPush.deliver(testCall(connectLoki(config(over), 700), { place: { account: '', region: '' } }), lines, readsOf(rule));
interface Stored {
  at: string;
  line: string;
  labels: Record<string, string>;
  metadata: Record<string, string>;
}
const looked = () => door.look('loki', 'lines');
const stored = async () => (await looked())['lines'] as Stored[];
const seqs = async () => (await stored()).map(({ metadata }) => metadata['seq']);

describe('loki.push', () => {
  it('has few labels, and everything that differs from line to line as structured metadata', async () => {
    await deliver([
      line(1, { phase: 'webhook' }),
      line(2, { incident: 'grafana:x:r1', phase: 'execute', state: 'failed', data: { a: 1 } }),
    ]);
    const [first, second] = await stored();
    expect(first?.labels).toEqual({ service_name: 'opssentinel', env: 'prod' });
    expect(second?.labels).toEqual(first?.labels);
    expect(first?.metadata).toEqual({
      incident: 'pagerduty:QTEST0001',
      phase: 'webhook',
      state: 'info',
      level: 'info',
      seq: '1',
    });
    expect(second?.metadata).toEqual({
      incident: 'grafana:x:r1',
      phase: 'execute',
      state: 'failed',
      level: 'error',
      seq: '2',
      rule: 'ec2-cpu-high',
    });
    expect(JSON.parse(second?.line ?? '')).toMatchObject({ seq: 2, says: 'line 2', hash: 'hash-2', data: { a: 1 } });
  });

  it('arrives once, however often the same lines are sent', async () => {
    const at = new Date(Date.now() - 5_000).toISOString();
    const lines = [1, 2, 3].map((seq) => line(seq, { at, says: 'the same words', hash: 'h' }));
    await deliver(lines);
    await deliver(lines);
    await deliver(lines.slice(1));
    expect((await stored()).map((one) => one.at)).toEqual(lines.map(stampOf));
    expect((await looked())['dropped']).toBe(5);
  });

  it('can be read back in order, by an id that is no label', async () => {
    await deliver([line(1), line(2, { incident: 'pagerduty:OTHER' }), line(3)]);
    const query = '{service_name="opssentinel"} | incident="pagerduty:QTEST0001"';
    const answer = await fetch(`${door.address}/loki/api/v1/query_range?direction=forward&query=${encodeURIComponent(query)}`);
    const { data } = (await answer.json()) as {
      data: { result: { stream: Record<string, string>; values: [string, string][] }[] };
    };
    expect(data.result.map(({ stream }) => stream['seq'])).toEqual(['1', '3']);
    expect(data.result[0]?.values[0]?.[1]).toContain('line 1');
  });

  it('sends times as texts, its length in advance, and packs what is worth it', async () => {
    catcher.answerWith(204, 204);
    const small = { url: catcher.address };
    await deliver([line(1)], small);
    await deliver([line(2, { says: 'x'.repeat(2_000) })], small);
    const [first, second] = catcher.taken('/loki/api/v1/push');
    expect(first?.headers['content-encoding']).toBeUndefined();
    expect(second?.headers['content-encoding']).toBe('gzip');
    for (const sent of [first, second]) {
      expect(sent?.headers['content-type']).toBe('application/json');
      expect(sent?.headers['transfer-encoding']).toBeUndefined();
      expect(sent?.headers['x-scope-orgid']).toBeUndefined();
    }
    const plain = (first?.body ?? Buffer.alloc(0)).toString('utf8');
    expect(plain).toMatch(/"values":\[\["\d{19}","/);
    expect(gunzipSync(second?.body ?? Buffer.alloc(0)).toString('utf8')).toContain('x'.repeat(2_000));
  });

  it('shows tenant and credentials, and no secret in an error', async () => {
    const login = { user: 'u-1', password: 'pass word' };
    catcher.answerWith(204, 204, 500, 401);
    await deliver([line(1)], { url: catcher.address, tenant: 'team-a', login, env: undefined });
    await deliver([line(1)], { url: catcher.address, login: { token: 'tok' } });
    const [basic, bearer] = catcher.taken('/loki/api/v1/push');
    expect(basic?.headers).toMatchObject({
      'x-scope-orgid': 'team-a',
      authorization: `Basic ${Buffer.from('u-1:pass word').toString('base64')}`,
    });
    expect(bearer?.headers['authorization']).toBe('Bearer tok');
    for (const fault of ['ambiguous', 'forbidden']) {
      const error = await deliver([line(1)], { url: catcher.address, login }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ fault });
      expect(JSON.stringify(error) + String(error)).not.toMatch(/pass word|dS0xOnBhc3Mgd29yZA/);
    }
  });

  it('cuts what is too much for one request, so that no batch is refused for its size alone', async () => {
    // So much at once and no more, filled again at once.
    await door.tell('loki', 'settings', { burst: 1_000_000, rate: 1e12 });
    const lines = Array.from({ length: 30 }, (_, index) => line(index + 1, { data: { text: 'x'.repeat(100_000) } }));
    await deliver(lines);
    expect(await seqs()).toEqual(lines.map(({ seq }) => String(seq)));
  });
});

describe('what Loki refuses', () => {
  it.each([
    ['too old', line(2, {}, 8 * 24 * 3_600_000), 'timestamp too old'],
    ['too new', line(2, {}, -11 * 60_000), 'timestamp too new'],
  ])('%s: for good, and the lines beside it are stored', async (_what, bad, words) => {
    await expect(deliver([line(1), bad, line(3)])).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining(words),
    });
    expect(await seqs()).toEqual(['1', '3']);
  });

  it('further behind than its stream takes: for good', async () => {
    await deliver([line(1)]);
    await expect(deliver([line(2, {}, 3 * 3_600_000)])).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('too far behind'),
    });
  });

  it('260 is 2xx, and not stored', async () => {
    await door.tell('loki', 'settings', { blocked: true });
    await expect(deliver([line(1)])).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('ingestion blocked'),
    });
    expect(await stored()).toEqual([]);
  });

  it('a tenant that is missing, or structured metadata that is switched off, is for people to mend: no line is given up', async () => {
    await door.tell('loki', 'settings', { authEnabled: true });
    await expect(deliver([line(1)])).rejects.toMatchObject({
      fault: 'forbidden',
      message: expect.stringContaining('LOKI_TENANT'),
    });
    await deliver([line(1)], { tenant: 'team-a' });
    await door.tell('loki', 'settings', { allowStructuredMetadata: false });
    await expect(deliver([line(2)])).rejects.toMatchObject({
      fault: 'forbidden',
      message: expect.stringContaining('allow_structured_metadata'),
    });
  });

  it('too much at once comes later, and is whole then', async () => {
    await door.tell('loki', 'settings', { rate: 1_000_000, burst: 3_000 });
    const lines = [1, 2].map((seq) => line(seq, { says: 'x'.repeat(1_000) }));
    await deliver(lines);
    await expect(deliver([line(3, { says: 'x'.repeat(5_000) })])).rejects.toMatchObject({ fault: 'throttled' });
    expect(await seqs()).toEqual(['1', '2']);
  });

  it('says when to come again', async () => {
    await door.fault('POST /loki/api/v1/push', '429');
    await expect(deliver([line(1)])).rejects.toMatchObject({ fault: 'throttled', retryAfterMs: 1_000 });
  });

  it.each([
    [200, 'forbidden'],
    [202, 'forbidden'],
    [260, 'refused'],
    [302, 'forbidden'],
    [400, 'forbidden'],
    [403, 'forbidden'],
    [404, 'forbidden'],
    [405, 'forbidden'],
    [409, 'forbidden'],
    [413, 'refused'],
    [503, 'ambiguous'],
  ])('%s without a word of Loki is %s: only what is about the lines gives them up', async (status, fault) => {
    catcher.answerWith(status);
    await expect(deliver([line(1)], { url: catcher.address })).rejects.toMatchObject({ name: 'VendorError', fault });
  });

  it.each(['execute-then-reset', 'execute-then-500', 'execute-then-timeout', 'duplicate-delivery'] as const)(
    'after %s the same lines come again, and stand there once',
    async (kind) => {
      const lines = [line(1), line(2)];
      await door.fault('POST /loki/api/v1/push', kind);
      await deliver(lines).catch((error: unknown) => expect(error).toMatchObject({ fault: 'ambiguous' }));
      await deliver(lines);
      expect(await seqs()).toEqual(['1', '2']);
    },
  );

  it('has no effect that people or clouds notice', async () => {
    await deliver([line(1)]);
    expect(door.effects()).toEqual([]);
  });
});

describe('its settings', () => {
  it('are all optional, and none: not connected', () => {
    expect(lokiConfig.parse({})).toBeUndefined();
    expect(lokiConfig.parse({ LOKI_URL: 'http://127.0.0.1:3100/', LOKI_TENANT: '' })).toEqual({
      url: 'http://127.0.0.1:3100',
      tenant: undefined,
      env: undefined,
      login: undefined,
    });
    expect(lokiConfig.parse({ LOKI_URL: 'https://x', LOKI_USER: '1', LOKI_PASSWORD: 'p' })?.login).toEqual({
      user: '1',
      password: 'p',
    });
  });

  it.each([
    [{ LOKI_TENANT: 'a' }, 'LOKI_URL'],
    [{ LOKI_URL: 'loki:3100' }, 'LOKI_URL'],
    [{ LOKI_URL: 'https://u:p@loki' }, 'LOKI_URL'],
    [{ LOKI_URL: 'https://x', LOKI_USER: 'u' }, 'LOKI_PASSWORD'],
    [{ LOKI_URL: 'https://x', LOKI_PASSWORD: 'p' }, 'LOKI_USER'],
    [{ LOKI_URL: 'https://x', LOKI_USER: 'u', LOKI_PASSWORD: 'p', LOKI_TOKEN: 't' }, 'LOKI_TOKEN'],
    [{ LOKI_URL: 'https://x', LOKI_USER: 'a:b', LOKI_PASSWORD: 'p' }, 'LOKI_USER'],
    [{ LOKI_URL: 'https://x', LOKI_TENANT: 'a|b' }, 'LOKI_TENANT'],
    [{ LOKI_URL: 'https://x', LOKI_TENANT: '..' }, 'LOKI_TENANT'],
    [{ LOKI_URL: 'https://x', LOKI_ENV: 'a b' }, 'LOKI_ENV'],
    [{ LOKI_URL: 'https://x', LOKI_TOKEN: 'a b' }, 'LOKI_TOKEN'],
  ])('%j names %s', (env, variable) => {
    expect(lokiConfig.safeParse(env).error?.issues.map(({ path }) => path[0])).toContain(variable);
  });
});
