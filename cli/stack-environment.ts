import { createHash, randomBytes } from 'node:crypto';
import type { Environment } from './environment.js';
import type { RunningTemporal } from './local/temporal.js';
import type { SandboxFile } from './sandbox-file.js';

/** 0 anywhere: a free one. */
export interface StackPorts {
  api: number;
  metrics: number;
  workerMetrics: number;
  sandbox: number;
  temporal: number;
  temporalUi: number;
}

/** In a Temporal that others use too, the sandbox keeps to itself: its queues are named like those of live. */
export const foreignNamespace = 'opssentinel-sandbox';

export interface Secrets {
  webhook: string;
  /** Shown by the simulators at the doors that take a token. */
  door: string;
  tokens: SandboxFile['tokens'];
  hashes: string;
}

export function makeSecrets(): Secrets {
  const token = (): string => randomBytes(24).toString('base64url');
  const tokens = { viewer: token(), approver: token(), operator: token(), admin: token() };
  const hashes = Object.entries(tokens)
    .map(([scope, value]) => `${scope}@sandbox:${scope}:${createHash('sha256').update(value).digest('hex')}`)
    .join(',');
  return { webhook: randomBytes(32).toString('hex'), door: token(), tokens, hashes };
}

export interface Places {
  rulesDir: string;
  ports: StackPorts;
  stopFile: string;
  temporal: RunningTemporal;
  namespace: string;
  databaseUrl: string;
  /** What connects every integration with its simulator. */
  simulated: Record<string, string>;
  secrets: Secrets;
}

/** Made from nothing: whatever real credentials the shell holds, no part of the sandbox sees them. */
export function partsEnvironment(from: Environment, places: Places): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'NODE_EXTRA_CA_CERTS'];
  const own = places.temporal.own ? [] : Object.keys(from).filter((name) => /^TEMPORAL_(TLS|API_KEY)/.test(name));
  const passed = [...kept, ...own].flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]] as const]));
  const { ports } = places;
  return {
    ...(Object.fromEntries(passed) as Record<string, string>),
    OPSSENTINEL_MODE: 'sandbox',
    OPSSENTINEL_RULES: places.rulesDir,
    OPSSENTINEL_HOST: '127.0.0.1',
    OPSSENTINEL_PORT: String(ports.api),
    OPSSENTINEL_METRICS_PORT: String(ports.metrics),
    OPSSENTINEL_WORKER_METRICS_PORT: String(ports.workerMetrics),
    OPSSENTINEL_PUBLIC_URL: `http://localhost:${ports.api}`,
    OPSSENTINEL_API_TOKENS: places.secrets.hashes,
    OPSSENTINEL_STOP_FILE: places.stopFile,
    DATABASE_URL: places.databaseUrl,
    TEMPORAL_ADDRESS: places.temporal.address,
    TEMPORAL_NAMESPACE: places.namespace,
    OPSSENTINEL_DOOR_TOKENS: `sandbox:*:${createHash('sha256').update(places.secrets.door).digest('hex')}`,
    ...places.simulated,
  };
}
