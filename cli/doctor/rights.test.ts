import { cpSync, readFileSync, rmSync, writeFileSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startTestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { shared } from '../../integrations/contract/testkit/shared.js';
import { installation, sha256 } from '../installation.js';
import { projectRoot } from '../paths.js';
import { examineRights } from './rights.js';

const sandbox = shared(startTestSandbox);
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const library = join(projectRoot(), 'rules', 'library');
const examine = (dir = library, env: Record<string, string> = sandbox.environment()) =>
  examineRights({ dir, root: projectRoot(), installed: installation(env), hash: sha256, signal: new AbortController().signal });

describe('doctor: what the roles may', () => {
  it('one line for each account, met where they have all that the rules need which act or ask to', async () => {
    const found = await examine();
    expect(found.map(({ check, state }) => [check, state])).toEqual([
      ['rights 111122223333', 'ok'],
      ['rights 444455556666', 'ok'],
    ]);
    expect(found[0]?.says).toMatch(/^OpsSentinelAct, .* may all that \d+ rules need \(\d+ statements\)$/);
  });

  it('fails with what is missing in the account where it is missing', async () => {
    const role = { account: '444455556666', name: 'OpsSentinelAct', policies: [] };
    await sandbox.tell('aws', 'settings', { role });
    const [staging, prod] = await examine();
    expect(staging).toMatchObject({ state: 'ok' });
    expect(prod).toMatchObject({
      state: 'fail',
      says: expect.stringMatching(/^OpsSentinelAct in 444455556666 may not .*; and \d+ more$/),
    });
    expect(prod?.fix).toContain('opssentinel iam');
  });

  it('is left out where nothing is connected, or nobody may look', async () => {
    expect(await examine(library, {})).toEqual([
      { check: 'rights', state: 'skip', says: 'what the roles may is not read: aws is not connected here' },
    ]);
    await sandbox.fault('iam:SimulatePrincipalPolicy', '403', { times: 1000 });
    for (const one of await examine())
      expect(one).toMatchObject({ state: 'skip', says: expect.stringMatching(/^not known: aws: AccessDenied/) });
  });

  it('rules that only observe need nothing of it', async () => {
    const dir = join(mkdtempSync(join(tmpdir(), 'rights-')), 'rules');
    folders.push(dir);
    cpSync(library, dir, { recursive: true });
    for (const name of readdirSync(dir).filter((one) => /^[a-z0-9-]+\.yaml$/.test(one) && one !== 'opssentinel.yaml')) {
      const path = join(dir, name);
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/^mode:.*$/gm, ''));
    }
    expect(await examine(dir)).toMatchObject([{ check: 'rights', state: 'skip' }]);
  });
});
