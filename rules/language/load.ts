import { resolve } from 'node:path';
import type { Catalogue } from '../../domain/catalogue.js';
import type { Hash } from '../../domain/json.js';
import type { RuleFile } from '../../domain/rules-revision.js';
import { assemble, type Loaded } from './assemble.js';
import { readFolder } from './files.js';
import { readYaml } from './yaml.js';

const none = 'the folder has no rule files; add *.yaml files, or set OPSSENTINEL_RULES to the right folder';

/**
 * Reads every `*.yaml`, `*.yml` and `*.json` below a folder but cases, fixtures and hidden files, and answers with the checked set
 * or with everything that is wrong. Calls nothing outside; rejects never.
 */
export async function loadRules(dir: string, catalogue: Catalogue, hash: Hash): Promise<Loaded> {
  const root = resolve(dir);
  const { documents, problems, files, from } = await readFolder(root, 'rules', none);
  // Where there is no file at all, that is the whole problem.
  if (documents.length === 0 && problems.length > 0) return { ok: false, problems };
  const loaded = assemble(documents, problems, root, catalogue, hash);
  return loaded.ok ? { ok: true, set: { ...loaded.set, read: { from, files } } } : loaded;
}

/** The same from files that were kept. `dir`: what the set says that it was loaded from. */
export function loadFiles(files: readonly RuleFile[], dir: string, catalogue: Catalogue, hash: Hash): Loaded {
  const read = files.map(({ path, text }) => readYaml(path, text));
  const documents = read.flatMap((one) => one.documents);
  const problems = read.flatMap((one) => one.problems);
  const loaded = assemble(documents, problems, dir, catalogue, hash);
  return loaded.ok ? { ok: true, set: { ...loaded.set, read: { from: dir, files } } } : loaded;
}
