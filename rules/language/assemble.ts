import type { Catalogue } from '../../domain/catalogue.js';
import { canonicalJson, type Hash } from '../../domain/json.js';
import { checkOverrides } from './check-overrides.js';
import { checkPolicy } from './check-policy.js';
import { checkRule, type CheckedRule } from './check-rule.js';
import { type CheckedRunbook, checkRunbook } from './check-runbook.js';
import { problem, type Read, readDocuments, type ReadDocuments } from './documents.js';
import type { Policy } from './policy.js';
import { type Problem, sortProblems } from './problem.js';
import type { Rule } from './rule.js';
import type { LoadedPolicy, LoadedRule, LoadedRunbook, RuleSet } from './set.js';
import type { SourceDocument } from './yaml.js';

export type Loaded = { ok: true; set: RuleSet } | { ok: false; problems: Problem[] };

/** Documents to a checked, compiled and hashed set, or everything that is wrong with them. Their order never matters. */
export function assemble(
  sources: readonly SourceDocument[],
  earlier: readonly Problem[],
  dir: string,
  catalogue: Catalogue,
  hash: Hash,
): Loaded {
  const read = readDocuments(sources);
  const policy = read.policies[0];
  const environments = policy ? Object.keys(policy.doc.environments) : [];
  const runbooks = read.runbooks.map((one) => ({ ...one, checked: checkRunbook(one, catalogue, environments) }));
  const around = {
    catalogue,
    runbooks: new Map(read.runbooks.map(({ doc }) => [doc.runbook, doc])),
    runbookNames: read.named.runbooks,
    ruleNames: read.named.rules,
    policy: policy?.doc,
  };
  const rules = read.rules.map((one) => ({ ...one, checked: checkRule(one, around) }));
  const problems = [
    ...earlier,
    ...read.problems,
    ...policyProblems(read, dir, earlier),
    ...duplicates(read),
    ...read.policies.flatMap((one) => checkPolicy(one, catalogue)),
    ...runbooks.flatMap(({ checked }) => checked.problems),
    ...rules.flatMap(({ checked }) => checked.problems),
    ...checkOverrides(read.rules),
  ];
  if (problems.length > 0 || !policy) return { ok: false, problems: sortProblems(problems) };
  return { ok: true, set: toSet(rules, runbooks, loadedPolicy(policy, hash), dir, hash) };
}

function toSet(
  rules: (Read<Rule> & { checked: CheckedRule })[],
  runbooks: (ReadDocuments['runbooks'][number] & { checked: CheckedRunbook })[],
  policy: LoadedPolicy,
  dir: string,
  hash: Hash,
): RuleSet {
  const books = runbooks
    .map((one): LoadedRunbook => {
      const fileHash = hash(canonicalJson(one.doc));
      return { name: one.doc.runbook, at: one.at, doc: one.doc, logicHash: fileHash, fileHash, require: one.checked.require };
    })
    .sort(byName);
  const byBook = new Map(books.map((book) => [book.name, book]));
  const loaded = rules.map((one) => loadedRule(one, byBook, hash)).sort(byName);
  const all = [
    ['policy', policy.name, policy.fileHash],
    ...books.map((book) => ['runbook', book.name, book.fileHash]),
    ...loaded.map((rule) => ['rule', rule.name, rule.fileHash]),
  ];
  return { rules: loaded, runbooks: byBook, policy, hash: hash(canonicalJson(all)), dir };
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

function loadedRule(
  { doc, at, checked }: Read<Rule> & { checked: CheckedRule },
  runbooks: ReadonlyMap<string, LoadedRunbook>,
  hash: Hash,
): LoadedRule {
  const { when, unless, target, require, run, with: values, ladder } = doc;
  const used = [...new Set(checked.steps.map(({ runbook }) => runbook))]
    .sort()
    .map((name) => [name, runbooks.get(name)?.logicHash ?? '']);
  const logicHash = hash(canonicalJson({ when, unless, target, require, run, with: values, ladder, runbooks: used }));
  const steps = checked.steps as LoadedRule['steps'];
  return {
    name: doc.rule,
    at,
    doc,
    logicHash,
    fileHash: hash(canonicalJson(doc)),
    when: checked.when,
    unless: checked.unless,
    require: checked.require,
    steps,
  };
}

function loadedPolicy({ doc, source, at }: Read<Policy>, hash: Hash): LoadedPolicy {
  const file = source.file.split('/').at(-1) ?? source.file;
  const figures = [
    'firingFor.default',
    'cooldown.default',
    'budget.default',
    'budget.service',
    'budget.all',
    'deploys.after',
    'sameFix.default',
    'healthy.default',
    'brake.domain',
  ];
  const setAt = figures.filter(
    (figure) =>
      figure.split('.').reduce<unknown>((here, key) => (here as Record<string, unknown> | undefined)?.[key], doc.guards) !==
      undefined,
  );
  return {
    name: doc.policy,
    at,
    doc,
    fileHash: hash(canonicalJson(doc)),
    setAt: Object.fromEntries(
      setAt.map((figure) => [`guards.${figure}`, `${file}:${source.place(['guards', ...figure.split('.')]).line}`]),
    ),
  };
}

function policyProblems(read: ReadDocuments, dir: string, earlier: readonly Problem[]): Problem[] {
  const [first, ...others] = read.policies;
  if (!first && read.problems.length + earlier.length === 0)
    return [
      {
        file: dir.split('/').at(-1) ?? dir,
        line: 1,
        column: 1,
        says: 'there is no policy; add opssentinel.yaml with policy: and environments:',
      },
    ];
  return others.map((other) => problem(other.source, ['policy'], `there is a policy already, at ${first?.at}; keep one`, 'key'));
}

function duplicates(read: ReadDocuments): Problem[] {
  const twice = <Doc>(all: readonly Read<Doc>[], kind: string, nameOf: (doc: Doc) => string): Problem[] => {
    const first = new Map<string, string>();
    return all.flatMap((one) => {
      const name = nameOf(one.doc);
      const at = first.get(name);
      if (at === undefined) first.set(name, one.at);
      return at === undefined
        ? []
        : [problem(one.source, [kind], `the ${kind} ${name} stands already at ${at}; rename one of them`)];
    });
  };
  return [...twice(read.rules, 'rule', ({ rule }) => rule), ...twice(read.runbooks, 'runbook', ({ runbook }) => runbook)];
}
