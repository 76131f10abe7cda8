import { resolve } from 'node:path';
import { loadRules } from '../rules/language/load.js';
import { RulesRefused } from '../rules/language/problem.js';
import type { RuleSet } from '../rules/language/set.js';
import type { Context } from './context.js';
import { readEnvironment } from './environment.js';
import { installation, type LoadedInstallation, sha256 } from './installation.js';
import { rulesDirOf } from './start-check.js';

const whichRules = 'folder with rules, runbooks and opssentinel.yaml; OPSSENTINEL_RULES when left out';

/** How a command is told which rules are meant. */
export const rulesOption = ['--rules <dir>', whichRules] as const;
export const rulesArgument = ['[dir]', whichRules] as const;

/** The folder that a command names, from where it was typed; that of the settings when it names none. */
export const rulesDirFor = (context: Context, dir: string | undefined): string =>
  dir === undefined ? rulesDirOf(context, readEnvironment(context.env).settings) : resolve(context.cwd, dir);

/** Rules as they are checked anywhere, with what is installed. Rejects with RulesRefused, every problem listed. */
export async function loadOrRefuse(folder: string): Promise<{ set: RuleSet } & LoadedInstallation> {
  const installed = installation({});
  const loaded = await loadRules(folder, installed.catalogue, sha256);
  if (!loaded.ok) throw new RulesRefused(loaded.problems);
  return { set: loaded.set, ...installed };
}
