import { type Command, Option } from 'commander';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { percent } from '../../domain/precision.js';
import type { LoadedRule, RuleSet } from '../../rules/language/set.js';
import { testRules } from '../cases/test-rules.js';
import { apiClient, type Context, type OutputOptions, print } from '../context.js';
import { Failure } from '../failure.js';
import { connectedInstallation } from '../connected-installation.js';
import { commitOnBranch } from '../promote/commit.js';
import { editMode } from '../promote/edit.js';
import { evidenceOf } from '../promote/evidence.js';
import { gatesFor } from '../promote/gates.js';
import { fileOf, pathOf, ruleIn } from '../promote/named.js';
import { lastLine, pageLines, type Promotion } from '../promote/page.js';
import { playedAgain } from '../promote/past.js';
import { casesGate, demotionGate, onCallGate, riskGate } from '../promote/standing.js';
import { loadOrRefuse, rulesDirFor, rulesOption } from '../loaded-rules.js';
import type { RightsFile } from '../../integrations/contract/rights.js';
import { rightsGates } from '../promote/rights.js';
import { type RightsAsked, rightsFor } from '../rights/rights.js';
import { standingOf } from '../rights/standing.js';
import { modeOrder } from '../../domain/plan.js';
import { judgesOf } from './rules-backtest.js';
import { addRulesDemote } from './rules-demote.js';
import { addRulesEscalation } from './rules-escalation.js';
import { addRulesLabel } from './rules-label.js';

interface PromoteOptions extends OutputOptions {
  env: string;
  to: 'approve' | 'auto';
  rules?: string;
  write?: boolean;
  pr?: boolean;
  rightsByHand?: string;
}

/** `rules promote`, `rules demote`, and what they rest on. */
export function addRulesPromote(rules: Command, context: Context): void {
  rules
    .command('promote')
    .description('what a rule has earned, and the one line that lets it do more. Exit 1 while a gate is open')
    .argument('<rule>', 'its name')
    .requiredOption('--env <name>', 'in which environment')
    .addOption(new Option('--to <mode>', 'what it may do then').choices(['approve', 'auto']).makeOptionMandatory())
    .option(...rulesOption)
    .option(
      '--rights-by-hand <reason>',
      'for auto, where this shell cannot read what the roles may: you have looked, and why you are sure',
    )
    .option('--write', 'change that line of the file, and nothing else')
    .addOption(new Option('--pr', 'commit it on a branch of its own, with this page; nothing is pushed').conflicts('write'))
    .action((rule: string, options: PromoteOptions) => promote(context, rule, options));
  addRulesDemote(rules, context);
  addRulesLabel(rules, context);
  addRulesEscalation(rules, context);
}

async function promote(context: Context, name: string, options: PromoteOptions): Promise<void> {
  const { set, ...installed } = await loadOrRefuse(rulesDirFor(context, options.rules));
  const rule = ruleIn(set, name, options.env);
  const from = rule.doc.mode?.[options.env] ?? 'observe';
  if (modeOrder.indexOf(from) >= modeOrder.indexOf(options.to))
    throw new Failure('usage', `${name} is ${from} in ${options.env} already; to take it back: opssentinel rules demote`);
  if (options.to === 'auto' && from === 'observe')
    throw new Failure('usage', `${name} observes in ${options.env}: one step at a time, first --to approve`);
  const now = Date.now();
  const promotion = await assembled(
    context,
    {
      set,
      rule,
      from,
      to: options.to,
      environment: options.env,
      registry: installed,
      ...(options.rightsByHand === undefined ? {} : { byHand: options.rightsByHand }),
    },
    now,
  );
  const open = promotion.gates.filter(({ yes }) => !yes).length;
  const done =
    open > 0 || !(options.write === true || options.pr === true)
      ? undefined
      : await carriedOut(promotion, options, set, rule, now);
  const { text: _text, ...change } = promotion.change;
  print(context, options, 'Promotion', [{ ...promotion, change, open, ...(done === undefined ? {} : { done }) }], () =>
    [...pageLines(promotion, now), '', done ?? lastLine(promotion.gates)].join('\n'),
  );
  if (open > 0) throw new Failure('failed', `${name} is not promoted: ${open === 1 ? '1 gate is' : `${open} gates are`} open`);
}

interface Asked {
  set: RuleSet;
  rule: LoadedRule;
  from: string;
  to: 'approve' | 'auto';
  environment: string;
  registry: Omit<Awaited<ReturnType<typeof loadOrRefuse>>, 'set'>;
  /** Why a person is sure that the roles may what they need. */
  byHand?: string;
}

async function assembled(
  context: Context,
  { set, rule, from, to, environment, registry, byHand }: Asked,
  now: number,
): Promise<Promotion> {
  const api = apiClient(context, 'viewer');
  const [record, holds, tested, connected, past] = await Promise.all([
    api.ruleRecord(rule.name, environment, rule.logicHash),
    api.holds(),
    testRules(set, registry),
    connectedInstallation(context),
    playedAgain(api, rule, environment, judgesOf({ set, ...registry }), now),
  ]);
  const evidence = evidenceOf(record);
  const needed = rightsAsked(context, set, rule, environment, registry.registry);
  const roles = to === 'auto' ? await standingOf(needed, connected.registry, context.interrupted) : undefined;
  const leavesOut = roles?.find(({ unknown, reader }) => unknown === undefined && reader !== undefined)?.reader?.leavesOut;
  const standing = {
    cases: casesGate(rule, tested),
    risk: riskGate(rule, environment, to, set, registry.registry),
    onCall: await onCallGate(rule, set, connected.registry, { signal: context.interrupted, now: Date.now }),
    demotion: demotionGate(rule, holds),
    ...(roles === undefined
      ? {}
      : { rights: rightsGates(roles, { rule: rule.name, environment, ...(byHand === undefined ? {} : { byHand }) }) }),
  };
  const path = pathOf(set, rule);
  const runbook = rule.steps[0].runbook;
  return {
    rule: rule.name,
    environment,
    from,
    to,
    logicHash: rule.logicHash,
    runbook,
    runbookHash: set.runbooks.get(runbook)?.logicHash ?? '',
    evidence,
    past,
    gates: gatesFor(to, evidence, standing, now),
    rights: beyondOthers(needed, rule),
    ...(leavesOut === undefined ? {} : { rightsRead: { at: now, leavesOut } }),
    change: editMode(await readFile(path, 'utf8'), fileOf(rule), { rule: rule.name, environment, to }),
  };
}

/** What this rule needs in this environment, as if it acted. */
const rightsAsked = (
  context: Context,
  set: RuleSet,
  { name }: LoadedRule,
  environment: string,
  registry: Asked['registry']['registry'],
): RightsAsked => ({
  set,
  registry,
  root: context.paths.root,
  of: { rules: (one) => one.name === name, acting: true, rulesOnly: true },
  environments: (one) => one === environment,
});

const beyondOthers = (needed: RightsAsked, { name }: LoadedRule): RightsFile[] =>
  rightsFor({ ...needed, beyond: { rules: (one) => one.name !== name } }).files.filter(({ lines }) => lines.length > 0);

async function carriedOut(
  promotion: Promotion,
  { pr }: PromoteOptions,
  set: RuleSet,
  rule: LoadedRule,
  now: number,
): Promise<string> {
  const { environment, to, evidence, change } = promotion;
  const path = pathOf(set, rule);
  if (pr !== true) {
    await writeFile(path, change.text);
    return `Written: ${change.at}. It counts once it is reviewed, committed and loaded.`;
  }
  const { good, n, atLeast } = evidence.right;
  const subject = `${rule.name}: ${to} in ${environment} (right ${good} of ${n}, at least ${percent(atLeast)})`;
  const branch = `promote/${rule.name}-${environment}-${to}`;
  const body = pageLines(promotion, now).join('\n');
  const edit = (text: string): string => editMode(text, fileOf(rule), { rule: rule.name, environment, to }).text;
  const commit = await commitOnBranch(dirname(path), { file: path, edit, branch, subject, body });
  if (commit !== undefined)
    return `Committed ${commit.slice(0, 7)} on ${branch}; nothing was pushed. Then: git push -u origin ${branch} && gh pr create --head ${branch} --fill`;
  const page = join(dirname(set.dir), `${branch.replaceAll('/', '-')}.md`);
  await writeFile(page, `${subject}\n\n${body}\n`);
  return `The rules are in no git repository, so there is no commit. Branch ${branch}; its message and this page: ${page}`;
}
