import { didYouMean } from '../domain/nearest.js';
import { type FieldTree, type FieldType, fieldType } from '../domain/readable.js';
import { callType } from './condition-calls.js';
import { costOf } from './condition-cost.js';
import { children, type ConditionProblem, dotted, named, type Node, type ValueType } from './syntax.js';

interface Limits {
  nodes: number;
  nestedMacros: number;
  steps: number;
  /** How long a list is taken to be before any is known. */
  usualList: number;
}

interface Scope {
  fields: FieldTree;
  functions: readonly string[];
  bound: ReadonlySet<string>;
  problems: ConditionProblem[];
}

/** Static check: every field exists, operands fit, every function exists, the whole is yes or no, and the size is bounded. */
export function checkCondition(tree: Node, fields: FieldTree, functions: readonly string[], limits: Limits): ConditionProblem[] {
  const problems: ConditionProblem[] = [];
  const says = (offset: number, text: string): void => void problems.push({ offset, says: text });
  if (count(tree) > limits.nodes) says(0, `the condition has more than ${limits.nodes} parts; write several shorter lines`);
  if (macroDepth(tree) > limits.nestedMacros)
    says(
      tree.offset,
      `more than ${limits.nestedMacros} of all, exists, filter and map stand inside each other; write it flatter`,
    );
  else if (costOf(tree, () => limits.usualList) > limits.steps)
    says(
      tree.offset,
      `the condition would take more than ${limits.steps} steps over lists of ${limits.usualList}; write it flatter, in several lines`,
    );
  const type = typeOf(tree, { fields, functions, bound: new Set(), problems });
  if (type !== 'any' && type !== 'bool') says(0, `the condition is ${named[type]}, not yes or no; compare it with something`);
  return problems;
}

const count = (node: Node): number => 1 + children(node).reduce((sum, child) => sum + count(child), 0);

function macroDepth(node: Node): number {
  if (node.kind !== 'macro') return Math.max(0, ...children(node).map(macroDepth));
  return Math.max(macroDepth(node.over), 1 + Math.max(0, ...node.body.map(macroDepth)));
}

function typeOf(node: Node, scope: Scope): ValueType {
  const chain = dotted(node);
  if (chain && !scope.bound.has(chain.root)) return chainType(node, chain, scope);
  switch (node.kind) {
    case 'name':
      return 'any';
    case 'literal':
      return node.type;
    case 'field':
      typeOf(node.of, scope);
      return node.test ? 'bool' : 'any';
    case 'index':
      children(node).forEach((child) => typeOf(child, scope));
      return 'any';
    case 'list':
    case 'map':
      children(node).forEach((child) => typeOf(child, scope));
      return node.kind === 'list' ? 'list' : 'object';
    case 'macro': {
      const over = typeOf(node.over, scope);
      if (over !== 'any' && over !== 'list' && over !== 'object')
        mistake(scope, node.over, `needs a list here, and this is ${named[over]}`);
      const inner = { ...scope, bound: new Set([...scope.bound, node.variable]) };
      node.body.forEach((part) => typeOf(part, inner));
      return node.result;
    }
    case 'call':
      return callType(
        node,
        children(node).map((part) => typeOf(part, scope)),
        scope,
      );
  }
}

function chainType(node: Node, chain: { root: string; path: string[] }, scope: Scope): ValueType {
  if (chain.root.startsWith('@')) return 'any';
  let here: FieldType = scope.fields;
  let walked = '';
  for (const [depth, part] of [chain.root, ...chain.path].entries()) {
    if (here === 'list' || here === 'object') return test(node, 'any');
    const next: FieldType | undefined =
      typeof here === 'object' ? (Object.hasOwn(here, part) ? here[part] : undefined) : fieldType({ it: here }, `it.${part}`);
    if (next === undefined) {
      mistake(scope, nodeOf(node, chain.path.length - depth), unknownField(walked, part, here));
      return 'any';
    }
    walked = walked ? `${walked}.${part}` : part;
    here = next;
  }
  return test(node, valueTypes[typeof here === 'object' ? 'object' : here]);
}

/** The part of a chain that many steps before its end. */
const nodeOf = (node: Node, back: number): Node =>
  back > 0 && (node.kind === 'field' || node.kind === 'index') ? nodeOf(node.of, back - 1) : node;

const test = (node: Node, type: ValueType): ValueType => (node.kind === 'field' && node.test ? 'bool' : type);

const valueTypes = {
  string: 'string',
  number: 'double',
  boolean: 'bool',
  list: 'list',
  object: 'object',
  texts: 'object',
} as const;

function unknownField(parent: string, part: string, here: FieldType): string {
  const field = parent ? `${parent}.${part}` : part;
  if (field === 'alert.value')
    return 'there is no alert.value: CloudWatch sends the number only inside a sentence; use alert.threshold';
  if (typeof here !== 'object')
    return `there is no ${field}: ${parent} is ${here === 'number' ? 'a number' : here === 'boolean' ? 'yes or no' : 'text'} and has no fields`;
  const known = Object.keys(here);
  return `there is no ${field}${didYouMean(part, known)}; ${parent ? `${parent} has` : 'a line here can read'} ${known.join(', ')}`;
}

const mistake = (scope: Scope, node: Node, says: string): void => void scope.problems.push({ offset: node.offset, says });
