import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../environment.js';
import { installation, sha256 } from '../installation.js';
import { projectRoot } from '../paths.js';
import { examineOwnParts, examineRules } from './parts.js';

const library = join(projectRoot(), 'rules', 'library');

describe('doctor: rules', () => {
  it('a rule that asks to act and whose systems are not connected can only observe, and says so', async () => {
    const [loaded, ...lowered] = await examineRules(library, installation({}), sha256);
    expect(loaded).toMatchObject({ check: 'rules', state: 'ok' });
    expect(lowered.length).toBeGreaterThanOrEqual(4);
    const restart = lowered.find(({ check }) => check === 'rule ec2-cpu-high');
    expect(restart).toMatchObject({ state: 'warn', says: expect.stringMatching(/asks for auto in staging.*only observe: aws/) });
  });

  it('nothing is said of one whose systems are', async () => {
    const connected = installation({ AWS_ENDPOINT_URL: 'http://127.0.0.1:8090' });
    expect((await examineRules(library, connected, sha256)).filter(({ says }) => says.includes('aws'))).toEqual([]);
  });
});

describe('doctor: own parts', () => {
  it('G16: in live, warns where nobody has said what is ours, and says what to set', () => {
    expect(examineOwnParts({ mode: 'live', ownParts: [] })).toMatchObject({
      check: 'own parts',
      state: 'warn',
      fix: expect.stringContaining('OPSSENTINEL_OWN_PARTS'),
    });
    expect(examineOwnParts({ mode: 'live', ownParts: ['arn:aws:rds:*:*:db:opssentinel'] })).toMatchObject({
      state: 'ok',
      says: '1 pattern of what is never a target',
    });
    expect(examineOwnParts({ mode: 'sandbox', ownParts: [] })).toMatchObject({ state: 'ok' });
  });

  it('G16: warns in a live environment that names none, and not in one that does', () => {
    const of = (env: Record<string, string>) => examineOwnParts(readEnvironment({ OPSSENTINEL_MODE: 'live', ...env }).settings);
    expect(of({})).toMatchObject({ state: 'warn' });
    expect(of({ OPSSENTINEL_OWN_PARTS: ' , ' })).toMatchObject({ state: 'warn' });
    expect(of({ OPSSENTINEL_OWN_PARTS: 'i-0aa11bb22cc33dd44, arn:aws:ecs:*:*:service/ops/*' })).toMatchObject({
      state: 'ok',
      says: expect.stringContaining('2 patterns'),
    });
  });
});
