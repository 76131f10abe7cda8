import { type Sandbox, start } from '../../../sandbox/start.js';
import type { AlarmEvent, FaultKind, SandboxEffect } from '../simulator.js';

// oxlint-disable-next-line typescript/no-explicit-any
type Loose = any;

/** The sandbox, driven through its own public interface alone. */
export interface TestSandbox {
  address: string;
  /** The variables that connect every integration with its simulator. */
  environment: () => Record<string, string>;
  effects: () => Promise<SandboxEffect[]>;
  fault: (operation: string, kind: FaultKind, more?: { times?: number; after?: number; delayMs?: number }) => Promise<void>;
  alarm: (name: string, state: AlarmEvent['state']) => Promise<void>;
  /** `POST /_sandbox/<vendor>/<path>`. */
  tell: (vendor: string, path: string, body: unknown) => Promise<void>;
  /** The same with its answer; without a body it is a GET. The answer is whatever the simulator says. */
  ask: (path: string, body?: unknown) => Promise<Loose>;
  reset: () => Promise<void>;
  close: () => Promise<void>;
}

/** Starts one on any free port. `speed` 0.05: what takes a second takes 50 ms. */
export async function startTestSandbox(speed = 0.05): Promise<TestSandbox> {
  const sandbox: Sandbox = await start({ port: 0, webhookUrl: 'http://127.0.0.1:9/nowhere', webhookSecret: 'throw-away', speed });
  const post = async (path: string, body: unknown): Promise<void> => {
    const response = await fetch(`${sandbox.address}/_sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`The sandbox answered ${response.status} to ${path}: ${await response.text()}`);
  };
  return {
    address: sandbox.address,
    environment: sandbox.environment,
    effects: async () => (await (await fetch(`${sandbox.address}/_sandbox/effects`)).json()) as SandboxEffect[],
    fault: (operation, kind, more = {}) => post('faults', { operation, kind, ...more }),
    alarm: (name, state) => post(`alarms/${name}`, { state }),
    tell: (vendor, path, body) => post(`${vendor}/${path}`, body),
    ask: async (path, body) => {
      const made = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      const response = await fetch(`${sandbox.address}/_sandbox/${path}`, made);
      if (!response.ok) throw new Error(`The sandbox answered ${response.status} to ${path}: ${await response.text()}`);
      return response.json();
    },
    reset: async () => {
      await fetch(`${sandbox.address}/_sandbox/faults`, { method: 'DELETE' });
      await post('reset', {});
    },
    close: sandbox.close,
  };
}
