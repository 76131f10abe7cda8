import { counted, listed } from '../../domain/words.js';
import type { Hash } from '../../domain/json.js';
import { loadRules } from '../../rules/language/load.js';
import type { LoadedRule, RuleSet } from '../../rules/language/set.js';
import type { LoadedInstallation } from '../installation.js';
import { lackWords, type RoleStanding, standingOf, unknownWords } from '../rights/standing.js';
import { fail, type Finding, ok, skip } from './finding.js';

interface Asked {
  /** Folder of the rules. */
  dir: string;
  /** Project root: shipped documents are found from there. */
  root: string;
  installed: LoadedInstallation;
  hash: Hash;
  signal: AbortSignal;
}

const acts = ({ doc }: LoadedRule): boolean => Object.values(doc.mode ?? {}).some((mode) => mode !== 'observe');

/** Account by account: whether the roles have by now what the rules need that act there or ask to. */
export async function examineRights({ dir, root, installed, hash, signal }: Asked): Promise<Finding[]> {
  const loaded = await loadRules(dir, installed.catalogue, hash);
  // What is wrong with them is told elsewhere.
  if (!loaded.ok) return [];
  const { set } = loaded;
  const rules = set.rules.filter(acts).length;
  if (rules === 0) return [skip('rights', 'every rule only observes: no role has to be allowed anything to act')];
  const { registry } = installed;
  const readers = [...registry.integrations.values()].filter(({ rightsReader }) => rightsReader !== undefined);
  if (!readers.some(({ connected }) => connected))
    return [skip('rights', `what the roles may is not read: ${listed(readers.map(({ id }) => id))} is not connected here`)];
  const roles = await read(set, registry, root, signal);
  const accounts = [...new Set(roles.map(({ account }) => account))];
  return accounts.map((account) =>
    findingOf(
      account,
      roles.filter((one) => one.account === account),
      rules,
    ),
  );
}

const read = (set: RuleSet, registry: LoadedInstallation['registry'], root: string, signal: AbortSignal) =>
  standingOf({ set, registry, root, of: { rules: acts, rulesOnly: true } }, registry, signal);

function findingOf(account: string, roles: readonly RoleStanding[], rules: number): Finding {
  const check = `rights ${account}`;
  const short = roles.map(lackWords);
  const wrong = [...short.flatMap(({ refused }) => refused), ...short.flatMap(({ lacking }) => lacking)];
  const [first] = wrong;
  if (first !== undefined)
    return fail(
      check,
      wrong.length === 1 ? first : `${first}; and ${wrong.length - 1} more`,
      'opssentinel iam --rule NAME --env NAME --diff prints the statements that are missing; opssentinel iam --out writes all of them',
    );
  const unknown = roles.map(unknownWords).find((why) => why !== undefined);
  if (unknown !== undefined) return skip(check, `not known: ${unknown}`);
  const needs = roles.reduce((sum, one) => sum + one.needs, 0);
  const who = listed(roles.map(({ role }) => role));
  return ok(
    check,
    `${who} may all that ${counted(rules, 'rule')} ${rules === 1 ? 'needs' : 'need'} (${counted(needs, 'statement')})`,
  );
}
