import { afterEach, describe, expect, it } from '@jest/globals';
import type { LedgerRecord } from '../domain/record.js';
import { ApiError, createApiClient, type ApiClient } from './client.js';
import { startBench, type Bench } from './testkit/bench.js';
import { incidentRow } from './testkit/memory-ledger.js';

let bench: Bench;
afterEach(() => bench.close());

const setUp = async (limits = {}): Promise<ApiClient> => {
  bench = await startBench({ limits });
  bench.memory.incidents.set('bench:Q1', incidentRow('bench:Q1'));
  return createApiClient({ url: bench.address, token: bench.token('viewer') });
};
const append = (says: string, incident = 'bench:Q1'): LedgerRecord =>
  bench.memory.append({ incident, phase: 'alert', state: 'ok', says });

/** Collects lines until so many have come. */
function collect(
  client: ApiClient,
  id: string | undefined,
  count: number,
  after?: number,
): { lines: string[]; done: Promise<void> } {
  const lines: string[] = [];
  const take = (line: LedgerRecord): 'stop' | void => {
    lines.push(line.says);
    if (lines.length >= count) return 'stop';
  };
  return { lines, done: client.watch(id, take, after === undefined ? {} : { after }) };
}
const open = async (count: number): Promise<void> => {
  while (!(await bench.metrics()).includes(`opssentinel_streams ${count}\n`))
    await new Promise((resolve) => setTimeout(resolve, 10));
};

describe('live timelines', () => {
  it('bring what was, then what comes, in order and once', async () => {
    const client = await setUp();
    append('one');
    append('of another incident', 'bench:Q2');
    append('two');

    const { lines, done } = collect(client, 'Q1', 5);
    await open(1);
    append('three');
    append('four');
    append('five');
    await done;

    expect(lines).toEqual(['one', 'two', 'three', 'four', 'five']);
    await open(0);
  });

  it('go on after the Last-Event-ID: nothing twice, nothing missed', async () => {
    const client = await setUp();
    const seqs = ['one', 'two', 'three'].map((says) => append(says).seq);

    const { lines, done } = collect(client, 'bench:Q1', 2, seqs[0]);
    await done;

    expect(lines).toEqual(['two', 'three']);
  });

  it('of all incidents begin now', async () => {
    const client = await setUp();
    append('before');

    const { lines, done } = collect(client, undefined, 2);
    await open(1);
    append('one', 'bench:Q2');
    append('two');
    await done;

    expect(lines).toEqual(['one', 'two']);
  });

  it('of all incidents, broken before the first line, miss nothing when taken up again', async () => {
    const client = await setUp();
    append('before');
    const { lines, done } = collect(client, undefined, 2);
    await open(1);
    bench.memory.away.value = true;
    append('while broken');
    await open(0);
    bench.memory.away.value = false;
    append('after');
    await done;

    expect(lines).toEqual(['while broken', 'after']);
  });

  it('of all incidents go on past a page, after a cursor', async () => {
    const client = await setUp();
    for (let index = 0; index < 1200; index += 1) append(String(index));

    const { lines, done } = collect(client, undefined, 1200, 0);
    await done;

    expect(lines).toEqual(Array.from({ length: 1200 }, (_, index) => String(index)));
  });

  it('are taken up again by the client when the connection breaks', async () => {
    const client = await setUp();
    append('one');
    const broken: string[] = [];
    const lines: string[] = [];
    const done = client.watch(
      'Q1',
      (line) => {
        lines.push(line.says);
        return lines.length >= 3 ? 'stop' : undefined;
      },
      { onReconnect: (why) => broken.push(why) },
    );
    await open(1);
    // What a ledger does that goes away while a stream is open: the stream ends.
    bench.memory.away.value = true;
    append('two');
    await open(0);
    bench.memory.away.value = false;
    append('three');
    await done;

    expect(lines).toEqual(['one', 'two', 'three']);
    expect(broken.length).toBeGreaterThan(0);
  });

  it('arrive even when the notice of a line is lost', async () => {
    const client = await setUp({ streamPollMs: 50 });
    const { lines, done } = collect(client, 'Q1', 1, 0);
    await open(1);
    bench.memory.silent.value = true;
    append('one');
    await done;

    expect(lines).toEqual(['one']);
  });

  it('are limited in number; one more is a 503', async () => {
    const client = await setUp({ streams: 1 });
    const ended = new AbortController();
    const first = client.watch('Q1', () => undefined, { signal: ended.signal });
    await open(1);

    const second = await bench.get('/api/v1/timeline', 'viewer', { accept: 'text/event-stream' });

    expect(second.status).toBe(503);
    ended.abort();
    await first;
  });

  it('of an incident that is not there are 404, which the client does not try again', async () => {
    const client = await setUp();

    await expect(client.watch('bench:Q9', () => undefined)).rejects.toMatchObject({ kind: 'not-found', status: 404 });
  });

  it('a Last-Event-ID that is no number is 400', async () => {
    await setUp();

    for (const id of ['x', '-1', '1e99', 'NaN'])
      expect((await bench.get('/api/v1/timeline', 'viewer', { accept: 'text/event-stream', 'last-event-id': id })).status).toBe(
        400,
      );
  });
});

describe('the client', () => {
  it('says what the problem says, and which class of exit it is', async () => {
    await setUp();
    const client = createApiClient({ url: bench.address, token: bench.token('viewer') });

    await expect(client.incident('Q9')).rejects.toThrow('There is no incident Q9');
    await expect(client.approve('Q1', { planHash: '5b1e07c2' })).rejects.toMatchObject({ kind: 'unauthorised', status: 403 });
    await expect(createApiClient({ url: bench.address }).incidents()).rejects.toMatchObject({
      kind: 'unauthorised',
      status: 401,
    });
    await expect(client.incidents(0)).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining('limit: ') });
    bench.memory.away.value = true;
    await expect(client.holds()).rejects.toMatchObject({ kind: 'unavailable', status: 503 });
  });

  it('says where nobody answers, and how to start one', async () => {
    await setUp();
    const nobody = createApiClient({ url: 'http://127.0.0.1:1' });

    await expect(nobody.incidents()).rejects.toBeInstanceOf(ApiError);
    await expect(nobody.incidents()).rejects.toThrow(/no answer from http:\/\/127\.0\.0\.1:1 .*OPSSENTINEL_URL/);
    await expect(nobody.watch('Q1', () => undefined)).rejects.toMatchObject({ status: 0 });
  });

  it('approves, stops and resumes', async () => {
    await setUp();
    bench.temporal.open.add('incident:bench:Q1');
    const client = createApiClient({ url: bench.address, token: bench.token('admin') });

    expect(await client.approve('Q1', { planHash: '5b1e07c2', reason: 'yes' })).toEqual({ accepted: true, reason: 'approved' });
    const hold = await client.stop({ reason: 'just looking', scope: 'service:PSVC001' });
    expect((await client.holds()).map(({ id }) => id)).toEqual([hold.id]);
    expect(await client.resume(hold.id)).toMatchObject({ released: true });
    expect((await client.ready()).ready).toBe(true);
  });
});
