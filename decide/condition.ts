import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import type { JsonObject } from '../domain/json.js';
import type { FieldTree } from '../domain/readable.js';
import { checkCondition } from './condition-check.js';
import { costOver } from './condition-cost.js';
import { type Unasked, unaskedIn } from './condition-hints.js';
import { foundIn } from './found.js';
import type { ConditionProblem, Node, ValueType } from './syntax.js';

// The only file that knows the expression library: it turns its tree into ours, and its results into yes, no and error.

type Expr = ReturnType<typeof parse>['expr'];
type Positions = Readonly<Record<string, number>>;

/** A line of `when`, `unless` or `require`, compiled once at load. */
export interface CompiledCondition {
  text: string;
  /** Never throws. Whatever cannot be evaluated is `error`, and an error is never a yes. */
  evaluate: (facts: JsonObject) => Evaluation;
}

export interface Evaluation {
  result: 'yes' | 'no' | 'error';
  /** The values that it read, or what was missing. */
  found: string;
}

export type Compiled = { ok: true; condition: CompiledCondition } | { ok: false; problems: ConditionProblem[] };

/**
 * Longer lines, deeper brackets and bigger trees are refused at load: a condition is a sentence, not a program. `steps` holds at load
 * over lists of `usualList`, and over the real ones before it is evaluated: some 50 ms.
 */
export const conditionLimits = {
  characters: 1_000,
  brackets: 20,
  nodes: 500,
  nestedMacros: 2,
  listItems: 1_000,
  steps: 100_000,
  usualList: 30,
} as const;

const env = celEnv();
const functions = [...new Set([...env.funcs].map(({ name }) => name))].filter(
  (name) => /^[a-zA-Z_]\w*$/.test(name) && !name.startsWith('_'),
);

/** Parses and checks a line against the fields that it may read. Every problem has its offset in the text. */
export function compileCondition(text: string, fields: FieldTree): Compiled {
  const parsed = parseTree(text);
  if (!parsed.ok) return parsed;
  const problems = [...checkCondition(parsed.tree, fields, functions, conditionLimits), ...badPatterns(parsed.tree)];
  if (problems.length > 0) return { ok: false, problems };
  const run = plan(env, parsed.expr);
  return { ok: true, condition: { text, evaluate: (facts) => evaluate(run, parsed.tree, facts) } };
}

/** Fields that a line reads without has(); none where it cannot be read at all. */
export function unaskedReads(text: string): Unasked[] {
  const parsed = parseTree(text);
  return parsed.ok ? unaskedIn(parsed.tree) : [];
}

/** The parts of a line that are joined by its outermost `&&`, so that each can be shown with what it found. One part when there is none. */
export function conjuncts(text: string): string[] {
  const parsed = parseTree(text);
  if (!parsed.ok || parsed.tree.kind !== 'call' || parsed.tree.fn !== '_&&_') return [text];
  const parts = splitOutside(text);
  return parts.every((part) => parseTree(part).ok) ? parts : [text];
}

/** Whether the whole text matches a pattern, in time linear in the text (RE2), however the pattern is written. A bad pattern matches nothing. */
export function matchesWhole(pattern: string, text: string): boolean {
  return wholeMatch({ text, pattern: `^(?:${pattern})$` }) === true;
}

/** Whether RE2 can read a pattern at all. */
export const isPattern = (pattern: string): boolean => typeof wholeMatch({ text: '', pattern }) === 'boolean';

const wholeMatch = plan(env, parse('text.matches(pattern)').expr);

function parseTree(text: string): { ok: true; expr: Expr; tree: Node } | { ok: false; problems: ConditionProblem[] } {
  const tooLong =
    text.length > conditionLimits.characters &&
    `is ${text.length} characters long; write at most ${conditionLimits.characters}, in several lines`;
  // Deep brackets would exhaust the parser's stack before the limit on nodes is reached.
  const tooDeep =
    depthOf(text) > conditionLimits.brackets &&
    `has more than ${conditionLimits.brackets} brackets inside each other; write several lines`;
  if (tooLong || tooDeep) return { ok: false, problems: [{ offset: 0, says: `the condition ${tooLong || tooDeep}` }] };
  try {
    const { expr, sourceInfo } = parse(text);
    return { ok: true, expr, tree: treeOf(expr, sourceInfo?.positions ?? {}) };
  } catch (error) {
    return { ok: false, problems: [syntaxProblem(error, text)] };
  }
}

function syntaxProblem(error: unknown, text: string): ConditionProblem {
  const { location, found } = error as { location?: { start: { offset: number } }; found?: string | null };
  const offset = location?.start.offset ?? 0;
  if (text.trim() === '')
    return { offset: 0, says: 'the condition is empty; remove the line, or write one such as alert.metric == "CPUUtilization"' };
  const what = found ? `"${found}" was not expected here` : 'it ends too early';
  const single = /(^|[^=!<>])=($|[^=])/.test(text) ? '; to compare, write ==' : '';
  return {
    offset,
    says: `the condition cannot be read: ${what}${single || '; close every bracket and quote, and join parts with && or ||'}`,
  };
}

function evaluate(run: (facts: never) => unknown, tree: Node, facts: JsonObject): Evaluation {
  const found = foundIn(tree, facts, conditionLimits.listItems);
  if (found.tooLong) return { result: 'error', found: found.says };
  if (costOver(tree, facts) > conditionLimits.steps)
    return { result: 'error', found: `its lists are too long: it would take more than ${conditionLimits.steps} steps` };
  let value: unknown;
  try {
    value = run(facts as never);
  } catch (error) {
    value = error;
  }
  if (value === true) return { result: 'yes', found: found.says };
  if (value === false) return { result: 'no', found: found.says };
  if (found.missing) return { result: 'error', found: found.missing };
  const why = isCelError(value) || value instanceof Error ? value.message : 'it is neither yes nor no';
  return { result: 'error', found: `${found.says ? `${found.says}; ` : ''}${why.slice(0, 160)}` };
}

/** Literal patterns are tried at load: at run time a bad one would only ever be an error. */
function badPatterns(node: Node): ConditionProblem[] {
  const here: ConditionProblem[] = [];
  if (node.kind === 'call' && node.fn === 'matches') {
    const pattern = node.args.at(-1);
    if (pattern?.kind === 'literal' && typeof pattern.value === 'string' && !isPattern(pattern.value))
      here.push({
        offset: pattern.offset,
        says: `${JSON.stringify(pattern.value)} is not a pattern that RE2 reads; look-around and back-references do not exist there`,
      });
  }
  return [...here, ...partsOf(node).flatMap(badPatterns)];
}

const partsOf = (node: Node): Node[] =>
  Object.values(node)
    .flat()
    .filter((part): part is Node => typeof part === 'object' && part !== null && 'kind' in part);

function treeOf(expr: Expr, positions: Positions): Node {
  const offset = positions[String(expr.id)] ?? 0;
  const to = (child: Expr | undefined): Node => treeOf(child as Expr, positions);
  const { case: kind, value } = expr.exprKind;
  switch (kind) {
    case 'identExpr':
      return { kind: 'name', name: value.name, offset };
    case 'constExpr':
      return { kind: 'literal', ...literal(value.constantKind), offset };
    case 'selectExpr':
      return {
        kind: 'field',
        of: to(value.operand),
        field: value.field,
        test: value.testOnly,
        offset: value.testOnly ? offset : offset + 1,
      };
    case 'callExpr':
      return call(value.function, value.target && to(value.target), value.args.map(to), offset);
    case 'listExpr':
      return { kind: 'list', items: value.elements.map(to), offset };
    case 'structExpr':
      return {
        kind: 'map',
        entries: value.entries.flatMap((entry) => [
          ...(entry.keyKind.case === 'mapKey' ? [to(entry.keyKind.value)] : []),
          to(entry.value),
        ]),
        offset,
      };
    case 'comprehensionExpr': {
      const result = to(value.accuInit).kind === 'list' ? 'list' : 'bool';
      return { kind: 'macro', over: to(value.iterRange), variable: value.iterVar, body: [to(value.loopStep)], result, offset };
    }
    default:
      return { kind: 'literal', type: 'any', value: null, offset };
  }
}

function call(fn: string, target: Node | undefined, args: Node[], offset: number): Node {
  const [of, key] = args;
  if (fn === '_[_]' && of && key) return { kind: 'index', of, key, offset };
  return { kind: 'call', fn, ...(target ? { target } : {}), args, offset };
}

function literal(constant: { case: string | undefined; value?: unknown }): {
  type: ValueType;
  value: string | number | boolean | null;
} {
  const { value } = constant;
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (typeof value === 'bigint') return { type: 'int', value: Number(value) };
  if (typeof value === 'number') return { type: constant.case === 'doubleValue' ? 'double' : 'null', value };
  return { type: 'any', value: null };
}

const token =
  /[rR]"[^"]*"|[rR]'[^']*'|(?:(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))|\/\/[^\n]*|&&|[()[\]{}]/g;

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [match] of text.matchAll(token)) {
    if ('([{'.includes(match)) deepest = Math.max(deepest, ++depth);
    else if (')]}'.includes(match)) depth--;
  }
  return deepest;
}

function splitOutside(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: match, index } of text.matchAll(token)) {
    if ('([{'.includes(match)) depth++;
    else if (')]}'.includes(match)) depth--;
    else if (match === '&&' && depth === 0) {
      parts.push(text.slice(from, index).trim());
      from = index + 2;
    }
  }
  return [...parts, text.slice(from).trim()];
}
