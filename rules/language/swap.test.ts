import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue, hash, policy, rule, runbook } from '../../tests/support/rules.js';
import { loadFiles, loadRules } from './load.js';
import { createRuleStore, type RuleChange } from './store.js';

// A folder as git-sync keeps it: worktrees beside each other, and a link that is renamed over the one before.
let root = '';
let dir = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'opssentinel-swap-'));
  dir = join(root, 'current', 'rules');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const rules = ['a', 'b', 'c', 'd', 'e'];
/** Every rule of a worktree says which one it is. */
async function worktree(name: string, text = (one: string): string => rule(one, `description: ${name}`)): Promise<void> {
  const folder = join(root, name, 'rules');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'base.yaml'), [policy(), runbook()].join('\n---\n'));
  for (const one of rules) await writeFile(join(folder, `${one}.yaml`), text(one));
}
async function pointTo(name: string): Promise<void> {
  await symlink(name, join(root, 'next'));
  await rename(join(root, 'next'), join(root, 'current'));
}
const store = (onChange?: (change: RuleChange) => void) =>
  createRuleStore({ dir, catalogue, hash, now: () => 0, ...(onChange ? { onChange } : {}) });

describe('row 8: rules from a checkout whose link is swapped', () => {
  it('T19: in a hundred swaps while it is read, no set has one rule of the old folder and one of the new', async () => {
    await worktree('one');
    await worktree('two');
    await pointTo('one');
    const made = await store();
    let swapping = true;
    const swaps = (async () => {
      for (let swap = 0; swap < 100; swap++) {
        await pointTo(swap % 2 === 0 ? 'two' : 'one');
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
      }
      await pointTo('two');
      swapping = false;
    })();
    const seen = new Set<string>();
    while (swapping) {
      await made.reload();
      const said = new Set(made.current().rules.map(({ doc }) => doc.description ?? ''));
      expect(said.size).toBe(1);
      for (const one of said) seen.add(one);
    }
    await swaps;
    expect((await made.reload()).ok).toBe(true);
    expect(made.current().rules.map(({ doc }) => doc.description)).toEqual(rules.map(() => 'two'));
    expect([...seen].sort()).toEqual(['one', 'two']);
  });

  it('keeps the last good set when it leads to a broken one, and to nothing at all', async () => {
    await worktree('one');
    await worktree('broken', (one) => rule(one, 'mode: ['));
    await pointTo('one');
    const changes: RuleChange[] = [];
    const made = await store((change) => changes.push(change));
    const before = made.current();
    await pointTo('broken');
    expect((await made.reload()).ok).toBe(false);
    await pointTo('gone');
    expect((await made.reload()).ok).toBe(false);
    expect(made.current()).toBe(before);
    expect(changes.map(({ kind }) => kind)).toEqual(['refused', 'refused']);
    expect(changes[1]).toMatchObject({ problems: [{ file: 'rules', says: expect.stringContaining('ENOENT') }] });
  });

  it('names places by the link, and says where it led', async () => {
    await worktree('one');
    await pointTo('one');
    const set = (await store()).current();
    expect(set.rules[0]?.at).toBe('rules/a.yaml:2');
    expect(set.read?.from).toContain(join('one', 'rules'));
  });

  it('comes to the same hash from the files that were kept of it', async () => {
    await worktree('one');
    await pointTo('one');
    const loaded = await loadRules(dir, catalogue, hash);
    if (!loaded.ok) throw new Error('refused');
    const again = loadFiles(loaded.set.read?.files ?? [], 'ledger', catalogue, hash);
    expect(again).toMatchObject({ ok: true, set: { hash: loaded.set.hash } });
  });
});
