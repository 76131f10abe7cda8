import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { startTemporal, type RunningTemporal } from '../../cli/local/temporal.js';
import { startBench, type Bench } from '../testkit/bench.js';
import { hook } from '../testkit/signed-source.js';

/** A real server and no worker: what the door promises must hold while nobody works. */
let server: RunningTemporal;
let connection: Connection;
let client: Client;
let bench: Bench;

beforeAll(async () => {
  const cacheDir = join(import.meta.dirname, '..', '..', '.cache');
  server = await startTemporal({ port: 0, cacheDir, tell: () => undefined });
  connection = await Connection.connect({ address: server.address });
  client = new Client({ connection });
}, 120_000);
afterEach(() => bench.close());
afterAll(async () => {
  await connection.close();
  await server.stop();
});

/** Event types of the one run of an incident. */
async function history(incident: string): Promise<string[]> {
  const { events } = await client.workflow.getHandle(`incident:bench:${incident}`).fetchHistory();
  return (events ?? []).flatMap((event) =>
    Object.keys(event)
      .filter((key) => key.endsWith('EventAttributes'))
      .map((key) => key.replace('EventAttributes', '')),
  );
}

/** `startBench` with the real client, and time enough for a busy machine. */
const setUp = async (limits = {}): Promise<void> => {
  bench = await startBench({ deps: { temporal: client }, limits: { doorDeadlineMs: 30_000, ...limits } });
};

describe('the door at a real Temporal server', () => {
  it('row 39: 1,000 concurrent duplicates, with no memory to join them, are 1,000 times 2xx and one run', async () => {
    await setUp({ rememberedEvents: 0 });

    const answers = await Promise.all(
      Array.from({ length: 1000 }, async () => (await bench.deliver(hook({ incident: 'D' }))).status),
    );

    expect(new Set(answers)).toEqual(new Set([202]));
    expect(await history('D')).toEqual(['workflowExecutionStarted', 'workflowTaskScheduled']);
  }, 120_000);

  it('row 2: twenty identical webhooks at once start one run', async () => {
    await setUp();

    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => (await bench.deliver(hook({ incident: 'T' }))).status),
    );

    expect(new Set(answers)).toEqual(new Set([202]));
    expect(await history('T')).toEqual(['workflowExecutionStarted', 'workflowTaskScheduled']);
  });

  it('what comes before its trigger starts the run and is told to it; the trigger then finds it there', async () => {
    await setUp();

    expect((await bench.deliver(hook({ id: 'E2', type: 'acknowledged', incident: 'A' }))).status).toBe(202);
    expect((await bench.deliver(hook({ id: 'E1', type: 'triggered', incident: 'A' }))).status).toBe(202);

    expect(await history('A')).toEqual(['workflowExecutionStarted', 'workflowExecutionSignaled', 'workflowTaskScheduled']);
  });

  it('row 5: after the run has closed, triggers and later events are 2xx and no new run', async () => {
    await setUp();
    await bench.deliver(hook({ incident: 'C' }));
    await client.workflow.getHandle('incident:bench:C').terminate('a test');
    const before = await history('C');

    const again = await bench.deliver(hook({ id: 'E2', incident: 'C' }));
    const later = await bench.deliver(hook({ id: 'E3', type: 'resolved', incident: 'C' }));

    expect([again.status, later.status]).toEqual([202, 202]);
    expect(((await later.json()) as { says: string }).says).toBe('the run of this incident has ended; nothing was started');
    expect(await history('C')).toEqual(before);
    expect((await client.workflow.getHandle('incident:bench:C').describe()).status.name).toBe('TERMINATED');
  });

  it('a server that is gone is a 503, and the door stays up', async () => {
    const away = Connection.lazy({ address: '127.0.0.1:1' });
    bench = await startBench({ deps: { temporal: new Client({ connection: away }) }, limits: { doorDeadlineMs: 500 } });

    expect((await bench.deliver(hook())).status).toBe(503);
    expect((await bench.get('/readyz')).status).toBe(503);
    expect((await bench.get('/healthz')).status).toBe(200);
    await bench.close();
    await away.close();
  });

  it('an approval of a run that is not there is 409, and one that nobody works on is 503', async () => {
    await setUp({ approvalDeadlineMs: 500 });
    const approve = (id: string): Promise<Response> =>
      bench.send('POST', `/api/v1/incidents/${id}/approval`, 'approver', { decision: 'approve', planHash: '5b1e07c2' });
    for (const id of ['bench:N', 'bench:W']) await bench.memory.ledger.putIncident({ id });
    await bench.deliver(hook({ incident: 'W' }));

    expect((await approve('bench:N')).status).toBe(409);
    expect((await approve('bench:W')).status).toBe(503);
  });
});
