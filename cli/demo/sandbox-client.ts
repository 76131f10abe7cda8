import { remedies, type SandboxEffect } from '../../integrations/contract/simulator.js';

/** The sandbox's own interface, as anybody may use it. */
export interface SandboxClient {
  raise: (alarm: string) => Promise<void>;
  clear: (alarm: string) => Promise<void>;
  /** Effects on the simulated clouds; what is told to people and their tools is left out. */
  effects: () => Promise<SandboxEffect[]>;
  /** Every webhook is sent so many times. */
  repeatDeliveries: (times: number) => Promise<void>;
  /** What each simulator was told and keeps, by vendor. */
  received: () => Promise<Record<string, Record<string, number>>>;
  /** Calls that no simulator knew: always a mistake of ours. */
  unknownCalls: () => Promise<unknown[]>;
}

export function createSandboxClient(address: string): SandboxClient {
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${address}/_sandbox/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(5000),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`The sandbox refused ${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const alarm = async (name: string, state: 'ALARM' | 'OK') => void (await ask('POST', `alarms/${name}`, { state }));
  return {
    raise: (name) => alarm(name, 'ALARM'),
    clear: (name) => alarm(name, 'OK'),
    effects: async () => remedies((await ask('GET', 'effects')) as SandboxEffect[]),
    repeatDeliveries: async (repeat) => void (await ask('POST', 'pagerduty/deliveries', { repeat })),
    received: async () => (await ask('GET', 'received')) as Record<string, Record<string, number>>,
    unknownCalls: async () => (await ask('GET', 'unknown')) as unknown[],
  };
}
