import { type Sandbox, start } from '../../../sandbox/start.js';
import type { CallWith } from '../../contract/call.js';
import { connectPagerDuty, type PagerDutyClient } from '../client.js';
import { pagerDutyConfig } from '../config.js';
import { call, type Loose } from './given.js';

/** The simulated account, and a client of it. */
export interface Stage {
  sandbox: Sandbox;
  control: (method: string, path: string, body?: unknown) => Promise<Loose>;
  /** `METHOD path` of every request that reached the simulators, as their list shows them. */
  calls: () => Promise<string[]>;
  effects: () => Promise<Loose[]>;
  client: (change?: Record<string, string>) => CallWith<PagerDutyClient>;
  close: () => Promise<void>;
}

export async function openStage(options: { webhookUrl?: string; speed?: number; doorToken?: string } = {}): Promise<Stage> {
  const { webhookUrl = '', speed = 0.01, doorToken = 'the token of the door' } = options;
  const sandbox = await start({ port: 0, webhookUrl, webhookSecret: 'secret', speed, doorToken });
  const control = async (method: string, path: string, body?: unknown): Promise<Loose> => {
    const response = await fetch(`${sandbox.address}/_sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return response.json();
  };
  return {
    sandbox,
    control,
    calls: async () => ((await control('GET', 'calls')) as { operation: string }[]).map(({ operation }) => operation),
    effects: () => control('GET', 'effects'),
    client: (change = {}) => {
      const config = pagerDutyConfig.parse({ ...sandbox.environment(), ...change });
      if (!config) throw new Error('not connected');
      return { ...call(), client: connectPagerDuty(config) };
    },
    close: () => sandbox.close(),
  };
}
