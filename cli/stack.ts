import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { type Environment, readEnvironment, type Settings } from '../config/environment.js';
import type { Ledger } from '../ledger/port.js';
import { type Sandbox, start as startSandbox } from '../sandbox/start.js';
import { composeApi } from './compose.js';
import { Failure } from './failure.js';
import { prepareNamespace } from './local/namespace.js';
import { checkPorts, freePort } from './local/ports.js';
import { startPostgres } from './local/postgres.js';
import { type RunningTemporal, startTemporal } from './local/temporal.js';
import { createLog, secretsOf } from './log.js';
import type { Paths } from './paths.js';
import { type SandboxFile, takePlace, writeSandboxFile } from './sandbox-file.js';
import { makeSecrets, partsEnvironment } from './stack-environment.js';
import { workerProcess } from './stack-worker.js';
import { version } from './version.js';

/** 0 anywhere: a free one. */
export interface StackPorts {
  api: number;
  metrics: number;
  workerMetrics: number;
  sandbox: number;
  temporal: number;
  temporalUi: number;
}

/** One part of the head that `dev` and `demo` print. */
export interface StackPart {
  name: string;
  says: string;
  /** Milliseconds that it took. */
  ms: number;
}

export interface StackOptions {
  ports: StackPorts;
  paths: Paths;
  /** Folder of the rules. */
  rulesDir: string;
  /** Of whoever starts it; only TEMPORAL_* and PATH are looked at. */
  env: Environment;
  /** A part is ready. */
  tell: (part: StackPart) => void;
  /** What happens on the way, e.g. each step of the ladder to Temporal. */
  note: (line: string) => void;
  /** Where the simulated PagerDuty delivers; our own door unless told. */
  webhookUrl?: string;
  /** Shortens the simulated systems' own pace; 1 is real. */
  speed?: number;
}

export interface Stack {
  /** What `.opssentinel/sandbox.json` says. */
  file: SandboxFile;
  ledger: Ledger;
  sandbox: Sandbox;
  temporal: RunningTemporal;
  /** Of the API: what the workers and `doctor` would use too. */
  settings: Settings;
  killWorker: () => Promise<void>;
  startWorker: () => Promise<void>;
  workerPid: () => number | undefined;
  /** Rejects when a part ends that should not. Never resolves. */
  lost: Promise<never>;
  stop: () => Promise<void>;
}

/** In a Temporal that others use too, the sandbox keeps to itself: its queues are named like those of live. */
const foreignNamespace = 'opssentinel-sandbox';

/**
 * Everything on this machine: PostgreSQL, Temporal, simulators, API in this process, workers in one of their own.
 * Rejects with one clear error (PlaceTaken, PortTaken, NoBinary, …) and leaves nothing running; `stop` ends everything.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const ending: (() => unknown)[] = [];
  const stop = once(async () => {
    for (const end of ending.reverse()) await Promise.resolve(end()).catch((error: unknown) => options.note(`while ending: ${String(error)}`));
  });
  try {
    return await build(options, (end) => ending.push(end), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(options: StackOptions, atEnd: (end: () => unknown) => void, stop: () => Promise<void>): Promise<Stack> {
  const { paths } = options;
  mkdirSync(paths.state, { recursive: true });
  atEnd(takePlace(join(paths.state, 'sandbox.lock')));
  const stopFile = join(paths.state, 'STOP');
  if (existsSync(stopFile)) throw new Failure('conflict', `${stopFile} exists: an out-of-band stop of an earlier run. Remove it to go on`);
  const ports = await choosePorts(options);
  const folder = freshFolder(paths.state);
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const logFile = join(paths.state, 'sandbox.log');
  rmSync(logFile, { force: true });
  const writeLog = (text: string): void => appendFileSync(logFile, text, { mode: 0o600 });
  let lose: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => (lose = reject));
  lost.catch(() => undefined);

  const [temporal, postgres] = await both(
    timed(options, 'Temporal', () => startTemporal({ port: ports.temporal, uiPort: ports.temporalUi, cacheDir: paths.cache, tell: options.note, env: options.env }), temporalSays),
    timed(options, 'PostgreSQL', () => startPostgres({ dir: join(folder, 'postgres'), fast: true, log: (line) => writeLog(`${line}\n`) }), () => 'built in, for this run only'),
    atEnd,
  );
  void temporal.ended.then((how) => lose(new Error(`Temporal is gone: ${how}`)));

  const secrets = makeSecrets();
  const api = `http://127.0.0.1:${ports.api}`;
  const webhookUrl = options.webhookUrl ?? `${api}/pagerduty/autonomous/action`;
  const sandbox = await timed(
    options,
    'Simulators',
    () => startSandbox({ port: ports.sandbox, webhookUrl, webhookSecret: secrets.webhook, ...(options.speed === undefined ? {} : { speed: options.speed }) }),
    ({ address }) => `PagerDuty and AWS on ${address.replace('127.0.0.1', 'localhost')}`,
  );
  atEnd(() => sandbox.close());

  const namespace = temporal.own ? 'default' : foreignNamespace;
  await prepareTemporal(temporal, namespace);
  const env = partsEnvironment(options.env, { rulesDir: options.rulesDir, ports, stopFile, temporal, namespace, databaseUrl: postgres.url, sandbox: sandbox.address, secrets });
  const { settings, problems } = readEnvironment(env);
  if (problems.length > 0) throw new Failure('failed', `The sandbox configured itself wrongly:\n${problems.join('\n')}`);
  const log = createLog({ level: 'info', name: 'api', secrets: secretsOf(env), write: writeLog });
  const composed = await timed(
    options,
    'API',
    () => composeApi(settings, { log, rulesDir: options.rulesDir, version, temporalUi: temporal.uiAddress }),
    ({ api: running }) => running.address.replace('127.0.0.1', 'localhost'),
  );
  atEnd(() => composed.stop());

  const worker = workerProcess({ bin: paths.bin, env, cwd: paths.root, log: writeLog, onLost: (how) => lose(new Error(`${how}; its log is ${logFile}`)) });
  atEnd(() => worker.stop());
  await timed(options, 'Worker', () => worker.start(), () => 'all four roles, a process of its own');

  const file: SandboxFile = {
    api: composed.api.address,
    metrics: composed.api.metricsAddress,
    sandbox: sandbox.address,
    temporal: temporal.address,
    temporalUi: temporal.uiAddress ?? '',
    webhookSecret: secrets.webhook,
    tokens: secrets.tokens,
  };
  writeSandboxFile(paths.sandboxFile, file);
  atEnd(() => rmSync(paths.sandboxFile, { force: true }));
  // A stop that was given to this run ends with it.
  atEnd(() => rmSync(stopFile, { force: true }));
  return {
    file, sandbox, temporal, settings, lost, stop,
    ledger: composed.ledger,
    killWorker: () => worker.kill(),
    startWorker: () => worker.start(),
    workerPid: () => worker.pid(),
  };
}

const temporalSays = (temporal: RunningTemporal): string =>
  temporal.own ? `dev server ${/Server ([\d.]+)/.exec(temporal.version)?.[1] ?? temporal.version}, from ${temporal.source}` : `${temporal.address}, from TEMPORAL_ADDRESS, namespace ${foreignNamespace}`;

async function timed<Result>(options: StackOptions, name: string, work: () => Promise<Result>, says: (result: Result) => string): Promise<Result> {
  const began = performance.now();
  const result = await work();
  options.tell({ name, says: says(result), ms: performance.now() - began });
  return result;
}

/** Both at once; when one fails, the other is ended like everything else. */
async function both<A extends { stop: () => Promise<void> }, B extends { stop: () => Promise<void> }>(a: Promise<A>, b: Promise<B>, atEnd: (end: () => unknown) => void): Promise<[A, B]> {
  const settled = await Promise.allSettled([a, b]);
  for (const one of settled) if (one.status === 'fulfilled') atEnd(() => one.value.stop());
  const [first, second] = settled;
  if (first.status === 'rejected') throw first.reason;
  if (second.status === 'rejected') throw second.reason;
  return [first.value, second.value];
}

async function choosePorts({ ports, env }: StackOptions): Promise<StackPorts> {
  const foreign = readEnvironment(env).settings.temporal.address !== undefined;
  await checkPorts([
    { port: ports.api, what: 'API', variable: 'OPSSENTINEL_PORT' },
    { port: ports.metrics, what: 'metrics of the API', variable: 'OPSSENTINEL_METRICS_PORT' },
    { port: ports.workerMetrics, what: 'metrics of the worker', variable: 'OPSSENTINEL_WORKER_METRICS_PORT' },
    { port: ports.sandbox, what: 'simulators', variable: 'OPSSENTINEL_SANDBOX_PORT' },
    ...(foreign
      ? []
      : [
          { port: ports.temporal, what: 'Temporal', variable: 'OPSSENTINEL_TEMPORAL_PORT' },
          { port: ports.temporalUi, what: 'Temporal Web UI', variable: 'OPSSENTINEL_TEMPORAL_UI_PORT' },
        ]),
  ]);
  const chosen = { ...ports };
  for (const name of Object.keys(chosen) as (keyof StackPorts)[]) chosen[name] ||= await freePort();
  return chosen;
}

/** One folder per run: the simulators forget everything when they end, so the ledger and Temporal must as well. */
function freshFolder(state: string): string {
  for (const left of readdirSync(state).filter((name) => name.startsWith('run-'))) rmSync(join(state, left), { recursive: true, force: true });
  const folder = mkdtempSync(join(state, 'run-'));
  // PostgreSQL may have to run as another user than we; what it keeps has modes of its own.
  chmodSync(folder, 0o711);
  return folder;
}

async function prepareTemporal(temporal: RunningTemporal, namespace: string): Promise<void> {
  const connection = await Connection.connect({ ...temporal.connect, connectTimeout: 5_000 });
  try {
    await prepareNamespace(connection, { namespace, mode: 'sandbox' });
  } finally {
    await connection.close();
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let under: Promise<void> | undefined;
  return () => (under ??= work());
}
