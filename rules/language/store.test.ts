import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { catalogue, hash, policy, rule, runbook } from '../../tests/support/rules.js';
import { RulesRefused } from './problem.js';
import { createRuleStore, type RuleChange } from './store.js';

let dir = '';
const write = (text: string): Promise<void> => writeFile(join(dir, 'rules.yaml'), [policy(), runbook(), text].join('\n---\n'));

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opssentinel-store-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function store() {
  const changes: RuleChange[] = [];
  const made = await createRuleStore({
    dir,
    catalogue,
    hash,
    now: () => Date.UTC(2026, 0, 2),
    onChange: (change) => changes.push(change),
  });
  return { made, changes };
}

describe('the rules in force', () => {
  it('refuse to start broken, with every problem listed', async () => {
    await write(rule('cpu', 'mode: { stagin: auto }\noverrides: [x]'));
    const refused = await store().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RulesRefused);
    expect((refused as RulesRefused).problems).toHaveLength(2);
    expect((refused as RulesRefused).message).toMatch(/2 problems[\s\S]*no environment stagin[\s\S]*no rule x/);
  });

  it('stay when a reload is broken, and change when it is mended', async () => {
    await write(rule());
    const { made, changes } = await store();
    const before = made.current();
    expect(before.loadedAt).toBe('2026-01-02T00:00:00.000Z');
    await write(rule('cpu', 'mode: ['));
    expect((await made.reload()).ok).toBe(false);
    expect(made.current()).toBe(before);
    await write(rule('cpu', 'mode: { staging: auto }'));
    expect((await made.reload()).ok).toBe(true);
    expect(made.current().rules[0]?.doc.mode).toEqual({ staging: 'auto' });
    expect(changes.map(({ kind }) => kind)).toEqual(['refused', 'changed']);
  });

  it('stay the same object when only comments moved', async () => {
    await write(rule());
    const { made, changes } = await store();
    const before = made.current();
    await write(`# a comment\n${rule()}`);
    await made.reload();
    expect(made.current()).toBe(before);
    expect(changes).toEqual([]);
  });
});
