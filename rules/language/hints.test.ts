import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { policy, rule, runbook } from '../../tests/support/rules.js';
import { hintsIn } from './hints.js';
import { problemText } from './problem.js';

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function hintsFor(more: string, when = 'alert.metric == "x"'): Promise<string[]> {
  const dir = await mkdtemp(join(tmpdir(), 'opssentinel-hints-'));
  folders.push(dir);
  const text = rule('cpu', more).replace(/- alert\..*/, `- ${when}`);
  await writeFile(join(dir, 'rules.yaml'), [policy(), runbook(), text].join('\n---\n'));
  const before = [policy(), runbook()].join('\n---\n').split('\n').length + 1;
  return (await hintsIn(dir)).map((hint) => problemText({ ...hint, line: hint.line - before }).replace(basename(dir), 'rules'));
}

describe('a line that may not mean what it looks like', () => {
  it('in unless: an alert without the field counts as excepted, said at the field', async () => {
    expect(await hintsFor('unless:\n  - alert.labels.path == "/mnt/backup"')).toEqual([
      'rules/rules.yaml:9:18: unless.0: without alert.labels.path an alert counts as excepted; if it shall not, write has(alert.labels.path) && …',
    ]);
    expect(await hintsFor('unless:\n  - has(alert.labels.path) && alert.labels.path == "/mnt/backup"')).toEqual([]);
    expect(await hintsFor('unless:\n  - incident.urgency == "low"')).toEqual([]);
  });

  it('in when: only where absence looks as if it fitted', async () => {
    expect(await hintsFor('')).toEqual([]);
    expect(await hintsFor('', 'alert.severity != "info"')).toEqual([
      expect.stringContaining('without alert.severity an alert does not match'),
    ]);
    expect(await hintsFor('', '"!has(alert.severity) || alert.severity != \'info\'"')).toEqual([]);
  });

  it('is no problem of files that are broken: those are told by the check', async () => {
    expect(await hintsFor('gaurds: {}', 'alert.severity !=')).toEqual([]);
    expect(await hintsIn('/nowhere/rules')).toEqual([]);
  });
});
