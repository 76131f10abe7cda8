import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from './environment.js';
import { showToSdk } from './sdk-environment.js';

describe('what the AWS SDK looks up by itself', () => {
  const readFile = (path: string): string => ({ '/run/secret': 'from-a-file\n' })[path] ?? '';

  it('is found there although it came from a file', () => {
    const own = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY_FILE: '/run/secret', AWS_SESSION_TOKEN: '' };
    const { settings, problems } = readEnvironment(own, { readFile });
    const process: Record<string, string | undefined> = { ...own };

    showToSdk(settings.env, process);

    expect(problems).toEqual([]);
    expect(process).toEqual({ ...own, AWS_SECRET_ACCESS_KEY: 'from-a-file' });
  });

  it('no secret of anybody else is put there', () => {
    const { settings } = readEnvironment({ PAGERDUTY_API_TOKEN_FILE: '/run/secret' }, { readFile });
    const process = {};
    showToSdk(settings.env, process);
    expect(process).toEqual({});
  });
});
