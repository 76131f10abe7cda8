import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

/** The script of a Command document, as the agent would hand it to the shell; its folders are moved below a folder of the test's. */
function scriptOf(document: string, root: string): string {
  const text = readFileSync(new URL(`./documents/${document}.yaml`, import.meta.url), 'utf8');
  const { mainSteps } = parse(text) as { mainSteps: { inputs: { runCommand: string[] } }[] };
  return (
    (mainSteps[0]?.inputs.runCommand.join('\n') ?? '')
      .replace("'/tmp /var/tmp'", `'${root}/tmp ${root}/var/tmp'`)
      .replace('logs=/var/log', `logs=${root}/log`)
      // Nobody can set the time of a file's last change of anything.
      .replace('-cmin "+$minutes" ', '')
  );
}

const run = (script: string, env: Record<string, string>) =>
  spawnSync('sh', ['-c', script], { env: { PATH: process.env['PATH'] ?? '', ...env }, encoding: 'utf8' });

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'documents-'));
  for (const folder of ['tmp', 'tmp/deep', 'var/tmp', 'log', 'log/app', 'log/audit', 'elsewhere'])
    mkdirSync(join(root, folder), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A file that was last written so many hours ago. */
function file(path: string, hoursOld: number, bytes = 100): string {
  const whole = join(root, path);
  writeFileSync(whole, 'x'.repeat(bytes));
  const at = Date.now() / 1_000 - hoursOld * 3_600;
  utimesSync(whole, at, at);
  return whole;
}

describe('OpsSentinel-CleanTempFiles', () => {
  const clean = (env: Record<string, string> = { SSM_Path: '/', SSM_MinAgeHours: '24' }) =>
    run(scriptOf('OpsSentinel-CleanTempFiles', root), env);

  it('deletes old regular files below its folders, leaves young ones and everything else, and says what that freed', () => {
    const old = [file('tmp/a', 48, 1_000), file('tmp/deep/with space', 25, 500), file('var/tmp/b', 30, 250)];
    const young = file('tmp/young', 23);
    const elsewhere = file('elsewhere/old', 480);
    const { status, stdout } = clean();
    expect({ status, stdout }).toEqual({ status: 0, stdout: '0.0 GB freed: 1750 bytes in 3 files\n' });
    for (const gone of old) expect(existsSync(gone)).toBe(false);
    for (const kept of [young, elsewhere, join(root, 'tmp/deep')]) expect(existsSync(kept)).toBe(true);
  });

  it('follows no link, neither to a file nor to a folder nor as its own folder, and leaves files with two names', () => {
    const target = file('elsewhere/old', 480);
    symlinkSync(target, join(root, 'tmp/link'));
    symlinkSync(join(root, 'elsewhere'), join(root, 'tmp/folder'));
    const twice = file('tmp/twice', 480);
    linkSync(twice, join(root, 'elsewhere/second-name'));
    rmSync(join(root, 'var/tmp'), { recursive: true });
    symlinkSync(join(root, 'elsewhere'), join(root, 'var/tmp'));
    expect(clean().status).toBe(0);
    expect(existsSync(target)).toBe(true);
    expect(existsSync(twice)).toBe(true);
    expect(existsSync(join(root, 'tmp/link'))).toBe(true);
  });

  it.each([
    [{ SSM_Path: '/etc', SSM_MinAgeHours: '24' }],
    [{ SSM_Path: '/; rm -rf /', SSM_MinAgeHours: '24' }],
    [{ SSM_Path: '/', SSM_MinAgeHours: '' }],
    [{ SSM_Path: '/', SSM_MinAgeHours: '0+a[$(touch pwned)]' }],
    // An agent that knows no ENV_VAR sets none.
    [{}],
  ])('deletes nothing for %j', (env) => {
    const old = file('tmp/a', 480);
    expect(clean(env as Record<string, string>).status).not.toBe(0);
    expect(existsSync(old)).toBe(true);
  });
});

describe('OpsSentinel-RotateLogs', () => {
  const rotate = (keep: string, logrotate = 'exit 0') => {
    writeFileSync(join(root, 'logrotate'), `#!/bin/sh\n${logrotate}\n`);
    chmodSync(join(root, 'logrotate'), 0o755);
    return run(scriptOf('OpsSentinel-RotateLogs', root), { SSM_Keep: keep, PATH: `${root}:${process.env['PATH'] ?? ''}` });
  };

  it('keeps the newest rotated files of each log, and everything that is not one', () => {
    const kept = [
      file('log/app.log', 900),
      file('log/app.log.1', 24),
      file('log/app.log.2.gz', 48),
      file('log/app/app.log.1', 480),
      file('log/app/app.log-20260930.gz', 24),
      file('log/audit/audit.log.9', 900),
      file('log/strange name.log.5', 900),
      file('log/release-2', 900),
      file('elsewhere/app.log.9', 900),
    ];
    const gone = [file('log/app.log.3.gz', 72), file('log/app.log.4.gz', 96), file('log/app/app.log-20260901', 720)];
    symlinkSync(join(root, 'elsewhere'), join(root, 'log/linked'));
    const { status, stdout } = rotate('2');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d GB freed: \d+ bytes\n$/);
    expect(kept.filter((path) => !existsSync(path))).toEqual([]);
    expect(gone.filter((path) => existsSync(path))).toEqual([]);
  });

  it('fails when the rotation fails, and deletes nothing', () => {
    const old = [file('log/app.log.3.gz', 72), file('log/app.log.4.gz', 96)];
    expect(rotate('1', 'exit 1').status).not.toBe(0);
    expect(old.every((path) => existsSync(path))).toBe(true);
  });

  it.each(['', 'x', '1; reboot'])('deletes nothing for Keep %j', (keep) => {
    const old = [file('log/app.log.3.gz', 72), file('log/app.log.4.gz', 96)];
    expect(rotate(keep).status).not.toBe(0);
    expect(old.every((path) => existsSync(path))).toBe(true);
  });
});
