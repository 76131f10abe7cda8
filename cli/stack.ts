import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { readEnvironment, type Settings } from './environment.js';
import type { Ledger } from '../ledger/port.js';
import { type Sandbox, start as startSandbox } from '../sandbox/start.js';
import { type ComposedApi, composeApi } from './compose-api.js';
import { Failure } from './failure.js';
import { prepareNamespace } from './local/namespace.js';
import { type RunningPostgres, startPostgres } from './local/postgres.js';
import { type RunningTemporal, startTemporal } from './local/temporal.js';
import { createLog, secretsOf } from './log.js';
import { type SandboxFile, writeSandboxFile } from './sandbox-file.js';
import { foreignNamespace, makeSecrets, partsEnvironment, type Secrets } from './stack-environment.js';
import { type AtEnd, type Ground, prepareGround, type StackOptions } from './stack-ground.js';
import { workerProcess, type WorkerProcess } from './stack-worker.js';
import { version } from './version.js';

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

/**
 * Everything on this machine: PostgreSQL, Temporal, simulators, API in this process, workers in one of their own.
 * Rejects with one clear error (PlaceTaken, PortTaken, NoBinary, …) and leaves nothing running; `stop` ends everything.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const ending: (() => unknown)[] = [];
  const stop = once(async () => {
    for (const end of ending.reverse()) {
      try {
        await end();
      } catch (error) {
        options.note(`while ending: ${String(error)}`);
      }
    }
  });
  try {
    return await build(options, (end) => ending.push(end), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(options: StackOptions, atEnd: AtEnd, stop: () => Promise<void>): Promise<Stack> {
  const ground = await prepareGround(options, atEnd);
  const secrets = makeSecrets();
  let lose: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => (lose = reject));
  lost.catch(() => undefined);

  const servers = await startServers(options, ground, secrets, atEnd);
  const { temporal, sandbox } = servers;
  void temporal.ended.then((how) => lose(new Error(`Temporal is gone: ${how}`)));
  const { composed, worker, settings } = await startProduct(options, ground, secrets, servers, atEnd, lose);
  const file: SandboxFile = {
    api: composed.api.address,
    metrics: composed.api.metricsAddress,
    sandbox: sandbox.address,
    temporal: temporal.address,
    temporalUi: temporal.uiAddress ?? '',
    webhookSecret: secrets.webhook,
    tokens: secrets.tokens,
  };
  writeSandboxFile(options.paths.sandboxFile, file);
  atEnd(() => rmSync(options.paths.sandboxFile, { force: true }));
  // A stop that was given to this run ends with it.
  atEnd(() => rmSync(ground.stopFile, { force: true }));
  return {
    file,
    sandbox,
    temporal,
    settings,
    lost,
    stop,
    ledger: composed.ledger,
    killWorker: () => worker.kill(),
    startWorker: () => worker.start(),
    workerPid: () => worker.pid(),
  };
}

interface Servers {
  temporal: RunningTemporal;
  namespace: string;
  postgres: RunningPostgres;
  sandbox: Sandbox;
}

/** What the product runs on: Temporal and PostgreSQL at once, then the simulators. */
async function startServers(options: StackOptions, ground: Ground, secrets: Secrets, atEnd: AtEnd): Promise<Servers> {
  const { ports, folder, writeLog } = ground;
  const { env, note: tell, paths } = options;
  const [temporal, postgres] = await both(
    timed(
      options,
      'Temporal',
      () => startTemporal({ port: ports.temporal, uiPort: ports.temporalUi, cacheDir: paths.cache, tell, env }),
      temporalSays,
    ),
    timed(
      options,
      'PostgreSQL',
      () => startPostgres({ dir: join(folder, 'postgres'), fast: true, log: (line) => writeLog(`${line}\n`) }),
      () => 'built in, for this run only',
    ),
    atEnd,
  );
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  const webhookUrl = options.webhookUrl ?? `${apiUrl}/pagerduty/autonomous/action`;
  const speed = options.speed === undefined ? {} : { speed: options.speed };
  const sandbox = await timed(
    options,
    'Simulators',
    () =>
      startSandbox({
        port: ports.sandbox,
        webhookUrl,
        webhookSecret: secrets.webhook,
        apiUrl,
        doorToken: secrets.door,
        ...speed,
      }),
    ({ address }) => `every integration's, on ${address.replace('127.0.0.1', 'localhost')}`,
  );
  atEnd(() => sandbox.close());
  const namespace = temporal.own ? 'default' : foreignNamespace;
  await prepareTemporal(temporal, namespace);
  return { temporal, namespace, postgres, sandbox };
}

/** The product itself: API here, workers in a process of their own. */
async function startProduct(
  options: StackOptions,
  ground: Ground,
  secrets: Secrets,
  servers: Servers,
  atEnd: AtEnd,
  lose: (error: Error) => void,
): Promise<{ composed: ComposedApi; worker: WorkerProcess; settings: Settings }> {
  const { temporal, namespace, postgres, sandbox } = servers;
  const { ports, stopFile, logFile, writeLog } = ground;
  const { rulesDir, paths } = options;
  const places = {
    rulesDir,
    ports,
    stopFile,
    temporal,
    namespace,
    databaseUrl: postgres.url,
    simulated: sandbox.environment(),
    secrets,
  };
  const env = partsEnvironment(options.env, places);
  const { settings, problems } = readEnvironment(env);
  if (problems.length > 0) throw new Failure('failed', `The sandbox configured itself wrongly:\n${problems.join('\n')}`);
  const log = createLog({ level: 'info', name: 'api', secrets: secretsOf(env), write: writeLog });
  const composed = await timed(
    options,
    'API',
    () => composeApi(settings, { log, rulesDir, version, temporalUi: temporal.uiAddress }),
    ({ api }) => api.address.replace('127.0.0.1', 'localhost'),
  );
  atEnd(() => composed.stop());
  const onLost = (how: string): void => lose(new Error(`${how}; its log is ${logFile}`));
  const worker = workerProcess({ bin: paths.bin, env, cwd: paths.root, log: writeLog, onLost });
  atEnd(() => worker.stop());
  await timed(
    options,
    'Worker',
    () => worker.start(),
    () => 'all four roles, a process of its own',
  );
  return { composed, worker, settings };
}

const temporalSays = (temporal: RunningTemporal): string =>
  temporal.own
    ? `dev server ${/Server ([\d.]+)/.exec(temporal.version)?.[1] ?? temporal.version}, from ${temporal.source}`
    : `${temporal.address}, from TEMPORAL_ADDRESS, namespace ${foreignNamespace}`;

async function timed<Result>(
  options: StackOptions,
  name: string,
  work: () => Promise<Result>,
  says: (result: Result) => string,
): Promise<Result> {
  const began = performance.now();
  const result = await work();
  options.tell({ name, says: says(result), ms: performance.now() - began });
  return result;
}

/** Both at once; when one fails, the other is ended like everything else. */
async function both<A extends { stop: () => Promise<void> }, B extends { stop: () => Promise<void> }>(
  a: Promise<A>,
  b: Promise<B>,
  atEnd: (end: () => unknown) => void,
): Promise<[A, B]> {
  const settled = await Promise.allSettled([a, b]);
  for (const one of settled) if (one.status === 'fulfilled') atEnd(() => one.value.stop());
  const [first, second] = settled;
  if (first.status === 'rejected') throw first.reason;
  if (second.status === 'rejected') throw second.reason;
  return [first.value, second.value];
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
