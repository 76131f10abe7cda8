import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startBench, type Bench } from '../testkit/bench.js';
import { doors, openSource } from '../testkit/open-source.js';
import { tokenHash } from '../tokens.js';
import { parseDoorTokens, shownTokens } from './door-tokens.js';

const entry = (name: string, door: string, token: string): string => `${name}:${door}:${tokenHash(token)}`;
const right = 'door-token-0123456789';
const old = 'old-door-token-0123456789';

let bench: Bench;
afterEach(async () => {
  for (const token of [right, old]) expect(bench.logged()).not.toContain(token);
  await bench.close();
});

const setUp = async (tokens = entry('grafana', 'token', right), limits = {}): Promise<void> => {
  bench = await startBench({ source: openSource, env: { OPSSENTINEL_DOOR_TOKENS: tokens }, limits });
};
const body = JSON.stringify({ alerts: [{ id: 'E1', incident: 'Q1' }] });
const send = (headers: Record<string, string>, path = doors.token): Promise<Response> =>
  fetch(bench.address + path, { method: 'POST', headers, body });
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const basic = (text: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(text, 'utf8').toString('base64')}`,
});

describe('M19: a door that takes a token', () => {
  it('takes it as Bearer, as the password of Basic, and in a header of its own; and the run knows whose it was', async () => {
    await setUp();
    for (const headers of [bearer(right), basic(`anything:${right}`), { 'X-OpsSentinel-Token': right }, { 'X-Api-Key': right }]) {
      expect((await send(headers)).status).toBe(202);
    }
    expect(bench.temporal.calls[0]?.options.args[0].delivery).toMatchObject({ trust: 'token', authenticatedBy: 'token grafana' });
  });

  it('takes the old and the new one while one is replaced, one for all doors, and none of another door', async () => {
    await setUp([entry('a', 'token', old), entry('a', 'token', right), entry('all', '*', 'every-door-0123')].join(','));
    expect((await send(bearer(old))).status).toBe(202);
    expect((await send(bearer(right))).status).toBe(202);
    expect((await send(bearer('every-door-0123'), doors.certificate)).status).toBe(202);
    expect((await send(bearer(right), doors.certificate)).status).toBe(401);
  });

  it('a token proves nothing at a door that wants a signature or a certificate', async () => {
    await setUp(entry('all', '*', right));
    for (const path of [doors.signature, doors.other]) expect((await send(bearer(right), path)).status).toBe(503);
    expect(bench.temporal.calls).toHaveLength(0);
  });

  it('is closed while nobody has one, and says what to set', async () => {
    bench = await startBench({ source: openSource, env: {} });
    const response = await send(bearer(right));
    expect(response.status).toBe(503);
    expect(((await response.json()) as { detail: string }).detail).toContain('OPSSENTINEL_DOOR_TOKENS with name:token:sha256');
  });

  it('no header that came twice, was split, or is of another scheme shows a token', async () => {
    await setUp();
    for (const headers of [
      { authorization: right },
      { authorization: `Token ${right}` },
      { authorization: `Bearer ${right},Bearer ${right}` },
      { authorization: `Bearer ${right} x` },
      { authorization: `Basic ${right}` },
      basic(right),
      basic(`${right}:`),
      { 'x-opssentinel-token': `x,${right}` },
      { 'x-opssentinel-token': `${right}\tx` },
      { cookie: `token=${right}` },
      bearer(`${right}x`),
      bearer(right.slice(0, -1)),
      bearer(right.toUpperCase()),
      bearer(tokenHash(right)),
    ] as Record<string, string>[]) {
      expect((await send(headers)).status).toBe(401);
    }
    expect((await send({}, `${doors.token}?token=${right}`)).status).toBe(401);
    expect(bench.temporal.calls).toHaveLength(0);
  });

  it('any text but the token is nobody’s', () => {
    const tokens = parseDoorTokens(entry('grafana', 'token', right));
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('token', '*', '', 'other'), (text, door) => {
        fc.pre(text !== right);
        expect(tokens.authenticate(text, door)).toBeUndefined();
        for (const shown of shownTokens({ authorization: text, 'x-api-key': text })) expect(shown).not.toBe(right);
      }),
    );
  });
});

describe('10,000 wrong tokens', () => {
  it('are refused, most of them unread; who was right before goes on, the API and its health stay open', async () => {
    await setUp(`${entry('grafana', 'token', right)},${entry('new', 'token', old)}`, {
      senderRate: { perSecond: 1e6, burst: 1e6 },
      doorRate: { perSecond: 1e6, burst: 1e6 },
      wrongTokens: { perSecond: 0.001, burst: 30 },
    });
    expect((await send(bearer(right))).status).toBe(202);
    const statuses = new Map<number, number>();
    for (let round = 0; round < 100; round += 1) {
      const answers = Array.from({ length: 100 }, async (_, n) => (await send(bearer(`guess-${round}-${n}`))).status);
      for (const status of await Promise.all(answers)) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }

    expect([...statuses.keys()].sort((a, b) => a - b)).toEqual([401, 429]);
    // Those that were under way when the last one was counted.
    expect(statuses.get(401)).toBeLessThanOrEqual(130);
    expect((await send(bearer(right))).status).toBe(202);
    const never = await send(bearer(old));
    expect([never.status, Number(never.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect((await bench.get('/healthz')).status).toBe(200);
    expect(bench.temporal.calls).toHaveLength(1);
    const metrics = await bench.metrics();
    expect(metrics).toMatch(/opssentinel_wrong_tokens_total\{where="door"\} \d+/);
    expect(metrics).toMatch(/opssentinel_limited_total\{what="guesses"\} 9\d\d\d/);
  }, 120_000);

  it('at the REST API likewise', async () => {
    await setUp(undefined, { restRate: { perSecond: 1e6, burst: 1e6 }, wrongTokens: { perSecond: 0.001, burst: 5 } });
    const ask = async (token: string): Promise<number> =>
      (await fetch(`${bench.address}/api/v1/holds`, { headers: bearer(token) })).status;
    expect(await ask(bench.token('viewer'))).toBe(200);
    const statuses: number[] = [];
    for (let n = 0; n < 8; n += 1) statuses.push(await ask(`guess-${n}`));
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    expect(await ask(bench.token('viewer'))).toBe(200);
    expect(await ask(bench.token('admin'))).toBe(429);
  });
});

describe('row 57: the list of door tokens', () => {
  const plain = 'a-plain-token-that-is-secret';
  const wrong = async (tokens: string, more: Record<string, string> = {}): Promise<string> =>
    startBench({ source: openSource, env: { OPSSENTINEL_DOOR_TOKENS: tokens, ...more } }).then(
      async (started) => {
        await started.close();
        return 'it started';
      },
      (error: Error) => error.message,
    );

  it('names every wrong entry by its number and prints no token', async () => {
    await setUp();
    const said = await wrong(
      `grafana:token:${plain},a b:token:${tokenHash('x')},grafana:${tokenHash('y')},g:To ken:${tokenHash('z')}`,
    );
    for (const part of [
      'OPSSENTINEL_DOOR_TOKENS',
      'entry 1: the third part of grafana',
      'entry 2: the name',
      'entry 3: write name:door:sha256',
      'entry 4: the door of g must be the id of a door, or *',
    ])
      expect(said).toContain(part);
    expect(said).not.toContain(plain);
  });

  it('refuses a door that is not there or takes no token, three tokens for one name, one token for two', async () => {
    await setUp();
    expect(await wrong(entry('a', 'grafan', right))).toContain('no door grafan takes a token; those that do: certificate, token');
    expect(await wrong(entry('a', 'signature', right))).toContain('no door signature takes a token');
    expect(await wrong(['1', '2', '3'].map((token) => entry('a', 'token', token)).join(','))).toContain(
      'a at the door token has more than two tokens',
    );
    expect(await wrong(`${entry('a', 'token', right)},${entry('b', 'certificate', right)}`)).toContain('one token stands twice');
  });

  it('refuses a token that may call the API as well', async () => {
    await setUp();
    const api = `ada:admin:${tokenHash(right)}`;
    expect(await wrong(entry('a', 'token', right), { OPSSENTINEL_API_TOKENS: api })).toContain('may call the API as well');
  });
});
