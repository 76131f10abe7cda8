import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, readEnvironment } from './environment.js';
import { Failure } from './failure.js';
import { checkPorts, freePort } from './local/ports.js';
import type { Paths } from './paths.js';
import { takePlace } from './sandbox-file.js';
import type { StackPorts } from './stack-environment.js';

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
  /** Factor on how long the simulated systems take: 0.5 is twice as fast. */
  speed?: number;
}

/** Called in reverse order when the stack ends, whatever came before. */
export type AtEnd = (end: () => unknown) => void;

export interface Ground {
  ports: StackPorts;
  /** Of this run alone. */
  folder: string;
  stopFile: string;
  logFile: string;
  writeLog: (text: string) => void;
}

/** Everything that can refuse a start before anything runs: the place, an old stop, the ports. */
export async function prepareGround(options: StackOptions, atEnd: AtEnd): Promise<Ground> {
  const { state, sandboxFile } = options.paths;
  mkdirSync(state, { recursive: true });
  atEnd(takePlace(join(state, 'sandbox.lock')));
  rmSync(sandboxFile, { force: true });
  const stopFile = join(state, 'STOP');
  if (existsSync(stopFile))
    throw new Failure('conflict', `${stopFile} exists: an out-of-band stop of an earlier run. Remove it to go on`);
  const ports = await choosePorts(options);
  const folder = freshFolder(state);
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const logFile = join(state, 'sandbox.log');
  rmSync(logFile, { force: true });
  return { ports, folder, stopFile, logFile, writeLog: (text) => appendFileSync(logFile, text, { mode: 0o600 }) };
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
  for (const left of readdirSync(state).filter((name) => name.startsWith('run-')))
    rmSync(join(state, left), { recursive: true, force: true });
  const folder = mkdtempSync(join(state, 'run-'));
  // PostgreSQL may have to run as another user than we; what it keeps has modes of its own.
  chmodSync(folder, 0o711);
  return folder;
}
