import { didYouMean } from '../domain/nearest.js';
import { children, type ConditionProblem, dotted, named, type Node, type ValueType } from './syntax.js';

/** What the check of a call needs to know, and where it writes mistakes. */
interface CallScope {
  functions: readonly string[];
  problems: ConditionProblem[];
}

type Call = Extract<Node, { kind: 'call' }>;

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

const mistake = (scope: CallScope, node: Node, says: string): void => void scope.problems.push({ offset: node.offset, says });

/** The type of a call whose parts have these types, in the order of `children`. Every operand that cannot fit is a mistake. */
export function callType(node: Call, types: readonly ValueType[], scope: CallScope): ValueType {
  const parts = children(node);
  if (logic.has(node.fn)) {
    for (const [index, part] of parts.entries()) needs(scope, part, types[index], 'bool', 'here');
    return 'bool';
  }
  if (comparisons.has(node.fn)) return comparisonType(node, types, scope);
  if (arithmetic.has(node.fn)) return arithmeticType(node, types, scope);
  if (node.fn === '-_') return minusType(node, types, scope);
  if (node.fn === '_?_:_') return choiceType(parts, types, scope);
  if (node.fn === '@in') return memberType(node, types, scope);
  if (textMethods.has(node.fn)) return textType(node, types, scope);
  if (node.fn === 'size') return sizeType(parts, types, scope);
  if (node.fn === 'has') mistake(scope, node, 'has() asks for one field, such as has(alert.metric)');
  else if (/^[a-zA-Z]/.test(node.fn) && !scope.functions.includes(node.fn))
    mistake(
      scope,
      node,
      `there is no function ${node.fn}${didYouMean(node.fn, scope.functions)}; a condition has no clock and reads nothing by itself`,
    );
  return results[node.fn] ?? 'any';
}

function needs(scope: CallScope, part: Node, type: ValueType | undefined, wanted: ValueType, where: string): void {
  if (type !== undefined && type !== wanted && type !== 'any')
    mistake(scope, part, `needs ${named[wanted]} ${where}, and this is ${named[type]}`);
}

function textType(node: Call, types: readonly ValueType[], scope: CallScope): ValueType {
  const parts = children(node);
  const wrong = types.findIndex((type) => type !== 'string' && type !== 'any');
  if (wrong >= 0) mistake(scope, parts[wrong] ?? node, `${node.fn} needs text, and this is ${named[types[wrong] ?? 'any']}`);
  // `matches` alone exists as a function of two texts as well.
  else if (parts.length !== 2 || (!node.target && node.fn !== 'matches'))
    mistake(scope, node, `${node.fn} belongs to one text and takes one, as in alert.name.${node.fn}("web")`);
  return 'bool';
}

function sizeType(parts: readonly Node[], types: readonly ValueType[], scope: CallScope): ValueType {
  const [part] = parts;
  const [type = 'any'] = types;
  if (part && ['int', 'double', 'bool', 'null'].includes(type))
    mistake(scope, part, `size needs text or a list, and this is ${named[type]}`);
  return 'int';
}

function memberType(node: Node, [, within = 'any']: readonly ValueType[], scope: CallScope): ValueType {
  if (!['any', 'list', 'object'].includes(within))
    mistake(
      scope,
      node,
      `in needs a list on its right, and this is ${named[within]}${within === 'string' ? '; to look into text, use contains' : ''}`,
    );
  return 'bool';
}

function choiceType(
  parts: readonly Node[],
  [asked, then = 'any', otherwise = 'any']: readonly ValueType[],
  scope: CallScope,
): ValueType {
  const [question] = parts;
  if (question) needs(scope, question, asked, 'bool', 'before the ?');
  if (then === otherwise) return then;
  // Neither of them can be what a condition must be: said once, by the first.
  return then !== 'any' && otherwise !== 'any' && then !== 'bool' && otherwise !== 'bool' ? then : 'any';
}

function comparisonType(node: Node, types: readonly ValueType[], scope: CallScope): ValueType {
  const [left = 'any', right = 'any'] = types.map((type) => (type === 'int' ? 'double' : type));
  if (left !== 'any' && right !== 'any' && left !== right && left !== 'null' && right !== 'null')
    mistake(
      scope,
      node,
      `compares ${named[left]} with ${named[right]}, which is never yes; ${left === 'string' || right === 'string' ? 'put quotes around text, and none around numbers' : 'compare like with like'}`,
    );
  const field = children(node)
    .map(dotted)
    .find((chain) => chain?.root === 'alert' || chain?.root === 'incident');
  if (field && (left === 'null') !== (right === 'null')) {
    const name = [field.root, ...field.path].join('.');
    mistake(scope, node, `no field of an alert is ever null; ask has(${name}), or with ! before it in quotes`);
  }
  return 'bool';
}

function arithmeticType(node: Call, types: readonly ValueType[], scope: CallScope): ValueType {
  const [left = 'any', right = 'any'] = types;
  if ((left === 'int' && right === 'double') || (left === 'double' && right === 'int'))
    mistake(scope, node, 'mixes a whole number with a fraction, which cannot be calculated; write 1.0 for 1');
  else if (left !== 'any' && right !== 'any' && (left !== right || !calculable(node.fn, left)))
    mistake(scope, node, `${named[left]} ${node.fn.replaceAll('_', '')} ${named[right]} cannot be calculated`);
  return left === 'any' || right === 'any' ? 'any' : left;
}

/** Texts and lists can be joined, and nothing else. */
const calculable = (fn: string, type: ValueType): boolean =>
  type === 'int' || type === 'double' || (fn === '_+_' && (type === 'string' || type === 'list'));

function minusType(node: Node, [type = 'any']: readonly ValueType[], scope: CallScope): ValueType {
  if (type !== 'any' && type !== 'int' && type !== 'double') mistake(scope, node, `- needs a number, and this is ${named[type]}`);
  return type;
}
