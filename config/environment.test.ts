import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { open, remote, secret, type Variables } from '../domain/variable.js';
import * as config from './environment.js';
import { variables as own } from './variables.js';

/** With a few of an integration's. */
const variables: Variables = {
  ...own,
  AWS_ENDPOINT_URL: remote('Where it is.'),
  AWS_WEB_IDENTITY_TOKEN_FILE: open('A file.'),
  PAGERDUTY_API_TOKEN: secret('A token.'),
};
const readEnvironment = (env: config.Environment, options: Omit<config.ReadOptions, 'variables'> = {}) =>
  config.readEnvironment(env, { ...options, variables });
const describeEnvironment = (env: config.Environment, settings: config.Settings) =>
  config.describeEnvironment(env, settings, variables);

const token = `ada:approver:${'0'.repeat(64)}`;
const live = {
  OPSSENTINEL_MODE: 'live',
  TEMPORAL_ADDRESS: 'temporal:7233',
  DATABASE_URL: 'postgres://ops:hunter2@db:5432/ledger',
  OPSSENTINEL_API_TOKENS: token,
};

describe('readEnvironment', () => {
  it('gives the sandbox with all defaults for an empty environment, and no problem', () => {
    const { settings, problems } = readEnvironment({});
    expect(problems).toEqual([]);
    expect(settings.mode).toBe('sandbox');
    expect(settings.ports).toEqual({
      api: 8080,
      metrics: 9090,
      workerMetrics: 9091,
      sandbox: 8090,
      temporal: 7233,
      temporalUi: 8233,
    });
    expect(settings.workerRoles).toEqual(['run', 'decide', 'effect', 'tell']);
    expect(settings.publicUrl).toBe('http://localhost:8080');
  });

  it('lists everything that is missing or wrong at once, each by name', () => {
    const { problems } = readEnvironment(
      { OPSSENTINEL_MODE: 'live', OPSSENTINEL_PORT: 'http', TEMPORAL_ADDRESS: 'http://temporal', OPSSENTINEL_RULE: 'x' },
      { starting: 'serve' },
    );
    const text = problems.join('\n');
    for (const part of [
      /^OPSSENTINEL_PORT: must be a port/m,
      /^TEMPORAL_ADDRESS: must be host:port/m,
      /^OPSSENTINEL_RULE: .*did you mean OPSSENTINEL_RULES/m,
      /^OPSSENTINEL_API_TOKENS: is missing/m,
      /^DATABASE_URL: is missing/m,
    ]) {
      expect(text).toMatch(part);
    }
  });

  it('reads a secret from its file without the trailing newline, and only one', () => {
    const { settings, problems } = readEnvironment(
      { ...live, DATABASE_URL: undefined, DATABASE_URL_FILE: '/run/db' },
      { readFile: () => 'postgres://db/x\n' },
    );
    expect(problems).toEqual([]);
    expect(settings.databaseUrl).toBe('postgres://db/x');
    expect(settings.env['DATABASE_URL']).toBe('postgres://db/x');
  });

  it('refuses a secret that is set twice, or whose file cannot be read', () => {
    expect(readEnvironment({ ...live, DATABASE_URL_FILE: '/run/db' }, { readFile: () => 'x' }).problems).toEqual([
      'DATABASE_URL: both DATABASE_URL and DATABASE_URL_FILE are set; keep one of them',
    ]);
    expect(readEnvironment({ PAGERDUTY_API_TOKEN_FILE: '/nowhere/at/all' }).problems[0]).toMatch(
      /^PAGERDUTY_API_TOKEN_FILE: cannot read \/nowhere\/at\/all \(ENOENT\)/,
    );
  });

  it('takes AWS_WEB_IDENTITY_TOKEN_FILE for what it is: a name of its own', () => {
    const { settings, problems } = readEnvironment({ AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere' });
    expect(problems).toEqual([]);
    expect(settings.env['AWS_WEB_IDENTITY_TOKEN_FILE']).toBe('/nowhere');
  });

  it('refuses live that points at a simulator', () => {
    expect(readEnvironment({ ...live, AWS_ENDPOINT_URL: 'http://localhost:8090' }).problems).toEqual([
      expect.stringMatching(/^AWS_ENDPOINT_URL: .*simulator/),
    ]);
    expect(readEnvironment({ ...live, OPSSENTINEL_MODE: 'sandbox', AWS_ENDPOINT_URL: 'http://localhost:8090' }).problems).toEqual(
      [],
    );
  });

  it('wants certificate and key of the API together, and links to https with them', () => {
    expect(readEnvironment({ OPSSENTINEL_TLS_CERT: '/c.pem' }).problems).toEqual([
      'OPSSENTINEL_TLS_CERT: certificate and OPSSENTINEL_TLS_KEY belong together; set both or none',
    ]);
    const { settings, problems } = readEnvironment({ OPSSENTINEL_TLS_CERT: '/c.pem', OPSSENTINEL_TLS_KEY: '/k.pem' });
    expect(problems).toEqual([]);
    expect(settings.publicUrl).toBe('https://localhost:8080');
  });

  it('asks a worker for no API token', () => {
    const { problems } = readEnvironment({ ...live, OPSSENTINEL_API_TOKENS: undefined }, { starting: 'worker' });
    expect(problems).toEqual([]);
  });

  it('row 57: never shows a secret: not in a problem, not in the description', () => {
    const secrets = Object.entries(variables)
      .filter(([, variable]) => variable.secret)
      .map(([name]) => name);
    const safe = /^[a-z0-9]{12,40}$/;
    fc.assert(
      fc.property(fc.constantFrom(...secrets), fc.stringMatching(safe), (name, value) => {
        const env = { ...live, [name]: name === 'DATABASE_URL' ? `postgres://u:${value}@db/x` : value };
        const { settings, problems } = readEnvironment(env, { starting: 'serve' });
        expect(JSON.stringify([problems, describeEnvironment(env, settings)])).not.toContain(value);
      }),
    );
  });
});
