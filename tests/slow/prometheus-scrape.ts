import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, freePort, ready } from './prometheus-stack.js';

/** A real Prometheus that scrapes every second. */
export interface ScrapingPrometheus {
  address: string;
  close: () => Promise<void>;
}

/** `targets`: `host:port`, each with `/metrics`. */
export async function scrapeWith(binary: string, targets: readonly string[]): Promise<ScrapingPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'opssentinel-scrape-'));
  const port = await freePort();
  // JSON is YAML.
  const jobs = [{ job_name: 'opssentinel', static_configs: [{ targets }] }];
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: jobs }));
  const child = spawn(
    binary,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore', cwd: folder },
  );
  const address = `http://127.0.0.1:${port}`;
  await ready(address);
  return {
    address,
    close: async () => {
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
