import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createMemoryTemporal } from '../api/testkit/memory-temporal.js';
import { type RunningApi, start } from '../api/start.js';
import { parseTokens, scopes, tokenHash } from '../api/tokens.js';
import { openLedger } from '../ledger/open.js';
import type { Ledger } from '../ledger/port.js';
import { createRulesInForce, type RulesInForce } from '../rules/revision/in-force.js';
import { startTestPostgres, type TestPostgres } from '../tests/support/postgres.js';
import { canSign, repository, type Repository } from '../tests/support/repository.js';
import { catalogue, hash, policy, rule, runbook } from '../tests/support/rules.js';
import { createRulesDoor } from './rules-door.js';
import { examineRevision } from './doctor/revision.js';
import { createApiClient } from '../api/client.js';
import { type Console, createConsole } from './testkit/console.js';

// The command line, the real API, the real ledger, and two processes with the rules of one repository.

let postgres: TestPostgres;
let ledger: Ledger;
let repo: Repository;
let api: RunningApi;
let here: RulesInForce;
let worker: RulesInForce;
let console: Console;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());

const token = (scope: string): string => `token-of-${scope}-0123456789abcdef`;
const process = (): Promise<RulesInForce> =>
  createRulesInForce({
    dir: repo.rules,
    catalogue,
    hash,
    now: Date.now,
    shelf: ledger,
    mode: 'live',
    allowedSigners: repo.signers,
  });
const push = (description: string, signer?: string): string => {
  repo.write(
    'rules/all.yaml',
    [policy(), runbook(), rule('cpu', `description: ${description}\nmode: { staging: auto }`)].join('\n---\n'),
  );
  return repo.commit('ada', signer);
};
const reload = (): Promise<unknown> => Promise.all([here.reload(), worker.reload()]);

const needsGit = canSign() ? describe : describe.skip;

needsGit('rules that are put back (skipped where git or ssh-keygen is not installed)', () => {
  beforeEach(async () => {
    ledger = await openLedger({ url: await postgres.freshUrl(), deadlineMs: 10_000 });
    repo = repository();
    push('first', 'bob');
    [here, worker] = [await process(), await process()];
    api = await start({
      ledger,
      temporal: createMemoryTemporal().client,
      registry: { sources: new Map() },
      env: {},
      tokens: parseTokens(scopes.map((scope) => `${scope}-person:${scope}:${tokenHash(token(scope))}`).join(',')),
      rules: createRulesDoor(here),
      host: '127.0.0.1',
      port: 0,
      metricsPort: 0,
      mode: 'live',
      version: '0.0.0-test',
      log: pino({ level: 'silent' }),
    });
    console = createConsole();
  });
  afterEach(async () => {
    await api.close();
    await ledger.close();
    repo.remove();
  });

  const say = async (scope: string, ...argv: string[]) => {
    const ran = await console.run(['rules', ...argv, '-o', 'json'], {
      OPSSENTINEL_URL: api.address,
      OPSSENTINEL_TOKEN: token(scope),
    });
    const answer = JSON.parse(ran.code === 0 ? ran.out : ran.err) as { items: Record<string, unknown>[] };
    return { code: ran.code, item: answer.items[0] ?? {} };
  };

  it('row 16: one command puts the previous revision back, everywhere, until one more lets the folder decide again', async () => {
    const first = here.current();
    push('second', 'bob');
    await reload();
    const second = here.current();
    expect(second.hash).not.toBe(first.hash);

    const back = await say('admin', 'rollback', '--reason', 'it restarts too much');
    expect(back).toMatchObject({ code: 0, item: { hash: first.hash } });
    // The API at once; another process at its next reload, whatever the folder comes to.
    expect(here.current().hash).toBe(first.hash);
    push('third', 'bob');
    await reload();
    expect([here, worker, await process()].map((one) => one.current().hash)).toEqual([first.hash, first.hash, first.hash]);

    const status = await say('viewer', 'status');
    expect(status.item).toMatchObject({
      inForce: { hash: first.hash, revision: { commit: first.revision?.commit, signed: 'all' } },
      pinned: {
        hash: first.hash,
        by: 'admin-person',
        reason: 'it restarts too much',
        says: expect.stringMatching(/^pinned to \w{8}, the folder has \w{8}$/),
      },
    });
    const text = await console.run(['rules', 'status'], { OPSSENTINEL_URL: api.address, OPSSENTINEL_TOKEN: token('viewer') });
    expect(text.out).toMatch(
      /from {6}a rollback: pinned to \w{8}, the folder has \w{8}; by admin-person, .*: it restarts too much/,
    );
    const asked = createApiClient({ url: api.address, token: token('viewer') });
    expect(await examineRevision(asked)).toMatchObject([{ state: 'warn', says: expect.stringContaining('pinned to') }]);

    expect((await say('admin', 'follow', '--reason', 'mended')).code).toBe(0);
    await reload();
    expect(new Set([here, worker].map((one) => one.current().rules[0]?.doc.description))).toEqual(new Set(['third']));
  });

  it('a second rollback has to name its rules; those of an earlier time are found by the beginning of their hash', async () => {
    const first = here.current().hash;
    for (const name of ['second', 'third']) {
      push(name, 'bob');
      await reload();
    }
    expect((await say('admin', 'rollback', '--reason', 'bad')).code).toBe(0);
    expect((await say('admin', 'rollback', '--reason', 'bad too')).code).not.toBe(0);
    expect(await say('admin', 'rollback', '--to', first.slice(0, 8), '--reason', 'bad too')).toMatchObject({
      item: { hash: first },
    });
  });

  it('stays put back over a restart where the folder is broken by now', async () => {
    const first = here.current().hash;
    push('second', 'bob');
    await reload();
    await say('admin', 'rollback', '--reason', 'bad');
    repo.write('rules/all.yaml', 'rule: [');
    repo.commit('ada', 'bob');
    expect((await process()).current().hash).toBe(first);
    await say('admin', 'follow', '--reason', 'over');
    await expect(process()).rejects.toThrow('problem');
  });

  it('who may not: an operator puts nothing back, and a viewer revokes nothing', async () => {
    push('second', 'bob');
    await reload();
    expect((await say('operator', 'rollback', '--reason', 'bad')).code).not.toBe(0);
    expect((await say('viewer', 'revoke', here.current().hash, '--reason', 'bad')).code).not.toBe(0);
    expect(await ledger.holds()).toEqual([]);
  });

  it('a hash is revoked by its beginning, unknown and doubtful ones are refused, and what is revoked is not put back', async () => {
    const first = here.current();
    push('second', 'bob');
    await reload();
    const file = first.rules[0]?.fileHash ?? '';
    const revoked = await say('operator', 'revoke', file.slice(0, 8), '--reason', 'loops');
    expect(revoked.item).toMatchObject({ hold: { scope: `hash:${file}` }, of: { kind: 'rule', name: 'cpu' } });
    expect((await say('operator', 'revoke', '0'.repeat(8), '--reason', 'loops')).code).not.toBe(0);
    expect((await say('operator', 'revoke', file.slice(0, 7), '--reason', 'loops')).code).not.toBe(0);
    await say('operator', 'revoke', first.hash, '--reason', 'loops');
    expect((await say('admin', 'rollback', '--to', first.hash, '--reason', 'bad')).code).not.toBe(0);
    expect((await say('viewer', 'status')).item).toMatchObject({
      revoked: [{ hold: { reason: 'loops' } }, { of: [{ kind: 'rule' }] }],
    });
  });

  it('a history that nobody signed is accepted once by an admin; from there on signatures count', async () => {
    push('unsigned');
    await reload();
    expect(here.current().revision?.barsAuto).toMatch(/is not signed by an allowed signer/);
    expect(await say('admin', 'accept', '--reason', 'reviewed by hand')).toMatchObject({ code: 0 });
    expect(here.current().revision).toMatchObject({ signed: 'all' });
    push('signed', 'bob');
    await reload();
    expect(worker.current().revision?.barsAuto).toBeUndefined();
    push('unsigned again');
    await reload();
    expect(worker.current().revision?.barsAuto).toMatch(/is not signed/);
  });
});
