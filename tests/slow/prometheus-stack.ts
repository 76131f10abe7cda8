import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A real Prometheus that scrapes one figure, has one rule on it, and tells a real Alertmanager, which tells a webhook. */
export interface PrometheusStack {
  prometheus: string;
  alertmanager: string;
  /** The figure; the rule fires above 0. */
  set: (value: number) => void;
  close: () => Promise<void>;
}

const rules = `groups:
  - name: probe
    interval: 1s
    rules:
      - alert: ProbeHigh
        expr: probe_value > 0
        labels: { severity: critical, account_id: "111122223333", region: eu-west-1 }
        annotations: { summary: "the probe of {{ $labels.instance }} is {{ $value }}" }
`;

export async function startStack(bins: { prometheus: string; alertmanager: string }, webhook: string): Promise<PrometheusStack> {
  const folder = await mkdtemp(join(tmpdir(), 'opssentinel-prometheus-'));
  let value = 0;
  const probe = createServer((_request, response) => response.end(`probe_value{team="wéb"} ${value}\n`));
  const probeAddress = await listening(probe);
  const [prometheus, alertmanager] = [await freePort(), await freePort()];
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  await write('rules.yml', rules);
  await write('token', 'the-door-token');
  await write(
    'prometheus.yml',
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:${alertmanager}"] }] }] }
scrape_configs: [{ job_name: probe, static_configs: [{ targets: ["${probeAddress}"] }] }]
`,
  );
  await write(
    'alertmanager.yml',
    `route: { receiver: door, group_by: [alertname], group_wait: 1s, group_interval: 1s, repeat_interval: 2s }
receivers:
  - name: door
    webhook_configs: [{ url: "${webhook}", send_resolved: true, http_config: { authorization: { credentials_file: "${join(folder, 'token')}" } } }]
`,
  );
  const processes = [
    spawn(
      bins.alertmanager,
      [
        `--config.file=${join(folder, 'alertmanager.yml')}`,
        `--storage.path=${join(folder, 'alertmanager')}`,
        `--web.listen-address=127.0.0.1:${alertmanager}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    ),
    spawn(
      bins.prometheus,
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'prometheus')}`,
        `--web.listen-address=127.0.0.1:${prometheus}`,
      ],
      { stdio: 'ignore', cwd: folder },
    ),
  ];
  const addresses = { prometheus: `http://127.0.0.1:${prometheus}`, alertmanager: `http://127.0.0.1:${alertmanager}` };
  for (const address of Object.values(addresses)) await ready(address);
  return {
    ...addresses,
    set: (next) => {
      value = next;
    },
    close: async () => {
      await Promise.all(processes.map(ended));
      probe.closeAllConnections();
      await new Promise((resolve) => probe.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  const port = Number((await listening(server)).split(':')[1]);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function ready(address: string): Promise<void> {
  for (let tried = 0; tried < 100; tried += 1) {
    const response = await fetch(`${address}/-/ready`).catch(() => undefined);
    if (response?.ok) return;
    await sleep(200);
  }
  throw new Error(`${address} did not become ready within 20 s.`);
}

export function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
