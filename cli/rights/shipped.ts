import { join } from 'node:path';
import { loadRules } from '../../rules/language/load.js';
import { problemText } from '../../rules/language/problem.js';
import { installation, sha256 } from '../installation.js';
import { projectRoot } from '../paths.js';
import { pathOf, rightsFor, textOf } from './rights.js';

/** Path below `deploy/aws/iam` to text: what the shipped rules need. Throws Error with every problem of rules that do not load. */
export async function shippedRights(): Promise<Map<string, string>> {
  const root = projectRoot();
  const { registry, catalogue } = installation({});
  const loaded = await loadRules(join(root, 'rules', 'library'), catalogue, sha256);
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  const { files } = rightsFor({ set: loaded.set, registry, root });
  return new Map(files.map((file) => [pathOf(file), textOf(file)]));
}
