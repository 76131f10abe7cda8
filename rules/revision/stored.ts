import type { Catalogue } from '../../domain/catalogue.js';
import type { Hash } from '../../domain/json.js';
import type { RulesPart, StoredRules } from '../../domain/rules-revision.js';
import { loadFiles } from '../language/load.js';
import type { RuleSet } from '../language/set.js';

/** Of all files of a set together. What is larger is not kept, and said so: then a run keeps what it began with only in memory. */
export const mostKeptBytes = 4 * 1024 * 1024;

/** What the ledger keeps of a set. A revision without a commit says nothing that outlives this process. */
export function toStored(set: RuleSet): StoredRules {
  const files = set.read?.files ?? [];
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  return {
    hash: set.hash,
    files: bytes > mostKeptBytes ? [] : files,
    parts: partsOf(set),
    ...(set.revision?.commit === undefined ? {} : { revision: set.revision }),
  };
}

/** Everything of a set that can be revoked by its hash. */
export const partsOf = (set: RuleSet): RulesPart[] => [
  { kind: 'set', name: set.policy.name, hash: set.hash },
  ...set.rules.map(({ name, fileHash }): RulesPart => ({ kind: 'rule', name, hash: fileHash })),
  ...[...set.runbooks.values()].map(({ name, fileHash }): RulesPart => ({ kind: 'runbook', name, hash: fileHash })),
];

/** The set again; `undefined` where its files were not kept, cannot be read by this version, or do not come to the same hash. */
export function fromStored(stored: StoredRules, dir: string, catalogue: Catalogue, hash: Hash): RuleSet | undefined {
  const loaded = loadFiles(stored.files, dir, catalogue, hash);
  if (!loaded.ok || loaded.set.hash !== stored.hash) return undefined;
  return stored.revision === undefined ? loaded.set : { ...loaded.set, revision: stored.revision };
}
