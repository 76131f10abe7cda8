import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { SandboxSettings, Simulator } from '../integrations/contract/simulator.js';
import { createHandler } from './handler.js';
import { loadSimulators } from './simulators.js';
import { createWorld, type World } from './world.js';

export interface SandboxOptions {
  /** 0: any free one. */
  port: number;
  /** Default `127.0.0.1`. Anything else opens the simulators, which ask for no proof of who calls, to the network. */
  host?: string;
  /** Where the simulated PagerDuty delivers, e.g. `http://127.0.0.1:8080/pagerduty/autonomous/action`. */
  webhookUrl: string;
  webhookSecret: string;
  /** Base address of the API, for simulators other than PagerDuty's; default: that of `webhookUrl`. */
  apiUrl?: string;
  /** Shown at the doors that take a token; default: a throw-away one. */
  doorToken?: string;
  /** Shortens the simulated systems' own pace; 1, the default, is real. */
  speed?: number;
  /** Number of the first simulated incident; default 1. Give a fresh one where earlier runs are kept, for a known id starts nothing. */
  firstIncident?: number;
  /** Folder of the vendors' folders; default `integrations/` beside this one. */
  simulatorsFrom?: string;
}

export interface Sandbox {
  /** e.g. `http://127.0.0.1:8090`. */
  address: string;
  /** What happened in it. Its `settings` may be changed while it runs. */
  world: World;
  /** The variables that connect every integration with its simulator. */
  environment: () => Record<string, string>;
  close: () => Promise<void>;
}

/** Starts the server that carries every integration's simulator. Rejects with a plain sentence when the port is taken. */
export async function start(options: SandboxOptions): Promise<Sandbox> {
  const { port, host = '127.0.0.1', webhookUrl, webhookSecret, speed = 1, firstIncident = 1 } = options;
  if (!(speed > 0)) throw new Error(`The sandbox's speed is ${speed}; give a number above 0, where 1 is real.`);
  const settings: SandboxSettings = {
    webhookUrl,
    webhookSecret,
    apiUrl: options.apiUrl ?? originOf(webhookUrl),
    doorToken: options.doorToken ?? randomBytes(24).toString('base64url'),
    speed,
    firstIncident,
  };
  let address = '';
  const world = createWorld(settings, () => address);
  const simulators = await loadSimulators(options.simulatorsFrom ?? join(import.meta.dirname, '..', 'integrations'), world);
  const reset = (): void => {
    world.reset();
    for (const simulator of simulators) simulator.reset();
  };
  const environment = (): Record<string, string> => environmentOf(simulators, { address, ...settings });
  const server = createServer(createHandler({ world, simulators, environment, reset }));
  await listen(server, port, host);
  address = addressOf(server, host);
  return {
    address,
    world,
    environment,
    close: async () => {
      reset();
      await closed(server);
    },
  };
}

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : '');

const environmentOf = (simulators: readonly Simulator[], at: Parameters<Simulator['environment']>[0]): Record<string, string> =>
  Object.assign({}, ...simulators.map((simulator) => simulator.environment(at))) as Record<string, string>;

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(new Error(`Port ${port} is taken, so the sandbox cannot start. Stop what uses it, or choose another port.`));
      else reject(error);
    });
    server.listen(port, host, resolve);
  });
}

function addressOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return `http://${reachable}:${port}`;
}

/** Requests that a fault leaves without an answer would keep the server open for ever: they are cut. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
