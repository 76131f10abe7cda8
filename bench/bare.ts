import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

/** Milliseconds from the call of `start`: until it was answered, until the activity's body ran. */
export interface BareSample {
  started: number;
  touched: number;
}

/** A bare `client.workflow.start` with one activity, one at a time, on the same server. */
export async function measureBare(address: string, namespace: string, count: number): Promise<BareSample[]> {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const client = new Client({ connection, namespace });
  const touched = new Map<string, (at: number) => void>();
  const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };
  const bundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./bare-workflow.js', import.meta.url)),
    logger: silent,
  });
  const taskQueue = 'bench-bare';
  const activities = { touch: async (id: string) => touched.get(id)?.(performance.now()) };
  const worker = await Worker.create({ connection: native, namespace, taskQueue, workflowBundle: bundle, activities });
  try {
    return await worker.runUntil(async () => {
      const samples: BareSample[] = [];
      for (let index = 0; index < count; index++) samples.push(await oneBare(client, taskQueue, `bench-bare-${index}`, touched));
      return samples;
    });
  } finally {
    await connection.close();
    await native.close();
  }
}

async function oneBare(
  client: Client,
  taskQueue: string,
  id: string,
  touched: Map<string, (at: number) => void>,
): Promise<BareSample> {
  const ran = new Promise<number>((resolve) => touched.set(id, resolve));
  const from = performance.now();
  const handle = await client.workflow.start('bare', { workflowId: id, taskQueue, args: [id] });
  const started = performance.now() - from;
  const at = await ran;
  await handle.result();
  return { started, touched: at - from };
}
