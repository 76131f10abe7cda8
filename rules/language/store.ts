import type { Catalogue } from '../../domain/catalogue.js';
import type { Hash } from '../../domain/json.js';
import type { Loaded } from './assemble.js';
import { loadRules } from './load.js';
import { type Problem, RulesRefused } from './problem.js';
import type { RuleSet } from './set.js';

export interface RuleStore {
  /** The set that is in force. Never half of one. */
  current: () => RuleSet;
  /** Reads the folder again. Broken rules change nothing: the set in force stays, and the problems are told. */
  reload: () => Promise<Loaded>;
}

export type RuleChange = { kind: 'changed'; set: RuleSet } | { kind: 'refused'; problems: Problem[]; inForce: RuleSet };

export interface RuleStoreDeps {
  dir: string;
  catalogue: Catalogue;
  hash: Hash;
  /** Epoch milliseconds. */
  now: () => number;
  onChange?: (change: RuleChange) => void;
  /** In force from the start where the folder cannot be used: only a set that was put back on purpose. */
  instead?: RuleSet | undefined;
}

/** Loads the rules once; rejects with RulesRefused, every problem listed, when they cannot be used. */
export async function createRuleStore({ dir, catalogue, hash, now, onChange, instead }: RuleStoreDeps): Promise<RuleStore> {
  const read = async (): Promise<Loaded> => {
    const loaded = await loadRules(dir, catalogue, hash);
    return loaded.ok ? { ok: true, set: { ...loaded.set, loadedAt: new Date(now()).toISOString() } } : loaded;
  };
  const first = await read();
  if (!first.ok && !instead) throw new RulesRefused(first.problems);
  let inForce = first.ok ? first.set : (instead as RuleSet);
  let last: Promise<unknown> = Promise.resolve();
  const reload = async (): Promise<Loaded> => {
    const loaded = await read();
    if (!loaded.ok) {
      onChange?.({ kind: 'refused', problems: loaded.problems, inForce });
    } else if (loaded.set.hash !== inForce.hash) {
      inForce = loaded.set;
      onChange?.({ kind: 'changed', set: inForce });
    }
    return loaded;
  };
  return {
    current: () => inForce,
    // One after the other: an older read must not overtake a newer one.
    reload: () => {
      const next = last.then(reload, reload);
      last = next.catch(() => undefined);
      return next;
    },
  };
}
