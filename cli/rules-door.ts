import type { RulesDoor } from '../api/deps.js';
import type { RuleLine, RulesProblem, RulesSummary } from '../api/shapes.js';
import type { Hold } from '../domain/hold.js';
import { type Mode, modeOrder, shortHash } from '../domain/plan.js';
import { freezesAhead, type PlannedFreeze } from '../decide/freezes.js';
import type { Problem } from '../rules/language/problem.js';
import type { LoadedRule, RuleSet } from '../rules/language/set.js';
import type { RulesInForce } from '../rules/revision/in-force.js';

/** The rules as the API shows and reloads them. */
export function createRulesDoor(store: RulesInForce): RulesDoor {
  let problems: RulesProblem[] = [];
  return {
    current: () => ({ ...summary(store.current(), problems), ...standing(store) }),
    freezes: (now) => freezesAhead(store.current(), now).map(asHold),
    reload: async () => {
      const loaded = await store.reload();
      problems = loaded.ok ? [] : loaded.problems.map(asApiProblem);
      return problems;
    },
  };
}

/** A freeze of the policy, as whoever lists what says no sees it. One to come begins at `since`. */
function asHold({ name, at, from, to, environments, allow, inForce }: PlannedFreeze): Hold {
  const lets = allow.length === 0 ? '' : `; lets ${allow.join(' and ')} through`;
  return {
    id: `freeze-${name}`,
    kind: 'freeze',
    scope: environments.map((environment) => `environment:${environment}`).join(' '),
    reason: `${inForce ? '' : 'to come: '}${name}${lets}`,
    owner: at,
    since: from,
    until: to,
  };
}

function standing(store: RulesInForce): Pick<RulesSummary, 'pinned' | 'folder'> {
  const { pinned, folder } = store.standing();
  if (!pinned) return {};
  const { hash, by, reason, at } = pinned;
  const { revision } = folder;
  const inFolder = { hash: folder.hash, ...(revision?.commit === undefined ? {} : { commit: revision.commit }) };
  return { pinned: { hash, by, reason, at, says: pinnedWords(store) }, folder: inFolder };
}

function pinnedWords(store: RulesInForce): string {
  const { pinned, folder } = store.standing();
  const [to, has] = [shortHash(pinned?.hash ?? ''), shortHash(folder.hash)];
  if (store.current().hash !== pinned?.hash)
    return `pinned to ${to}, which cannot be loaded here; in force is ${shortHash(store.current().hash)}`;
  return to === has ? `pinned to ${to}, and the folder has the same` : `pinned to ${to}, the folder has ${has}`;
}

const asApiProblem = ({ file, line, column, says }: Problem): RulesProblem => ({ at: `${file}:${line}:${column}`, says });

function summary(set: RuleSet, problems: RulesProblem[]): RulesSummary {
  return {
    hash: set.hash,
    from: set.dir,
    profile: set.policy.doc.profile,
    loadedAt: set.loadedAt ?? '',
    ...(set.revision === undefined ? {} : { revision: set.revision }),
    rules: set.rules.map((rule) => line(rule, set)),
    problems,
  };
}

function line(rule: LoadedRule, set: RuleSet): RuleLine {
  const mode: Record<string, string> = {};
  const lowered: string[] = [];
  for (const [environment, { ceiling }] of Object.entries(set.policy.doc.environments)) {
    const asked: Mode = rule.doc.mode?.[environment] ?? 'observe';
    const allowed = lower(asked, ceiling);
    if (allowed !== asked) lowered.push(`${environment} allows at most ${ceiling}, the rule asks for ${asked}`);
    const bar = allowed === 'auto' ? set.revision?.barsAuto : undefined;
    if (bar !== undefined) lowered.push(`auto became approve in ${environment}: ${bar}`);
    mode[environment] = bar === undefined ? allowed : 'approve';
  }
  return {
    name: rule.name,
    at: rule.at,
    mode,
    ...(lowered.length === 0 ? {} : { because: lowered.join('; ') }),
    runbooks: [...new Set(rule.steps.map((step) => step.runbook))],
    logicHash: rule.logicHash,
    fileHash: rule.fileHash,
  };
}

const lower = (a: Mode, b: Mode): Mode => (modeOrder.indexOf(a) <= modeOrder.indexOf(b) ? a : b);
