import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { installation, sha256 } from '../installation.js';
import { projectRoot } from '../paths.js';
import { examineRules } from './parts.js';

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
