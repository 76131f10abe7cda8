/**
 * All mutants of one file, and the file with all of them in it: each place asks `__mutant(n)` which text holds now. So the file is
 * compiled and loaded once, and one mutant after the other is switched on in the same process.
 */
import ts from 'typescript';
import { conditionMutants, expressionMutants, isRemovable, resultMutants } from './mutators.mjs';

/**
 * @param {string} file name, for messages
 * @param {string} source its text
 * @returns {{ mutants: { id: number, line: number, lastLine: number, before: string, after: string }[], code: string }}
 */
export function mutate(file, source) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2023, true, ts.ScriptKind.TS);
  const mutants = [];
  const seen = new Set();

  /** `undefined`: the same change stands already. */
  const add = (node, mutated) => {
    const [start, end] = [node.getStart(tree), node.end];
    const text = source.slice(0, start) + mutated + source.slice(end);
    if (seen.has(text) || mutated === source.slice(start, end)) return undefined;
    seen.add(text);
    const id = mutants.length + 1;
    mutants.push({ id, ...changeIn(source, start, end, mutated) });
    return id;
  };

  const textOf = (node) => {
    const inner = () => innerText(node, source, tree, textOf);
    if (isRemovable(node)) {
      const id = add(node, '');
      return id === undefined ? inner() : `{ if (!__mutant(${id})) { ${inner()} } }`;
    }
    if (!canBeWrapped(node)) return inner();
    const others = [...conditionMutants(node), ...expressionMutants(node), ...resultMutants(node)];
    const switches = others.flatMap((other) => {
      const id = add(node, other);
      return id === undefined ? [] : [`__mutant(${id}) ? (${other}) : `];
    });
    return switches.length === 0 ? inner() : `(${switches.join('')}(${inner()}))`;
  };
  const code = textOf(tree);
  return { mutants, code };
}

/** What differs, with the lines on which it does: of a statement of twenty lines only the word that was changed. */
function changeIn(source, start, end, mutated) {
  const text = source.slice(start, end);
  let [head, tail] = [0, 0];
  const most = Math.min(text.length, mutated.length);
  if (text.includes('\n')) {
    while (head < most && text[head] === mutated[head]) head += 1;
    while (tail < most - head && text.at(-1 - tail) === mutated.at(-1 - tail)) tail += 1;
  }
  const [first, last] = [start + head, Math.max(start + head, end - tail)];
  const by = mutated.slice(head, mutated.length - tail);
  const [from, to] = [source.lastIndexOf('\n', first - 1) + 1, lineEnd(source, last)];
  return {
    line: source.slice(0, first).split('\n').length,
    lastLine: source.slice(0, last).split('\n').length,
    before: oneLine(source.slice(from, to)),
    after: oneLine(source.slice(from, first) + by + source.slice(last, to)),
  };
}

const oneLine = (text) => text.replace(/\s+/g, ' ').trim();

function lineEnd(source, from) {
  const end = source.indexOf('\n', from);
  return end < 0 ? source.length : end;
}

/** The node's own text around the texts of its children. */
function innerText(node, source, tree, textOf) {
  let [text, at] = ['', node === tree ? 0 : node.getStart(tree)];
  ts.forEachChild(node, (child) => {
    if (isLeftAlone(child)) return;
    const start = child.getStart(tree);
    text += source.slice(at, start) + textOf(child);
    at = child.end;
  });
  return text + source.slice(at, node.end);
}

/** Types are gone at run time; names and imports are no values. */
const isLeftAlone = (node) =>
  ts.isTypeNode(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isImportDeclaration(node) ||
  ts.isExportDeclaration(node) ||
  (ts.isPropertyName(node) && ownsName(node.parent, node));

const ownsName = (parent, node) => (parent.name === node || parent.propertyName === node) && !ts.isComputedPropertyName(node);

/** Whether `( … )` may stand around it: it is a value there, neither a place, nor a name, nor a link in the middle of a `?.` chain. */
function canBeWrapped(node) {
  const { parent } = node;
  if (!parent || !ts.isExpression(node) || ts.isOmittedExpression(node) || ts.isSpreadElement(node)) return false;
  if (isTarget(parent, node)) return false;
  if (ts.isCallExpression(parent) && parent.expression === node && !ts.isFunctionLike(node)) return false;
  if (ts.isTaggedTemplateExpression(parent)) return false;
  if (ts.isOptionalChain(parent) && parent.expression === node) return false;
  if (ts.isNonNullExpression(parent) && ts.isOptionalChain(parent)) return false;
  if (ts.isExpressionStatement(parent) && ts.isStringLiteral(node)) return false;
  return true;
}

function isTarget(parent, node) {
  if (ts.isBinaryExpression(parent) && parent.left === node)
    return (
      parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment && parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment
    );
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent))
    return parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken;
  if (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) return parent.initializer === node;
  return ts.isDeleteExpression(parent) || ts.isTypeOfExpression(parent);
}
