import { Client, Connection } from '@temporalio/client';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, makeTelemetryFilterString, type ReplayHistoriesIterable, Runtime, Worker } from '@temporalio/worker';
import { type Command, InvalidArgumentError } from 'commander';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { workflowIdOf } from '../../workflows/ids.js';
import { incidentWorkflowType } from '../../workflows/messages.js';
import { type Context, type OutputOptions, print, runningSandbox, settingsFor } from '../context.js';
import { Failure } from '../failure.js';
import { foreignNamespace } from '../stack-environment.js';
import { type TemporalAddress, temporalAddress } from '../temporal-connection.js';

interface Options extends OutputOptions {
  last?: number;
}

/** `replay`: would today's code walk through recorded runs as they went? */
export function addReplay(program: Command, context: Context): void {
  program
    .command('replay')
    .description('replay recorded runs on today’s code; exit 1 when one would go another way')
    .argument('[what...]', 'history files or folders (temporal workflow show -o json), workflow ids or incident ids')
    .option('--last <n>', 'the newest n runs of your Temporal', parseLast)
    .action((what: string[], options: Options) => replay(context, what, options));
}

function parseLast(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Write a number from 1.');
  return Number(text);
}

type History = ReplayHistoriesIterable extends AsyncIterable<infer Item> | Iterable<infer Item> ? Item : never;

async function replay(context: Context, what: readonly string[], options: Options): Promise<void> {
  if (what.length === 0 && options.last === undefined)
    throw new Failure('usage', 'What is to be replayed? Name history files, workflow ids or incident ids, or write --last N');
  const codePath = context.paths.bundle;
  if (!existsSync(codePath)) throw new Failure('usage', `${codePath} is missing; build it with: npm run build`);
  const histories = await collect(context, what, options.last);
  // Every difference is told below, once; the SDK's own lines about it would come between.
  const telemetryOptions = { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } };
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions, shutdownSignals: [] });
  const results: { workflowId: string; ok: boolean; says: string }[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: { codePath } }, histories)) {
    results.push({ workflowId, ok: error === undefined, says: error === undefined ? 'the same way' : firstLine(error) });
  }
  print(context, options, 'ReplayList', results, (colours) =>
    results
      .map(({ workflowId, ok, says }) =>
        `${ok ? colours.green('ok     ') : colours.red('DIFFERS')}  ${workflowId}  ${ok ? '' : says}`.trimEnd(),
      )
      .join('\n'),
  );
  const wrong = results.filter(({ ok }) => !ok).length;
  if (wrong > 0)
    throw new Failure(
      'failed',
      `${wrong} of ${results.length} would go another way. Guard the change with patched(), or do not deploy it while such runs are open`,
    );
  if (results.length === 0) throw new Failure('notFound', 'There is no run to replay');
}

const firstLine = (error: Error): string => error.message.split('\n')[0] ?? error.name;

async function collect(context: Context, what: readonly string[], last: number | undefined): Promise<History[]> {
  const files: string[] = [];
  const ids: string[] = [];
  for (const name of what) {
    const path = resolve(context.cwd, name);
    if (!existsSync(path)) ids.push(name);
    else if ((await stat(path)).isDirectory())
      files.push(
        ...(await readdir(path))
          .filter((file) => file.endsWith('.json'))
          .sort()
          .map((file) => join(path, file)),
      );
    else files.push(path);
  }
  const read = await Promise.all(files.map(readHistory));
  return ids.length === 0 && last === undefined ? read : [...read, ...(await fetchHistories(context, ids, last))];
}

async function readHistory(path: string): Promise<History> {
  try {
    return { workflowId: basename(path, '.json'), history: historyFromJSON(JSON.parse(await readFile(path, 'utf8'))) };
  } catch (error) {
    throw new Failure(
      'usage',
      `${path} is not a history as \`temporal workflow show -o json\` writes it: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function fetchHistories(context: Context, ids: readonly string[], last: number | undefined): Promise<History[]> {
  const { address, namespace } = temporalOf(context);
  const connection = await Connection.connect({ ...address, connectTimeout: 5_000 }).catch((error: unknown) => {
    throw new Failure(
      'unreachable',
      `Temporal does not answer at ${address.address}: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  try {
    const { workflow } = new Client({ connection, namespace });
    const wanted: string[] = ids.map((id) =>
      id.startsWith('incident:') ? id : workflowIdOf(id.includes(':') ? id : `pagerduty:${id}`),
    );
    const found: History[] = [];
    for (const workflowId of wanted)
      found.push({ workflowId, history: await workflow.getHandle(workflowId).fetchHistory().catch(notThere(workflowId)) });
    if (last === undefined) return found;
    for await (const { workflowId, runId } of workflow.list({
      query: `WorkflowType = '${incidentWorkflowType}'`,
      pageSize: last,
    })) {
      if (found.length >= wanted.length + last) break;
      found.push({ workflowId, history: await workflow.getHandle(workflowId, runId).fetchHistory() });
    }
    return found;
  } finally {
    await connection.close();
  }
}

const notThere =
  (workflowId: string) =>
  (error: unknown): never => {
    // The SDK names it in one place and leaves the status of gRPC (5: NOT_FOUND) in another.
    if (
      error instanceof Error &&
      (error.name === 'WorkflowNotFoundError' || ('code' in error && error.code === 5) || /NOT_FOUND/.test(error.message))
    )
      throw new Failure('notFound', `There is neither a file nor a run ${workflowId}`);
    throw error;
  };

/** TEMPORAL_ADDRESS, else the sandbox of this checkout. */
export function temporalOf(context: Context): { address: TemporalAddress; namespace: string } {
  const settings = settingsFor(context);
  const sandbox = runningSandbox(context);
  if (settings.temporal.address !== undefined) {
    // A sandbox in a Temporal that others use too has a namespace of its own.
    const shared = sandbox?.temporal === settings.temporal.address && settings.mode === 'sandbox';
    return { address: temporalAddress(settings.temporal), namespace: shared ? foreignNamespace : settings.temporal.namespace };
  }
  if (sandbox === undefined)
    throw new Failure('usage', 'Which Temporal? Set TEMPORAL_ADDRESS, or start a sandbox here with: opssentinel dev');
  return { address: { address: sandbox.temporal }, namespace: 'default' };
}
