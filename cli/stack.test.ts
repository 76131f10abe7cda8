import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from './environment.js';
import { composeApi, withoutPowers } from './compose-api.js';
import { createLog } from './log.js';
import { pathsOf } from './paths.js';
import { PlaceTaken } from './sandbox-file.js';
import { type Stack, startStack } from './stack.js';
import type { StackOptions } from './stack-ground.js';

const free = { api: 0, metrics: 0, workerMetrics: 0, sandbox: 0, temporal: 0, temporalUi: 0 };
const dir = mkdtempSync(join(tmpdir(), 'stack-'));
// PostgreSQL may run as another user, who must be able to go through.
chmodSync(dir, 0o711);
const real = pathsOf();
const paths = { ...real, state: join(dir, '.opssentinel'), sandboxFile: join(dir, '.opssentinel', 'sandbox.json') };
const rulesDir = join(real.root, 'rules', 'library');
const noted: string[] = [];
const options: StackOptions = {
  ports: free,
  paths,
  rulesDir,
  // A real key in the shell: no part of the sandbox may see it.
  env: { PATH: process.env['PATH'], AWS_ACCESS_KEY_ID: 'AKIAREALREALREALREAL', AWS_SECRET_ACCESS_KEY: 'x'.repeat(40) },
  tell: ({ name }) => noted.push(name),
  note: () => undefined,
};

const alive = (pid: number | undefined): boolean => {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
};

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(options);
}, 90_000);
afterAll(async () => {
  await stack?.stop();
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

describe('the sandbox stack', () => {
  it('speaks for itself in sandbox.json, readable by its owner alone', () => {
    expect(statSync(paths.sandboxFile).mode & 0o777).toBe(0o600);
    const file = JSON.parse(readFileSync(paths.sandboxFile, 'utf8')) as Record<string, unknown>;
    expect(Object.keys(file).sort()).toEqual(['api', 'metrics', 'sandbox', 'temporal', 'temporalUi', 'tokens', 'webhookSecret']);
    expect(Object.keys(file['tokens'] as object).sort()).toEqual(['admin', 'approver', 'operator', 'viewer']);
    expect(noted.sort()).toEqual(['API', 'PostgreSQL', 'Simulators', 'Temporal', 'Worker']);
  });

  it('row 57: gives its parts no real credential of the shell', () => {
    expect(JSON.stringify(stack.settings)).not.toContain('AKIAREAL');
  });

  it('refuses a second one in the same checkout, and leaves the first alone', async () => {
    const second = startStack(options).then(async (other) => other.stop());
    await expect(second).rejects.toThrow(PlaceTaken);
    expect(existsSync(paths.sandboxFile)).toBe(true);
    expect((await fetch(`${stack.file.api}/healthz`)).status).toBe(200);
  });

  it('has a worker that can be killed and started again', async () => {
    const first = stack.workerPid();
    await stack.killWorker();
    expect(alive(first)).toBe(false);
    await stack.startWorker();
    expect(alive(stack.workerPid())).toBe(true);
    expect(stack.workerPid()).not.toBe(first);
  }, 60_000);
});

describe('serve, live', () => {
  const secret = 'w'.repeat(40);
  const env = (): Record<string, string> => ({
    OPSSENTINEL_MODE: 'live',
    OPSSENTINEL_PORT: '0',
    OPSSENTINEL_METRICS_PORT: '0',
    TEMPORAL_ADDRESS: stack.file.temporal,
    DATABASE_URL: stack.settings.databaseUrl ?? '',
    OPSSENTINEL_API_TOKENS: stack.settings.apiTokens ?? '',
    PAGERDUTY_WEBHOOK_SECRETS: secret,
  });
  const lines: string[] = [];
  const log = createLog({ level: 'info', name: 'test', secrets: [], write: (line) => lines.push(line) });

  function liveRules(): string {
    const folder = join(dir, 'live-rules');
    cpSync(rulesDir, folder, { recursive: true });
    const policy = join(folder, 'opssentinel.yaml');
    writeFileSync(policy, readFileSync(policy, 'utf8').replace(/^profile: sandbox/m, 'profile: standard'));
    return folder;
  }

  it('starts and is ready without any credential that can change anything outside', async () => {
    const { settings, problems } = readEnvironment(env(), { starting: 'serve' });
    expect(problems).toEqual([]);
    const composed = await composeApi(settings, { log, rulesDir: liveRules(), version: 'test' });
    try {
      const ready = await fetch(`${composed.api.address}/readyz`);
      expect(ready.status).toBe(200);
      const unsigned = await fetch(`${composed.api.address}/pagerduty/autonomous/action`, {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json' },
      });
      expect(unsigned.status).toBe(401);
    } finally {
      await composed.stop();
    }
  });

  it('holds none of those credentials even where they are set', () => {
    const given = {
      ...env(),
      AWS_SECRET_ACCESS_KEY: 'a',
      AWS_ACCESS_KEY_ID: 'b',
      AWS_PROFILE: 'c',
      PAGERDUTY_API_TOKEN: 'd',
      PAGERDUTY_ROUTING_KEY: 'e',
      PAGERDUTY_FROM: 'f',
    };
    expect(withoutPowers(given)).toEqual(env());
  });

  it('refuses the shortened pace of the sandbox', async () => {
    const { settings } = readEnvironment(env(), { starting: 'serve' });
    await expect(composeApi(settings, { log, rulesDir, version: 'test' })).rejects.toThrow(
      /live runs with profile: standard alone/,
    );
  });
});

describe('the end', () => {
  it('leaves no process, no lock, no secrets and no data behind', async () => {
    const worker = stack.workerPid();
    await stack.stop();
    expect(alive(worker)).toBe(false);
    expect(readdirSync(paths.state).filter((name) => name !== 'sandbox.log')).toEqual([]);
    await expect(fetch(`${stack.file.api}/healthz`)).rejects.toThrow();
    await expect(fetch(`${stack.file.sandbox}/_sandbox/effects`)).rejects.toThrow();
  }, 30_000);
});
