import { isPattern, matchesWhole } from '../../decide/condition.js';
import type { Catalogue, CatalogueAction, CatalogueTarget } from '../../domain/catalogue.js';
import type { Json, JsonObject } from '../../domain/json.js';
import { didYouMean } from '../../domain/nearest.js';
import { riskOrder } from '../../domain/plan.js';
import { fieldType, targetFields } from '../../domain/readable.js';
import { readInput } from '../../domain/runbook-input.js';
import { fillTemplate, type FromRef, isFromRef, perEnvironmentKeys } from '../../domain/template.js';
import { compileLines } from './check-conditions.js';
import { problem, type Read } from './documents.js';
import type { Problem } from './problem.js';
import type { Runbook } from './runbook.js';
import type { LoadedLine } from './set.js';
import type { Path } from './yaml.js';

export interface CheckedRunbook {
  require: LoadedLine[];
  problems: Problem[];
}

/** Everything that a runbook names: action, target type, check, inputs, pinned versions. */
export function checkRunbook(read: Read<Runbook>, catalogue: Catalogue, environments: readonly string[]): CheckedRunbook {
  const { doc, source } = read;
  const says = (path: Path, text: string): Problem => problem(source, path, text);
  const action = catalogue.actions.get(doc.uses);
  const target = catalogue.targets.get(doc.target);
  const lines = target ? compileLines(source, 'require', doc.require, targetFields(target)) : { lines: [], problems: [] };
  const problems = [
    ...lines.problems,
    ...(action ? checkAction(doc, action, says) : [says(['uses'], unknown('action', doc.uses, catalogue.actions.keys()))]),
    ...(target ? [] : [says(['target'], unknown('target type', doc.target, catalogue.targets.keys()))]),
    ...checkCheck(doc, catalogue, says),
    ...checkStopOn(doc, action, catalogue, says),
    ...checkInputs(doc, says),
    ...checkVersions(doc, environments, says),
    ...(target ? checkRefs(doc, target, says) : []),
  ];
  if (action && target && problems.length === 0) problems.push(...checkParams(doc, action, environments, says));
  return { require: lines.lines, problems };
}

type Says = (path: Path, text: string) => Problem;

export const unknown = (what: string, name: string, known: Iterable<string>): string => {
  const names = [...known];
  return `there is no ${what} ${name}${didYouMean(name, names)}; there ${names.length === 1 ? 'is' : 'are'} ${names.sort().join(', ') || 'none'}`;
};

function checkAction(doc: Runbook, action: CatalogueAction, says: Says): Problem[] {
  const problems: Problem[] = [];
  if (riskOrder.indexOf(doc.risk) < riskOrder.indexOf(action.risk))
    problems.push(says(['risk'], `risk ${doc.risk} is below what ${action.id} is by itself; write ${action.risk} or higher`));
  if (doc.undo === 'restore' && !action.undoes) problems.push(says(['undo'], `${action.id} cannot be undone; write undo: none`));
  if (doc.giveBack !== undefined && doc.undo !== 'restore')
    problems.push(says(['giveBack'], 'giveBack puts back what was recorded, so it needs undo: restore'));
  return problems;
}

function checkCheck(doc: Runbook, catalogue: Catalogue, says: Says): Problem[] {
  if (doc.check === undefined) return [];
  const check = catalogue.checks.get(doc.check);
  if (!check) return [says(['check'], unknown('check', doc.check, catalogue.checks.keys()))];
  const parsed = check.parse({});
  return parsed.ok
    ? []
    : [
        says(
          ['check'],
          `${doc.check} needs parameters (${parsed.problems.map(({ place }) => place).join(', ')}), which a runbook cannot give; name it in the rule's verify`,
        ),
      ];
}

/** Refused where nothing could be stopped: whoever reads the file would rely on it. */
function checkStopOn({ stopOn }: Runbook, action: CatalogueAction | undefined, catalogue: Catalogue, says: Says): Problem[] {
  if (stopOn === undefined) return [];
  const able = !action || (action.stops && action.waits);
  return [
    ...(able ? [] : [says(['stopOn'], `what ${action.id} has begun cannot be stopped; remove stopOn`)]),
    ...checkProblems(stopOn, ['stopOn'], catalogue, says),
  ];
}

/** A check that is named with its parameters, in a rule or a runbook: that there is one, and that they fit it. */
export function checkProblems(
  named: { check: string; with?: JsonObject | undefined },
  path: string[],
  catalogue: Catalogue,
  says: Says,
): Problem[] {
  const check = catalogue.checks.get(named.check);
  if (!check) return [says([...path, 'check'], unknown('check', named.check, catalogue.checks.keys()))];
  const parsed = check.parse(named.with ?? {});
  return parsed.ok
    ? []
    : parsed.problems.map(({ place, says: text }) =>
        says(
          [...path, 'with', ...(place ? place.split('.') : [])],
          `${path.join('.')}.with${place ? `.${place}` : ''} does not fit ${named.check}: ${text}`,
        ),
      );
}

function checkInputs(doc: Runbook, says: Says): Problem[] {
  return Object.entries(doc.inputs ?? {}).flatMap(([name, input]) => {
    if (input.type === 'string' && !isPattern(input.pattern))
      return [
        says(
          ['inputs', name, 'pattern'],
          `inputs.${name}.pattern is not a pattern that RE2 reads; look-around and back-references do not exist there`,
        ),
      ];
    if (input.default === undefined) return [];
    const read = readInput(input, input.default, matchesWhole);
    return read.ok ? [] : [says(['inputs', name, 'default'], `inputs.${name}.default ${read.says}`)];
  });
}

/** A version is pinned by number: an alias can be moved by whoever owns it, after the review. */
function checkVersions(doc: Runbook, environments: readonly string[], says: Says): Problem[] {
  return perEnvironmentKeys.flatMap((key) => {
    const value = doc.with[key];
    if (value === undefined || isFromRef(value))
      return value === undefined
        ? []
        : [says(['with', key], `with.${key} must be written down; it may not come from an alert, an input or a target`)];
    const perEnvironment = value !== null && typeof value === 'object' && !Array.isArray(value);
    const entries: [string[], Json][] = perEnvironment
      ? Object.entries(value).map(([environment, one]) => [['with', key, environment], one])
      : [[['with', key], value]];
    return entries.flatMap(([path, one]) => [
      ...(path[2] !== undefined && environments.length > 0 && !environments.includes(path[2])
        ? [says(path, unknown('environment', path[2], environments))]
        : []),
      ...(key === 'version' ? versionProblems(one, path, says) : []),
    ]);
  });
}

function versionProblems(value: Json, path: string[], says: Says): Problem[] {
  const place = path.join('.');
  if (typeof value === 'number') return [says(path, `${place} must be text; put quotes around it: "${value}"`)];
  if (typeof value === 'string' && /^[0-9]+$/.test(value)) return [];
  return [
    says(
      path,
      `${place} must be a number in quotes, such as "7"; found ${JSON.stringify(value)}: aliases such as $LATEST and $DEFAULT can be moved after the review`,
    ),
  ];
}

const typesOfInput = {
  int: 'number',
  duration: 'duration',
  path: 'string',
  enum: 'string',
  string: 'string',
  boolean: 'boolean',
} as const;

function checkRefs(doc: Runbook, target: CatalogueTarget, says: Says): Problem[] {
  const problems: Problem[] = [];
  const walk = (value: Json, path: string[]): void => {
    if (isFromRef(value))
      problems.push(...refProblem(value, doc, target).map((text) => says(path, `${path.join('.')}: ${text}`)));
    else if (value !== null && typeof value === 'object')
      for (const [key, member] of Object.entries(value)) walk(member, [...path, key]);
  };
  walk(doc.with, ['with']);
  return problems;
}

function refProblem(ref: FromRef, doc: Runbook, target: CatalogueTarget): string[] {
  const extra = Object.keys(ref).filter((key) => key !== 'from' && key !== 'unit');
  if (extra.length > 0) return [`unknown key ${extra.join(', ')} beside from; only unit may stand there`];
  if (typeof ref.from !== 'string') return ['from must be text such as target.id or inputs.path'];
  const [root, name = ''] = ref.from.split('.');
  if (root === 'target') {
    const type = fieldType(targetFields(target), ref.from);
    if (type === undefined)
      return [
        `there is no ${ref.from}${didYouMean(name, Object.keys(targetFields(target).target))}; a target of type ${target.type} has ${Object.keys(targetFields(target).target).join(', ')}`,
      ];
    if (ref.unit !== undefined) return ['unit is for durations; a target has none'];
    return typeof type === 'object' || type === 'list' || type === 'object' || type === 'texts'
      ? [`${ref.from} is not one plain value`]
      : [];
  }
  if (root !== 'inputs')
    return [
      `from must begin with target. or inputs.; ${ref.from} does not: a runbook reads nothing of an alert, a rule hands it in by an input`,
    ];
  const input = doc.inputs?.[name];
  if (!input || ref.from.split('.').length !== 2)
    return [`there is no ${ref.from}${didYouMean(name, Object.keys(doc.inputs ?? {}))}; add it to inputs`];
  if (ref.unit !== undefined && typesOfInput[input.type] !== 'duration')
    return [`unit is for durations; inputs.${name} is ${input.type}`];
  if (ref.unit !== undefined && !['seconds', 'minutes', 'hours', 'days'].includes(ref.unit))
    return ['unit must be seconds, minutes, hours or days'];
  return [];
}

/** The action's own schema judges everything that is written down; what comes from elsewhere is judged when it is known. */
function checkParams(doc: Runbook, action: CatalogueAction, environments: readonly string[], says: Says): Problem[] {
  const perEnvironment = perEnvironmentKeys.some((key) => typeof doc.with[key] === 'object');
  const seen = perEnvironment
    ? environments.filter((environment) =>
        perEnvironmentKeys.every(
          (key) => typeof doc.with[key] !== 'object' || Object.hasOwn(doc.with[key] as object, environment),
        ),
      )
    : ['any'];
  return seen.flatMap((environment) => {
    const filled = fillTemplate(doc.with, environment, () => ({ ok: true, value: 'x' }));
    const parsed = action.parse(filled.value);
    if (parsed.ok) return [];
    return parsed.problems
      .filter(({ place }) => !filled.fromPlaces.some((from) => place === from || place.startsWith(`${from}.`)))
      .map(({ place, says: text }) =>
        says(['with', ...(place ? place.split('.') : [])], `with${place ? `.${place}` : ''} does not fit ${action.id}: ${text}`),
      );
  });
}
