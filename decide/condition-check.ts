import { didYouMean } from '../domain/nearest.js';
import { type FieldTree, type FieldType, fieldType } from '../domain/readable.js';
import { children, type ConditionProblem, dotted, type Node, type ValueType } from './syntax.js';

interface Limits {
  nodes: number;
  nestedMacros: number;
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
  const type = typeOf(tree, { fields, functions, bound: new Set(), problems });
  if (type !== 'any' && type !== 'bool') says(0, `the condition is ${named[type]}, not yes or no; compare it with something`);
  return problems;
}

const count = (node: Node): number => 1 + children(node).reduce((sum, child) => sum + count(child), 0);

function macroDepth(node: Node): number {
  if (node.kind !== 'macro') return Math.max(0, ...children(node).map(macroDepth));
  return Math.max(macroDepth(node.over), 1 + Math.max(0, ...node.body.map(macroDepth)));
}

const named: Readonly<Record<ValueType, string>> = {
  bool: 'yes or no',
  int: 'a number',
  double: 'a number',
  string: 'text',
  list: 'a list',
  object: 'an object',
  null: 'null',
  any: 'unknown',
};

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
      return callType(node, scope);
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

const logic = new Set(['_&&_', '_||_', '!_']);
const comparisons = new Set(['_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_']);
const arithmetic = new Set(['_+_', '_-_', '_*_', '_/_', '_%_']);
const textMethods = new Set(['startsWith', 'endsWith', 'contains', 'matches']);
const results: Readonly<Record<string, ValueType>> = {
  size: 'int',
  int: 'int',
  double: 'double',
  string: 'string',
  bool: 'bool',
  '@in': 'bool',
  '@not_strictly_false': 'bool',
};

function callType(node: Extract<Node, { kind: 'call' }>, scope: Scope): ValueType {
  const types = children(node).map((part) => typeOf(part, scope));
  const parts = children(node);
  if (logic.has(node.fn)) {
    types.forEach((type, index) => {
      const part = parts[index];
      if (part && type !== 'bool' && type !== 'any') mistake(scope, part, `needs yes or no here, and this is ${named[type]}`);
    });
    return 'bool';
  }
  if (comparisons.has(node.fn)) return comparisonType(node, types, scope);
  if (arithmetic.has(node.fn)) return arithmeticType(node, types, scope);
  if (node.fn === '_?_:_') return types[1] === types[2] ? (types[1] ?? 'any') : 'any';
  if (textMethods.has(node.fn)) {
    const wrong = types.findIndex((type) => type !== 'string' && type !== 'any');
    if (wrong >= 0) mistake(scope, parts[wrong] ?? node, `${node.fn} needs text, and this is ${named[types[wrong] ?? 'any']}`);
    return 'bool';
  }
  if (/^[a-zA-Z]/.test(node.fn) && !scope.functions.includes(node.fn))
    mistake(
      scope,
      node,
      `there is no function ${node.fn}${didYouMean(node.fn, scope.functions)}; a condition has no clock and reads nothing by itself`,
    );
  return results[node.fn] ?? 'any';
}

function comparisonType(node: Node, types: ValueType[], scope: Scope): ValueType {
  const [left = 'any', right = 'any'] = types.map((type) => (type === 'int' ? 'double' : type));
  if (left !== 'any' && right !== 'any' && left !== right && left !== 'null' && right !== 'null')
    mistake(
      scope,
      node,
      `compares ${named[left]} with ${named[right]}, which is never yes; ${left === 'string' || right === 'string' ? 'put quotes around text, and none around numbers' : 'compare like with like'}`,
    );
  return 'bool';
}

function arithmeticType(node: Node, types: ValueType[], scope: Scope): ValueType {
  const [left = 'any', right = 'any'] = types;
  if ((left === 'int' && right === 'double') || (left === 'double' && right === 'int'))
    mistake(scope, node, 'mixes a whole number with a fraction, which cannot be calculated; write 1.0 for 1');
  return left === 'any' || right === 'any' ? 'any' : left;
}

const mistake = (scope: Scope, node: Node, says: string): void => void scope.problems.push({ offset: node.offset, says });
