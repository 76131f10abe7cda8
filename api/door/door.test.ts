import { afterEach, describe, expect, it } from '@jest/globals';
import { plainRequest, startBench, type Bench } from '../testkit/bench.js';
import { incidentRow } from '../testkit/memory-ledger.js';
import { doorPath, hook, secret, sign } from '../testkit/signed-source.js';

let bench: Bench;
afterEach(() => bench.close());

const settled = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
const results = (): string[] => bench.memory.journal.map((line) => line.result);

describe('the door', () => {
  it('answers 202 for a trigger once its run is durable, and writes the first line of its timeline', async () => {
    bench = await startBench();

    const response = await bench.deliver(hook());

    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ accepted: true, incident: 'bench:Q1', says: 'durable as incident:bench:Q1' });
    const [started] = bench.temporal.calls;
    expect(started).toMatchObject({ call: 'start', workflowId: 'incident:bench:Q1' });
    expect(started?.options).toMatchObject({
      taskQueue: 'opssentinel-run',
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
    expect(started?.options.args[0].delivery).toMatchObject({ eventId: 'E1', kind: 'triggered', trust: 'signed' });
    await settled();
    expect(bench.memory.journal).toMatchObject([{ source: 'bench', eventId: 'E1', result: 'started', incident: 'bench:Q1' }]);
    const [line] = await bench.memory.ledger.timeline('bench:Q1');
    expect(line).toMatchObject({ phase: 'webhook', state: 'ok', once: 'webhook' });
    expect(line?.says).toMatch(/^202 in \d+ ms; durable as incident:bench:Q1$/);
  });

  it('row 2: a second delivery of the same event id starts nothing, whatever its headers say', async () => {
    bench = await startBench();

    for (const id of ['a', 'b', 'c']) expect((await bench.deliver(hook(), { 'x-webhook-id': id })).status).toBe(202);

    expect(bench.temporal.calls).toHaveLength(1);
    await settled();
    expect(results()).toEqual(['started', 'duplicate']);
    expect(await bench.metrics()).toContain('opssentinel_deliveries_total{source="bench",result="duplicate"} 2');
  });

  it('twenty identical webhooks at once are one call to Temporal and twenty 202', async () => {
    bench = await startBench();
    bench.temporal.delay.value = 50;

    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await bench.deliver(hook())).status));

    expect(new Set(statuses)).toEqual(new Set([202]));
    expect(bench.temporal.calls).toHaveLength(1);
  });

  it('without the memory of events, every repeat asks Temporal, which knows one run', async () => {
    bench = await startBench({ limits: { rememberedEvents: 0 } });

    for (let time = 0; time < 3; time += 1) expect((await bench.deliver(hook())).status).toBe(202);

    expect(bench.temporal.calls).toHaveLength(3);
    expect(bench.temporal.open.size).toBe(1);
    await settled();
    expect(results()).toEqual(['started', 'duplicate']);
  });

  it.each(['acknowledged', 'resolved', 'reassigned', 'unacknowledged', 'reopened'] as const)(
    '%s is told to the run, and starts it where none is',
    async (type) => {
      bench = await startBench();

      expect((await bench.deliver(hook({ type }))).status).toBe(202);

      const [told] = bench.temporal.calls;
      expect(told).toMatchObject({ call: 'signalWithStart', workflowId: 'incident:bench:Q1' });
      expect(told?.options).toMatchObject({
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        signalArgs: [{ kind: type }],
      });
    },
  );

  it('what is resolved at its source is shown so, also after the run has closed; what is not known is not made up', async () => {
    bench = await startBench();
    bench.memory.incidents.set('bench:Q1', { ...incidentRow('bench:Q1'), status: 'triggered' });
    bench.temporal.closed.add('incident:bench:Q1');

    await bench.deliver(hook({ id: 'E2', type: 'resolved', by: 'ROBOT' }));
    await bench.deliver(hook({ id: 'E3', type: 'resolved', incident: 'Q8', by: 'ROBOT' }));
    await settled();

    expect([...bench.memory.incidents].map(([id, { status }]) => [id, status])).toEqual([['bench:Q1', 'resolved']]);
  });

  it('row 5: a note or resolve of our own after the run has closed starts nothing and is answered 2xx', async () => {
    bench = await startBench();
    bench.temporal.closed.add('incident:bench:Q1');

    const answers = [
      await bench.deliver(hook({ id: 'E2', type: 'note', by: 'ROBOT' })),
      await bench.deliver(hook({ id: 'E3', type: 'resolved', by: 'ROBOT' })),
      await bench.deliver(hook({ id: 'E4', type: 'note', by: 'PUSR1' })),
      await bench.deliver(hook({ id: 'E5', type: 'resolved', by: 'PUSR1' })),
      await bench.deliver(hook({ id: 'E6', type: 'triggered' })),
    ];

    expect(answers.map((answer) => answer.status)).toEqual([202, 202, 202, 202, 202]);
    expect(bench.temporal.open.size).toBe(0);
    expect(bench.temporal.calls.map(({ call }) => call)).toEqual(['signalWithStart', 'start']);
    await settled();
    expect(results()).toEqual(['recorded', 'recorded', 'recorded', 'duplicate', 'duplicate']);
  });

  it('a ping is answered 200, and an event of no interest is written down with 202', async () => {
    bench = await startBench();

    expect((await bench.deliver(hook({ id: 'P', type: 'ping' }))).status).toBe(200);
    expect((await bench.deliver(hook({ id: 'U', type: 'unwanted' }))).status).toBe(202);

    await settled();
    expect(results().sort()).toEqual(['ping', 'recorded']);
    expect(bench.temporal.calls).toHaveLength(0);
  });

  it('row 1: wrong, missing and truncated signatures are 401 as a problem document, and nothing starts', async () => {
    bench = await startBench();
    const body = hook();

    for (const proof of ['', sign(body).slice(0, -1), sign(`${body} `), `${sign(body)}00`]) {
      const response = await bench.deliver(body, { 'x-proof': proof });
      expect(response.status).toBe(401);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(await response.json()).toMatchObject({ status: 401, title: 'Unauthorized', detail: 'the signature does not match' });
    }

    expect(bench.temporal.calls).toHaveLength(0);
    expect(bench.memory.journal).toHaveLength(0);
    expect(await bench.metrics()).toContain('opssentinel_deliveries_total{source="bench",result="refused"} 4');
  });

  it('signed but not to be read: 2xx, kept in quarantine, counted', async () => {
    bench = await startBench();

    for (const body of ['{"half":', '[]', Buffer.from([0xff, 0xfe, 0x00])]) expect((await bench.deliver(body)).status).toBe(202);

    expect(results()).toEqual(['quarantined', 'quarantined', 'quarantined']);
    expect(await bench.metrics()).toContain('opssentinel_quarantined_total{source="bench"} 3');
  });

  it('signs the bytes as they came: a character split over two chunks stays whole', async () => {
    bench = await startBench();
    const body = Buffer.from(hook({ by: 'é€😀' }));
    const chunks = Array.from(body, (byte) => Buffer.from([byte]));

    const status = await plainRequest(bench.address, {
      method: 'POST',
      path: doorPath,
      headers: { 'x-proof': sign(body) },
      chunks,
    });

    expect(status).toBe(202);
    expect(bench.temporal.calls[0]?.options.args[0].delivery.actor.id).toBe('é€😀');
  });

  it('takes the address with a slash at its end: a 404 would switch the subscription off', async () => {
    bench = await startBench();
    const body = hook();

    const status = await plainRequest(bench.address, {
      method: 'POST',
      path: `${doorPath}/`,
      headers: { 'x-proof': sign(body) },
      chunks: [Buffer.from(body)],
    });

    expect(status).toBe(202);
  });
});

describe('the door when something is away', () => {
  it.each(['refuse', 'hang'] as const)(
    'with Temporal away (%s) a trigger is 503 with Retry-After, and is taken when it comes again',
    async (fault) => {
      bench = await startBench({ limits: { doorDeadlineMs: 200 } });
      bench.temporal.fault.value = fault;

      const response = await bench.deliver(hook());

      expect(response.status).toBe(503);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await bench.metrics()).toContain('opssentinel_temporal_errors_total{call="start"} 1');
      bench.temporal.fault.value = 'none';
      expect((await bench.deliver(hook())).status).toBe(202);
      expect(bench.temporal.calls).toHaveLength(1);
    },
  );

  it('without the ledger a run is durable all the same, and what would only be written down is 503', async () => {
    bench = await startBench();
    bench.memory.away.value = true;

    expect((await bench.deliver(hook())).status).toBe(202);
    expect((await bench.deliver(hook({ id: 'E2', type: 'note' }))).status).toBe(503);
    expect((await bench.deliver('not json')).status).toBe(503);

    await settled();
    expect(await bench.metrics()).toMatch(/opssentinel_journal_failures_total 4/);
    bench.memory.away.value = false;
    expect((await bench.deliver(hook({ id: 'E2', type: 'note' }))).status).toBe(202);
  });

  it('lets only so many through to Temporal at once, and turns away with 503 whom it cannot queue', async () => {
    bench = await startBench({ limits: { doorConcurrency: 4, doorQueue: 8 } });
    bench.temporal.delay.value = 100;

    const statuses = await Promise.all(
      Array.from(
        { length: 40 },
        async (_, index) => (await bench.deliver(hook({ id: `E${index}`, incident: `Q${index}` }))).status,
      ),
    );

    expect(bench.temporal.most.value).toBeLessThanOrEqual(4);
    expect(new Set(statuses)).toEqual(new Set([202, 503]));
    expect(statuses.filter((status) => status === 202)).toHaveLength(bench.temporal.open.size);
  });

  it('a source with a mistake of its own costs a 503, not the webhook', async () => {
    bench = await startBench();

    expect((await bench.deliver(hook({ type: 'breaks' }))).status).toBe(503);
    expect(bench.logged()).toContain('a source failed on a webhook');
  });

  it('without a secret nobody can be told apart: 503 and not 401', async () => {
    bench = await startBench({ env: {} });

    const response = await bench.deliver(hook());

    expect(response.status).toBe(503);
    expect(((await response.json()) as { detail: string }).detail).toContain('signing secret');
  });

  it('row 1: a secret that is configured wrongly refuses the start', async () => {
    bench = await startBench();

    await expect(startBench({ env: { BENCH_SECRET: 'short' } })).rejects.toThrow('BENCH_SECRET must have 8 characters');
    expect(bench.logged()).not.toContain(secret);
  });
});
