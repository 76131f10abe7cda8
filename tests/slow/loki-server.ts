import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ended, freePort } from './prometheus-stack.js';

/** A real Loki on this machine, with tenants of which some have limits of their own. */
export interface LokiServer {
  address: string;
  close: () => Promise<void>;
}

/** Limits by tenant; every other tenant has Loki's defaults. */
export const limitedTenants = {
  blocked: { block_ingestion_until: '2100-01-01T00:00:00Z' },
  flat: { allow_structured_metadata: false },
  slow: { ingestion_rate_mb: 0.001, ingestion_burst_size_mb: 0.001 },
} as const;

const configOf = (folder: string, http: number, grpc: number): string => `auth_enabled: true
server:
  { http_listen_address: 127.0.0.1, http_listen_port: ${http}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}, log_level: error }
common:
  instance_addr: 127.0.0.1
  path_prefix: ${folder}
  replication_factor: 1
  ring: { kvstore: { store: inmemory } }
  storage: { filesystem: { chunks_directory: ${folder}/chunks, rules_directory: ${folder}/rules } }
schema_config:
  configs: [{ from: 2020-10-24, store: tsdb, object_store: filesystem, schema: v13, index: { prefix: index_, period: 24h } }]
ingester: { lifecycler: { min_ready_duration: 0s, final_sleep: 0s } }
runtime_config: { file: ${folder}/limits.yml }
analytics: { reporting_enabled: false }
`;

export async function startLoki(binary: string): Promise<LokiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'opssentinel-loki-'));
  const [http, grpc] = [await freePort(), await freePort()];
  await writeFile(join(folder, 'loki.yml'), configOf(folder, http, grpc));
  // JSON is YAML.
  await writeFile(join(folder, 'limits.yml'), JSON.stringify({ overrides: limitedTenants }));
  const child = spawn(binary, [`-config.file=${join(folder, 'loki.yml')}`], { stdio: 'ignore', cwd: folder });
  const address = `http://127.0.0.1:${http}`;
  const close = async (): Promise<void> => {
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  for (let tried = 0; tried < 300; tried += 1) {
    const response = await fetch(`${address}/ready`).catch(() => undefined);
    if (response?.ok) return { address, close };
    await sleep(200);
  }
  await close();
  throw new Error('Loki did not become ready within a minute.');
}
