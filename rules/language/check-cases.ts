import type { Catalogue } from '../../domain/catalogue.js';
import { parseDuration } from '../../domain/duration.js';
import { didYouMean } from '../../domain/nearest.js';
import type { Cases, CaseTest, CaseVerdict, CaseWorld } from './cases.js';
import { unknown } from './check-runbook.js';
import { problem, type Read } from './documents.js';
import type { Problem } from './problem.js';
import type { LoadedRule, RuleSet } from './set.js';
import type { Path } from './yaml.js';

type Says = (path: Path, text: string) => Problem;

/** Everything that a document of cases names: its rule, lines of it, runbooks, environments, facts of the target. */
export function checkCases({ doc, source }: Read<Cases>, set: RuleSet, catalogue: Catalogue): Problem[] {
  const says: Says = (path, text) => problem(source, path, text);
  const rule = set.rules.find(({ name }) => name === doc.cases);
  if (!rule)
    return [
      says(
        ['cases'],
        unknown(
          'rule',
          doc.cases,
          set.rules.map(({ name }) => name),
        ),
      ),
    ];
  return [
    ...checkWorld(doc.world, ['world'], { rule, set, catalogue, says }),
    ...sameNames(doc, says),
    ...doc.tests.flatMap((test, index) => checkTest(test, ['tests', index], { rule, set, catalogue, says })),
  ];
}

interface Around {
  rule: LoadedRule;
  set: RuleSet;
  catalogue: Catalogue;
  says: Says;
}

function sameNames({ tests }: Cases, says: Says): Problem[] {
  const first = new Map<string, number>();
  return tests.flatMap(({ name }, index) => {
    const known = first.has(name);
    first.set(name, index);
    return known ? [says(['tests', index, 'name'], `there is a case of this name already: ${name}; rename one of them`)] : [];
  });
}

function checkTest(test: CaseTest, path: Path, around: Around): Problem[] {
  const { says } = around;
  const list = Array.isArray(test.expect) ? test.expect : [test.expect];
  const inList = Array.isArray(test.expect);
  return [
    ...checkWorld(test.world, [...path, 'world'], around),
    ...checkTimes(test.at, list.length, path, says),
    ...list.flatMap((one, index) =>
      one === 'duplicate' ? [] : checkVerdict(one, [...path, 'expect', ...(inList ? [index] : [])], around),
    ),
    ...(list[0] === 'duplicate' ? [says([...path, 'expect'], 'the first delivery of a case cannot be a duplicate')] : []),
  ];
}

function checkTimes(at: readonly string[] | undefined, wanted: number, path: Path, says: Says): Problem[] {
  const times = at ?? ['0m'];
  const falls = times.findIndex(
    (time, index) => index > 0 && (parseDuration(time) ?? 0) < (parseDuration(times[index - 1] ?? '') ?? 0),
  );
  if (falls > 0) return [says([...path, 'at', falls], 'each delivery must come no earlier than the one before')];
  if (times.length === wanted) return [];
  const deliveries = times.length === 1 ? '1 delivery' : `${times.length} deliveries`;
  return [says([...path, 'expect'], `${deliveries} and ${wanted} expected; write one for each time of at`)];
}

function checkVerdict(verdict: CaseVerdict, path: Path, { rule, set, says }: Around): Problem[] {
  const problems: Problem[] = [];
  for (const verb of ['act', 'ask', 'observe'] as const) {
    for (const name of [verdict[verb] ?? []].flat())
      if (!rule.steps.some(({ runbook }) => runbook === name))
        problems.push(
          says(
            [...path, verb],
            set.runbooks.has(name)
              ? `${rule.name} does not run ${name}; it runs ${rule.steps.map(({ runbook }) => runbook).join(', then ')}`
              : unknown('runbook', name, set.runbooks.keys()),
          ),
        );
  }
  const places = [...rule.when, ...rule.unless].map(({ place }) => place);
  if (verdict.noMatch !== undefined && verdict.noMatch !== 'overrides' && !places.includes(verdict.noMatch))
    problems.push(
      says(
        [...path, 'noMatch'],
        `${rule.name} has no line ${verdict.noMatch}; it has ${[...new Set(places)].join(', ')}, and overrides where another rule decides`,
      ),
    );
  return problems;
}

function checkWorld(world: CaseWorld | undefined, path: Path, { rule, set, catalogue, says }: Around): Problem[] {
  if (world === undefined) return [];
  const environments = Object.keys(set.policy.doc.environments);
  const problems: Problem[] = [];
  if (world.env !== undefined && !environments.includes(world.env))
    problems.push(says([...path, 'env'], unknown('environment', world.env, environments)));
  if (typeof world.target === 'object') {
    const type = catalogue.targets.get(set.runbooks.get(rule.steps[0].runbook)?.doc.target ?? '');
    const facts = [...Object.keys(type?.facts ?? {}), 'tags', 'id'];
    for (const fact of Object.keys(world.target))
      if (type && !facts.includes(fact))
        problems.push(
          says(
            [...path, 'target', fact],
            `${type.type} has no fact ${fact}${didYouMean(fact, facts)}; it has ${facts.join(', ')}`,
          ),
        );
  }
  return problems;
}
