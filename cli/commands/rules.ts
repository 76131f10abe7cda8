import { type Command, Option } from 'commander';
import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { counted } from '../../domain/words.js';
import { explain, lastGuards } from '../../decide/explain.js';
import type { GuardVerdict } from '../../domain/permit.js';
import type { Decision } from '../../domain/plan.js';
import { hintsIn } from '../../rules/language/hints.js';
import { loadCases } from '../../rules/language/load-cases.js';
import { loadRules } from '../../rules/language/load.js';
import { problemText, sortProblems } from '../../rules/language/problem.js';
import { installation, sha256 } from '../installation.js';
import { apiClient, type Context, type OutputOptions, print, say } from '../context.js';
import { decideAgain, differences, readCase } from '../explain-case.js';
import { Failure } from '../failure.js';
import { loadOrRefuse, rulesDirFor } from '../loaded-rules.js';
import { shownPath } from '../paths.js';
import { addRulesDiff } from './rules-diff.js';
import { addRulesFields } from './rules-fields.js';
import { addRulesNew } from './rules-new.js';
import { addRulesSchema } from './rules-schema.js';
import { addRulesRevision } from './rules-revision.js';
import { addRulesTest } from './rules-test.js';

/** `rules lint`, `rules explain`, and the commands that have a file of their own. */
export function addRules(program: Command, context: Context): void {
  const rules = program.command('rules').description('rules, runbooks and policy');
  rules
    .command('lint')
    .description('every problem as file:line:column: what, and what to do. Needs no connection')
    .argument('[dir]', 'folder with rules, runbooks and opssentinel.yaml; OPSSENTINEL_RULES when left out')
    .action((dir: string | undefined, options: OutputOptions) => lint(context, dir, options));
  addRulesTest(rules, context);
  addRulesRevision(rules, context);
  addRulesDiff(rules, context);
  addRulesFields(rules, context);
  addRulesNew(rules, context);
  addRulesSchema(rules, context);
  rules
    .command('explain')
    .description('why it did what it did: condition by condition, guard by guard')
    .argument('<incident or file>', 'an incident id, or a JSON file with a decision or with {"incident", "alert", …}')
    .addOption(new Option('--rules <dir>', 'decide again under these rules; exit 0 when they decide the same, 1 when not'))
    .action((subject: string, options: OutputOptions & { rules?: string }) => explainSubject(context, subject, options));
}

export { loadOrRefuse, rulesDirFor };

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
  print(
    context,
    options,
    'RulesLint',
    [summary],
    (colours) =>
      `${colours.green('ok')}  ${rules.length} rules, ${runbooks.size} runbooks, ${counted(tested.cases.length, 'case')}, policy ${policy.name} (profile ${policy.doc.profile}), sha256 ${hash.slice(0, 8)}  ${shownPath(folder, context.cwd)}`,
  );
  for (const hint of hints) say(context, `hint  ${problemText(hint)}`);
}

async function explainSubject(context: Context, subject: string, options: OutputOptions & { rules?: string }): Promise<void> {
  const path = resolve(context.cwd, subject);
  const known = existsSync(path) ? await fromFile(context, path) : await fromApi(context, subject);
  const under = options.rules === undefined ? undefined : await loadOrRefuse(rulesDirFor(context, options.rules));
  const again = under === undefined ? undefined : decideAgain(known.decision, under.set, under.catalogue, sha256);
  const shown = again ?? known.decision;
  const guards = again === undefined ? known.guards : [];
  print(context, options, 'Explanation', [{ ...shown, guards }], () => explain(shown, guards, Date.now()).trimEnd());
  if (again === undefined) return;
  const changed = differences(known.decision, again);
  if (changed.length === 0) say(context, '\nUnder these rules: the same.');
  else throw new Failure('failed', `Under these rules it differs:\n${changed.map((line) => `  ${line}`).join('\n')}`);
}

interface Known {
  decision: Decision;
  guards: GuardVerdict[];
}

async function fromApi(context: Context, incident: string): Promise<Known> {
  const api = apiClient(context, 'viewer');
  const [{ decision }, timeline] = await Promise.all([api.plan(incident), api.timeline(incident)]);
  return { decision, guards: lastGuards(timeline) };
}

async function fromFile(context: Context, path: string): Promise<Known> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Failure('usage', `${path} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const read = readCase(json, path);
  if ('decision' in read) return { decision: read.decision, guards: read.guards };
  const { set, catalogue } = await loadOrRefuse(rulesDirFor(context, undefined));
  return { decision: decideAgain(read.facts, set, catalogue, sha256), guards: [] };
}
