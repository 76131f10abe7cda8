import { type Sandbox, start } from '../../../sandbox/start.js';
import type { FaultKind, SandboxEffect } from '../../contract/simulator.js';
import { type Catcher, startCatcher } from './catcher.js';

/** The sandbox, with a server in the API's place that keeps what its simulators send. */
export interface TestDoor extends Pick<Catcher, 'taken' | 'answerWith'> {
  address: string;
  webhookSecret: string;
  /** `POST /_sandbox/<vendor>/<path>`. */
  tell: (vendor: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;
  look: (vendor: string, path: string) => Promise<Record<string, unknown>>;
  fault: (operation: string, kind: FaultKind, times?: number) => Promise<void>;
  effects: () => SandboxEffect[];
  reset: () => Promise<void>;
  close: () => Promise<void>;
}

export async function startTestDoor(): Promise<TestDoor> {
  const catcher = await startCatcher();
  const webhookSecret = 'throw-away';
  const webhookUrl = `${catcher.address}/pagerduty/autonomous/action`;
  const sandbox: Sandbox = await start({ port: 0, webhookUrl, webhookSecret, speed: 0.02 });
  const ask = async (path: string, init: RequestInit): Promise<Record<string, unknown>> => {
    const response = await fetch(`${sandbox.address}/_sandbox/${path}`, init);
    const body = (await response.json()) as Record<string, unknown>;
    if (!response.ok || body['error']) throw new Error(`The sandbox answered ${path} with ${JSON.stringify(body)}`);
    return body;
  };
  const post = (path: string, body: unknown) => ask(path, { method: 'POST', body: JSON.stringify(body) });
  return {
    address: sandbox.address,
    webhookSecret,
    taken: catcher.taken,
    answerWith: catcher.answerWith,
    tell: (vendor, path, body = {}) => post(`${vendor}/${path}`, body),
    look: (vendor, path) => ask(`${vendor}/${path}`, {}),
    fault: async (operation, kind, times = 1) => void (await post('faults', { operation, kind, times })),
    effects: () => [...sandbox.world.effects()],
    reset: async () => {
      catcher.reset();
      await fetch(`${sandbox.address}/_sandbox/faults`, { method: 'DELETE' });
      await post('reset', {});
    },
    close: async () => {
      await sandbox.close();
      await catcher.close();
    },
  };
}
