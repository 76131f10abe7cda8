import type { Catalogue } from '../../domain/catalogue.js';
import { didYouMean } from '../../domain/nearest.js';
import { ruleFields, targetFields } from '../../domain/readable.js';
import { isTagged } from '../../domain/target.js';
import { compileLines } from './check-conditions.js';
import { checkRuleGuards } from './check-guards.js';
import { checkProblems, unknown } from './check-runbook.js';
import { checkAim, checkWith } from './check-values.js';
import { problem, type Read } from './documents.js';
import type { Policy } from './policy.js';
import type { Problem } from './problem.js';
import type { Rule, RuleVerify } from './rule.js';
import type { Runbook } from './runbook.js';
import type { LoadedLine, LoadedStep } from './set.js';
import type { Path } from './yaml.js';

/** What a rule is checked against. */
export interface RuleSurroundings {
  catalogue: Catalogue;
  /** Runbooks whose shape is right, by name. */
  runbooks: ReadonlyMap<string, Runbook>;
  /** Runbooks that stand in the files, mistakes or not: a rule is not blamed for those. */
  runbookNames: ReadonlySet<string>;
  ruleNames: ReadonlySet<string>;
  policy: Policy | undefined;
}

export interface CheckedRule {
  when: LoadedLine[];
  unless: LoadedLine[];
  require: LoadedLine[];
  steps: LoadedStep[];
  problems: Problem[];
}

export type Says = (path: Path, text: string, part?: 'key' | 'value') => Problem;

/** `run:` is a ladder of one. */
export function stepsOf(doc: Rule): LoadedStep[] {
  if (doc.ladder)
    return doc.ladder.map((step, index) => ({
      place: `ladder.${index}`,
      runbook: step.run,
      with: step.with ?? {},
      verify: step.verify ?? doc.verify,
    }));
  return doc.run === undefined ? [] : [{ place: '', runbook: doc.run, with: doc.with ?? {}, verify: doc.verify }];
}

/** Everything that a rule names and says, against what there is. */
export function checkRule({ doc, source }: Read<Rule>, around: RuleSurroundings): CheckedRule {
  const says: Says = (path, text, part) => problem(source, path, text, part);
  const steps = stepsOf(doc);
  const first = steps[0] && around.runbooks.get(steps[0].runbook);
  const target = first && around.catalogue.targets.get(first.target);
  const when = compileLines(source, 'when', doc.when, ruleFields);
  const unless = compileLines(source, 'unless', doc.unless, ruleFields);
  const require = target ? compileLines(source, 'require', doc.require, targetFields(target)) : { lines: [], problems: [] };
  const problems = [
    ...when.problems,
    ...unless.problems,
    ...require.problems,
    ...shapeProblems(doc, says),
    ...steps.flatMap((step, index) => stepProblems(step, index, doc, around, says)),
    ...(target ? checkAim(doc, target, says) : []),
    ...nameProblems(doc, around, says),
    ...(around.policy ? checkRuleGuards(doc, around.policy, says) : []),
    ...undoProblems(doc, steps, around, says),
    ...rolloutProblems(doc, first, says),
  ];
  return { when: when.lines, unless: unless.lines, require: require.lines, steps, problems };
}

function shapeProblems(doc: Rule, says: Says): Problem[] {
  if (doc.run !== undefined && doc.ladder)
    return [says(['ladder'], 'the rule has run and ladder; keep one: run is a ladder of one step', 'key')];
  if (doc.run === undefined && !doc.ladder)
    return [says(['rule'], 'the rule runs nothing; add run: <runbook>, or a ladder', 'key')];
  if (doc.ladder && doc.with) return [says(['with'], 'with belongs to a step of the ladder; move it there', 'key')];
  return [];
}

const pathOf = (step: LoadedStep, ...rest: string[]): string[] => [...(step.place ? step.place.split('.') : []), ...rest];

function stepProblems(step: LoadedStep, index: number, doc: Rule, around: RuleSurroundings, says: Says): Problem[] {
  const runbook = around.runbooks.get(step.runbook);
  const own = doc.ladder?.[index]?.verify;
  const verify = [
    ...(own ? verifyProblems(own, pathOf(step, 'verify'), around.catalogue, says) : []),
    ...(index === 0 && doc.verify ? verifyProblems(doc.verify, ['verify'], around.catalogue, says) : []),
  ];
  if (!runbook)
    return around.runbookNames.has(step.runbook)
      ? verify
      : [...verify, says(pathOf(step, 'run'), unknown('runbook', step.runbook, around.runbookNames))];
  const first = around.runbooks.get(stepsOf(doc)[0]?.runbook ?? '');
  const sameTarget = !first || first.target === runbook.target;
  return [
    ...verify,
    ...(sameTarget
      ? []
      : [
          says(
            pathOf(step, 'run'),
            `${step.runbook} acts on ${runbook.target}, and the first step on ${first.target}; all steps of a ladder act on the same target`,
          ),
        ]),
    ...checkWith(step.with, runbook, step.runbook, pathOf(step, 'with'), (path, text) => says(path, text)),
    ...missingVersions(step, runbook, doc, around, says),
  ];
}

function verifyProblems(verify: RuleVerify, path: string[], catalogue: Catalogue, says: Says): Problem[] {
  if (verify.check === undefined)
    return verify.with === undefined
      ? []
      : [says([...path, 'with'], 'with belongs to a check, and no check is named; add check', 'key')];
  return checkProblems({ check: verify.check, with: verify.with }, path, catalogue, says);
}

/** A rule may be armed only where its runbook is pinned. */
function missingVersions(step: LoadedStep, runbook: Runbook, doc: Rule, around: RuleSurroundings, says: Says): Problem[] {
  return Object.entries(doc.mode ?? {}).flatMap(([environment, mode]) => {
    if (mode === 'observe' || !around.policy || !Object.hasOwn(around.policy.environments, environment)) return [];
    const missing = ['version', 'sha256'].filter((key) => {
      const value = runbook.with[key];
      return value !== null && typeof value === 'object' && !Object.hasOwn(value, environment);
    });
    return missing.map((key) =>
      says(
        ['mode', environment],
        `${environment} is ${mode}, but the runbook ${step.runbook} has no ${key} for ${environment}; add one there, or observe here`,
      ),
    );
  });
}

function nameProblems(doc: Rule, { policy, ruleNames }: RuleSurroundings, says: Says): Problem[] {
  const overrides = (doc.overrides ?? []).flatMap((other, index) => {
    if (other === doc.rule) return [says(['overrides', index], 'a rule cannot override itself; remove the line')];
    return ruleNames.has(other) ? [] : [says(['overrides', index], unknown('rule', other, ruleNames))];
  });
  if (!policy) return overrides;
  const environments = Object.keys(policy.environments);
  const modes = Object.keys(doc.mode ?? {}).filter((environment) => !environments.includes(environment));
  const teams = Object.keys(policy.teams);
  const owner =
    teams.length === 0 || teams.includes(doc.owner)
      ? []
      : [
          says(
            ['owner'],
            `${doc.owner} is no team of the policy${didYouMean(doc.owner, teams)}; its teams are ${teams.join(', ')}`,
          ),
        ];
  return [
    ...overrides,
    ...owner,
    ...modes.map((environment) => says(['mode', environment], unknown('environment', environment, environments), 'key')),
  ];
}

/** Several targets are acted on in batches, each seen to have helped before the next: that takes one step, and a check of one target. */
function rolloutProblems(doc: Rule, runbook: Runbook | undefined, says: Says): Problem[] {
  if (!isTagged(doc.target))
    return doc.rollout === undefined
      ? []
      : [says(['rollout'], 'rollout belongs to a target by tags; write target: { tagged: … }, or remove it', 'key')];
  const ladder = doc.ladder
    ? [says(['ladder'], 'a ladder climbs on one target; with tagged write run: and one runbook', 'key')]
    : [];
  if (!runbook || runbook.check !== undefined || doc.verify?.check !== undefined) return ladder;
  return [
    ...ladder,
    says(
      ['target', 'tagged'],
      `the alert cannot tell whether one of several is well; give ${runbook.runbook} a check, or the rule verify.check`,
    ),
  ];
}

function undoProblems(doc: Rule, steps: LoadedStep[], { runbooks }: RuleSurroundings, says: Says): Problem[] {
  if (doc.undo === undefined) return [];
  const declared = steps.map(({ runbook }) => runbooks.get(runbook)?.undo).filter((undo) => undo !== undefined);
  if (doc.undo === 'restore' && declared.includes('none'))
    return [says(['undo'], 'the runbook has undo: none, and a rule cannot add what does not exist; write undo: none')];
  if (doc.undo === 'none' && declared.includes('restore') && !doc.guards?.because)
    return [says(['undo'], 'the runbook undoes, and this rule would not; say why in guards.because, or remove undo')];
  return [];
}
