import { resolve } from 'node:path';
import type { Catalogue } from '../../domain/catalogue.js';
import type { Hash } from '../../domain/json.js';
import { assemble, type Loaded } from './assemble.js';
import { readFolder } from './files.js';

const none = 'the folder has no rule files; add *.yaml files, or set OPSSENTINEL_RULES to the right folder';

/**
 * Reads every `*.yaml`, `*.yml` and `*.json` below a folder but cases, fixtures and hidden files, and answers with the checked set
 * or with everything that is wrong. Calls nothing outside; rejects never.
 */
export async function loadRules(dir: string, catalogue: Catalogue, hash: Hash): Promise<Loaded> {
  const root = resolve(dir);
  const { documents, problems } = await readFolder(root, 'rules', none);
  // Where there is no file at all, that is the whole problem.
  if (documents.length === 0 && problems.length > 0) return { ok: false, problems };
  return assemble(documents, problems, root, catalogue, hash);
}
