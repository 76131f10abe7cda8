import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { Client, Connection, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { startTemporal } from '../../cli/local/temporal.js';
import type { Delivery, EventKind } from '../../domain/delivery.js';
import { incidentWorkflowId } from '../../workflows/ids.js';
import { incidentEvent, incidentWorkflowType, queues } from '../../workflows/messages.js';
import type { IncidentResult } from '../../workflows/incident/incident.js';
import { root } from '../support/root.js';
import { type Script, scripted, type Seen } from './scripted.js';

/** A real Temporal server with the real workflow; only the activities are scripted. */
export interface Bench {
  client: Client;
  play: (script: Script, steps: (run: Play) => Promise<void>, first?: Partial<Delivery>) => Promise<Played>;
  close: () => Promise<void>;
}

export interface Play {
  handle: WorkflowHandleWithFirstExecutionRunId;
  seen: Seen;
  client: Client;
  workflowId: string;
  /** Sends a later event the way the door does. */
  event: (kind: EventKind, change?: Partial<Delivery>) => Promise<void>;
  /** Waits until the run has called this activity so many times. */
  called: (name: string, times?: number) => Promise<void>;
}

export interface Played {
  result: IncidentResult;
  seen: Seen;
  events: number;
  history: Awaited<ReturnType<WorkflowHandleWithFirstExecutionRunId['fetchHistory']>>;
}

export const delivery = (externalId: string, change: Partial<Delivery> = {}): Delivery => ({
  eventId: `ev-${randomBytes(6).toString('hex')}`,
  eventType: `incident.${change.kind ?? 'triggered'}`,
  kind: 'triggered',
  ref: { source: 'pagerduty', externalId, generation: '0' },
  occurredAt: new Date().toISOString(),
  receivedAt: new Date().toISOString(),
  actor: { id: 'PUSR1', type: 'user_reference', name: 'Ada' },
  trust: 'signed',
  authenticatedBy: 'hmac, secret 1 of 1',
  bodyHash: 'h',
  ...change,
});

export async function openBench(): Promise<Bench> {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  } catch {
    // Installed by an earlier bench of this file.
  }
  const server = await startTemporal({ port: 0, cacheDir: `${root}/.cache`, tell: () => undefined });
  const connection = await Connection.connect({ address: server.address });
  const native = await NativeConnection.connect({ address: server.address });
  const client = new Client({ connection });
  return {
    client,
    play: (script, steps, first) => play(client, native, script, steps, first),
    close: async () => {
      await connection.close();
      await native.close();
      await server.stop();
    },
  };
}

async function play(
  client: Client,
  connection: NativeConnection,
  script: Script,
  steps: (run: Play) => Promise<void>,
  first: Partial<Delivery> = {},
): Promise<Played> {
  const fakes = scripted(script);
  const common = { connection, shutdownForceTime: '5s' } as const;
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: queues.run, workflowBundle: { codePath: `${root}/dist/workflow-bundle.js` } }),
    Worker.create({ ...common, taskQueue: queues.decide, activities: fakes.decide }),
    Worker.create({ ...common, taskQueue: queues.effect, activities: fakes.effect }),
    Worker.create({ ...common, taskQueue: queues.tell, activities: fakes.tell }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  try {
    const opening = delivery(`Q${randomBytes(5).toString('hex').toUpperCase()}`, first);
    const workflowId = incidentWorkflowId(opening.ref);
    const handle = await client.workflow.start(incidentWorkflowType, {
      workflowId,
      taskQueue: queues.run,
      args: [{ delivery: opening }],
    });
    await steps(playing(client, handle, fakes.seen, opening, workflowId));
    const result = (await within(20_000, handle.result(), 'the run did not end')) as IncidentResult;
    const history = await handle.fetchHistory();
    return { result, seen: fakes.seen, events: history.events?.length ?? 0, history };
  } finally {
    for (const worker of workers) worker.shutdown();
    await running;
  }
}

function playing(client: Client, handle: Play['handle'], seen: Seen, opening: Delivery, workflowId: string): Play {
  return {
    handle,
    seen,
    client,
    workflowId,
    event: (kind, change) =>
      client.workflow.getHandle(workflowId).signal(incidentEvent, delivery(opening.ref.externalId, { kind, ...change })),
    called: (name, times = 1) =>
      until(() => seen.calls.filter((call) => call === name).length >= times, `${name} was not called ${times} times`),
  };
}

async function within<Value>(ms: number, promise: Promise<Value>, says: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(says)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export async function until(holds: () => boolean | Promise<boolean>, says: string, ms = 15_000): Promise<void> {
  const late = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > late) throw new Error(says);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Keeps a path's history for the replay set, when asked to. What names this machine is left out: replaying reads none of it. */
export async function keep(path: string, { history }: Played): Promise<void> {
  if (process.env['OPSSENTINEL_RECORD'] !== '1') return;
  const dir = `${root}/tests/replay/histories`;
  await mkdir(dir, { recursive: true });
  const named = (value: unknown): boolean => typeof value === 'string' && /^\d+@/.test(value);
  const anonymous = (key: string, value: unknown): unknown =>
    key === 'stackTrace' ? '' : key === 'identity' || named(value) ? 'recorded' : value;
  await writeFile(`${dir}/${path}.json`, `${JSON.stringify(JSON.parse(historyToJSON(history)), anonymous, 1)}\n`);
}
