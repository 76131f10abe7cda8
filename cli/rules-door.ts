import type { RulesDoor } from '../api/deps.js';
import type { RuleLine, RulesProblem, RulesSummary } from '../api/shapes.js';
import { type Mode, modeOrder } from '../domain/plan.js';
import type { Problem } from '../rules/language/problem.js';
import type { LoadedRule, RuleSet } from '../rules/language/set.js';
import type { RuleStore } from '../rules/language/store.js';

/** The rules as the API shows and reloads them. */
export function createRulesDoor(store: RuleStore): RulesDoor {
  let problems: RulesProblem[] = [];
  return {
    current: () => summary(store.current(), problems),
    reload: async () => {
      const loaded = await store.reload();
      problems = loaded.ok ? [] : loaded.problems.map(asApiProblem);
      return problems;
    },
  };
}

const asApiProblem = ({ file, line, column, says }: Problem): RulesProblem => ({ at: `${file}:${line}:${column}`, says });

function summary(set: RuleSet, problems: RulesProblem[]): RulesSummary {
  return {
    hash: set.hash,
    from: set.dir,
    profile: set.policy.doc.profile,
    loadedAt: set.loadedAt ?? '',
    rules: set.rules.map((rule) => line(rule, set)),
    problems,
  };
}

function line(rule: LoadedRule, set: RuleSet): RuleLine {
  const mode: Record<string, string> = {};
  const lowered: string[] = [];
  for (const [environment, { ceiling }] of Object.entries(set.policy.doc.environments)) {
    const asked: Mode = rule.doc.mode?.[environment] ?? 'observe';
    const effective = lower(asked, ceiling);
    mode[environment] = effective;
    if (effective !== asked) lowered.push(`${environment} allows at most ${ceiling}, the rule asks for ${asked}`);
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
