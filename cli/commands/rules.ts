import type { Command } from 'commander';
import { counted } from '../../domain/words.js';
import { hintsIn } from '../../rules/language/hints.js';
import { loadCases } from '../../rules/language/load-cases.js';
import { loadRules } from '../../rules/language/load.js';
import { problemText, sortProblems } from '../../rules/language/problem.js';
import { installation, sha256 } from '../installation.js';
import { type Context, type OutputOptions, print } from '../context.js';
import { Failure } from '../failure.js';
import { rulesArgument, rulesDirFor } from '../loaded-rules.js';
import { shownPath } from '../paths.js';
import { addRulesBacktest } from './rules-backtest.js';
import { addRulesDiff } from './rules-diff.js';
import { addRulesExplain } from './rules-explain.js';
import { addRulesFields } from './rules-fields.js';
import { addRulesNew } from './rules-new.js';
import { addRulesSchema } from './rules-schema.js';
import { addRulesPromote } from './rules-promote.js';
import { addRulesRevision } from './rules-revision.js';
import { addRulesTest } from './rules-test.js';

/** `rules lint`, and the commands that have a file of their own. */
export function addRules(program: Command, context: Context): void {
  const rules = program.command('rules').description('rules, runbooks and policy');
  rules
    .command('lint')
    .description('every problem as file:line:column: what, and what to do. Needs no connection')
    .argument(...rulesArgument)
    .action((dir: string | undefined, options: OutputOptions) => lint(context, dir, options));
  addRulesTest(rules, context);
  addRulesRevision(rules, context);
  addRulesPromote(rules, context);
  addRulesDiff(rules, context);
  addRulesBacktest(rules, context);
  addRulesFields(rules, context);
  addRulesNew(rules, context);
  addRulesSchema(rules, context);
  addRulesExplain(rules, context);
}

async function lint(context: Context, dir: string | undefined, options: OutputOptions): Promise<void> {
  const folder = rulesDirFor(context, dir);
  const { catalogue } = installation({});
  const loaded = await loadRules(folder, catalogue, sha256);
  const tested = await loadCases(folder, catalogue, loaded.ok ? loaded.set : undefined);
  if (!loaded.ok || !tested.ok) {
    const problems = sortProblems([loaded, tested].flatMap((one) => (one.ok ? [] : one.problems)));
    print(context, options, 'RulesProblems', problems, () => problems.map(problemText).join('\n'));
    throw new Failure('failed', `${counted(problems.length, 'problem')} in ${shownPath(folder, context.cwd)}`);
  }
  const { rules, runbooks, policy, hash } = loaded.set;
  const hints = await hintsIn(folder);
  const summary = {
    dir: folder,
    rules: rules.length,
    runbooks: runbooks.size,
    cases: tested.cases.length,
    policy: policy.name,
    profile: policy.doc.profile,
    hash,
    hints,
  };
  print(context, options, 'RulesLint', [summary], (colours) =>
    [
      `${colours.green('ok')}  ${rules.length} rules, ${runbooks.size} runbooks, ${counted(tested.cases.length, 'case')}, policy ${policy.name} (profile ${policy.doc.profile}), sha256 ${hash.slice(0, 8)}  ${shownPath(folder, context.cwd)}`,
      ...hints.map((hint) => `hint  ${problemText(hint)}`),
    ].join('\n'),
  );
}
