import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { revisionReader } from './read.js';
import { canSign, repository, type Repository } from '../../tests/support/repository.js';

const signs = canSign();
const inRepository = signs ? describe : describe.skip;
const now = (): number => Date.UTC(2026, 10, 22);

async function filesIn(folder: string) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  return names.map((name) => ({ path: `rules/${name}`, text: readFileSync(join(folder, name), 'utf8') }));
}

inRepository('the revision of a folder (skipped where git or ssh-keygen is not installed)', () => {
  let repo: Repository;
  beforeEach(() => {
    repo = repository();
    repo.write('rules/cpu.yaml', 'rule: cpu\n');
  });
  afterEach(() => repo.remove());

  const read = async (accepted?: string, allowedSigners: string | undefined = repo.signers) =>
    revisionReader({ allowedSigners, now })(repo.rules, await filesIn(repo.rules), accepted);

  it('is its commit, and all is signed when others than the authors have signed', async () => {
    repo.commit('ada', 'bob');
    repo.write('rules/cpu.yaml', 'rule: cpu2\n');
    const commit = repo.commit('bob', 'ada');
    expect(await read()).toEqual({ commit, signed: 'all', says: 'all 2 commits are signed', at: '2026-11-22T00:00:00.000Z' });
  });

  it.each([
    ['ada', undefined, /commit [0-9a-f]{7} is not signed by an allowed signer/],
    ['ada', 'mallory', /commit [0-9a-f]{7} is not signed by an allowed signer/],
    ['ada', 'ada', /commit [0-9a-f]{7} is signed by its own author, ada@example.com/],
  ])('author %s, signed by %s: not', async (author, signer, says) => {
    repo.commit(author, signer);
    expect(await read()).toMatchObject({ signed: 'not', says: expect.stringMatching(says) });
  });

  it('asks about every commit since the accepted one, not about the last alone', async () => {
    repo.commit('mallory');
    repo.write('rules/cpu.yaml', 'rule: evil\n');
    const evil = repo.commit('mallory');
    repo.write('rules/cpu.yaml', 'rule: good\n');
    repo.commit('ada', 'bob');
    expect(await read()).toMatchObject({ signed: 'not', says: expect.stringContaining(evil.slice(0, 7)) });
    // Accepted by hand: only what came later counts.
    expect(await read(evil)).toMatchObject({
      signed: 'all',
      says: `its commit is signed since ${evil.slice(0, 7)}, which was accepted`,
    });
  });

  it('asks nothing about commits that do not touch the rules', async () => {
    repo.commit('ada', 'bob');
    repo.write('other.txt', 'x');
    repo.commit('mallory');
    expect(await read()).toMatchObject({ signed: 'all' });
  });

  it('finds what a side branch brought in with a merge', async () => {
    const base = repo.commit('ada', 'bob');
    repo.git('checkout', '-q', '-b', 'side');
    repo.write('rules/side.yaml', 'rule: side\n');
    const evil = repo.commit('mallory');
    repo.git('checkout', '-q', 'main');
    repo.write('rules/main.yaml', 'rule: main\n');
    repo.commit('ada', 'bob');
    repo.git('-c', 'user.name=ada', '-c', 'user.email=ada@example.com', 'merge', '-q', '--no-edit', '--no-gpg-sign', 'side');
    expect(await read(base)).toMatchObject({ signed: 'not' });
    expect((await read(evil)).signed).toBe('not');
  });

  it.each([
    ['changed', () => repo.write('rules/cpu.yaml', 'rule: edited\n'), 'rules/cpu.yaml'],
    ['added', () => repo.write('rules/new.yaml', 'rule: new\n'), 'rules/new.yaml'],
    ['removed', () => rmSync(join(repo.rules, 'cpu.yaml')), 'cpu.yaml'],
    [
      'added, and git is told to look away',
      () => {
        repo.write('.git/info/exclude', '*.yaml\n');
        repo.write('rules/hidden.yaml', 'rule: hidden\n');
      },
      'rules/hidden.yaml',
    ],
  ])('a file that was %s since the commit is not signed by it', async (_what, change, file) => {
    repo.commit('ada', 'bob');
    change();
    expect(await read()).toMatchObject({ dirty: true, signed: 'not', says: expect.stringContaining(`${file} is not as commit`) });
  });

  it('a clone without its history, or without the accepted commit, tells nothing', async () => {
    repo.commit('ada', 'bob');
    repo.write('rules/cpu.yaml', 'rule: cpu2\n');
    const commit = repo.commit('ada', 'bob');
    const clone = join(repo.root, 'clone');
    repo.git('clone', '-q', '--depth', '1', `file://${join(repo.root, 'repo')}`, clone);
    const shallow = async (accepted?: string) =>
      revisionReader({ allowedSigners: repo.signers, now })(join(clone, 'rules'), await filesIn(join(clone, 'rules')), accepted);
    expect(await shallow()).toMatchObject({ commit, signed: 'unknown', says: expect.stringContaining('whole history') });
    expect(await shallow('a'.repeat(40))).toMatchObject({
      signed: 'unknown',
      says: expect.stringContaining('not in this clone'),
    });
    expect(await shallow(commit)).toMatchObject({ signed: 'all' });
  });

  it('sees that a signer was struck from the list', async () => {
    const commit = repo.commit('ada', 'bob');
    const reader = revisionReader({ allowedSigners: repo.signers, now });
    const files = await filesIn(repo.rules);
    expect(await reader(repo.rules, files, undefined)).toMatchObject({ commit, signed: 'all' });
    repo.write('../allowed_signers', '');
    expect(await reader(repo.rules, files, undefined)).toMatchObject({ commit, signed: 'not' });
  });

  it('without a list nobody can be told to have signed', async () => {
    repo.commit('ada', 'bob');
    const revision = await revisionReader({ allowedSigners: undefined, now })(repo.rules, await filesIn(repo.rules), undefined);
    expect(revision).toMatchObject({ signed: 'unknown', says: expect.stringContaining('OPSSENTINEL_ALLOWED_SIGNERS') });
  });
});

describe('a folder that is in no repository', () => {
  it('is unknown, in words', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'opssentinel-plain-'));
    const revision = await revisionReader({ allowedSigners: undefined, now })(folder, [], undefined);
    await rm(folder, { recursive: true });
    expect(revision).toEqual({ signed: 'unknown', says: 'the folder is in no git repository', at: expect.any(String) });
  });
});
