/** What may be changed in a file: each mutator looks at one node and says with which texts it could be replaced. */
import ts from 'typescript';

const kind = ts.SyntaxKind;

const comparisons = new Map([
  [kind.LessThanToken, ['<=', '>=']],
  [kind.LessThanEqualsToken, ['<', '>']],
  [kind.GreaterThanToken, ['>=', '<=']],
  [kind.GreaterThanEqualsToken, ['>', '<']],
  [kind.EqualsEqualsEqualsToken, ['!==']],
  [kind.ExclamationEqualsEqualsToken, ['===']],
  [kind.EqualsEqualsToken, ['!=']],
  [kind.ExclamationEqualsToken, ['==']],
]);
const arithmetic = new Map([
  [kind.PlusToken, ['-']],
  [kind.MinusToken, ['+']],
  [kind.AsteriskToken, ['/']],
  [kind.SlashToken, ['*']],
  [kind.PercentToken, ['*']],
]);
const assignments = new Map([
  [kind.PlusEqualsToken, ['-=']],
  [kind.MinusEqualsToken, ['+=']],
  [kind.QuestionQuestionEqualsToken, ['=']],
  [kind.BarBarEqualsToken, ['=']],
]);
const sided = new Set([kind.AmpersandAmpersandToken, kind.BarBarToken, kind.QuestionQuestionToken]);

/** A method to the one that it is taken for; `null`: the call is left out and what it was called on stays. */
const methods = {
  some: 'every',
  every: 'some',
  filter: null,
  sort: null,
  reverse: null,
  slice: null,
  trim: null,
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  toLowerCase: 'toUpperCase',
  toUpperCase: 'toLowerCase',
  min: 'max',
  max: 'min',
  // Of a query: a condition, a lock or an order less.
  where: null,
  forUpdate: null,
  orderBy: null,
  onConflict: null,
};

/** In the text of an SQL statement. Each occurrence is a mutant of its own. */
const inSql = [
  [/\bis not null\b/g, 'is null'],
  [/\bis null\b/g, 'is not null'],
  [/\bnot exists\b/g, 'exists'],
  [/\band\b/g, 'or'],
  [/\bor\b/g, 'and'],
  [/<>/g, '='],
  [/(?<![<>])=/g, '<>'],
  [/<(?![>=])/g, '<='],
  [/(?<![<=-])>(?!=)/g, '>='],
  [/ \+ /g, ' - '],
  [/ - /g, ' + '],
  [/\bdesc\b/g, 'asc'],
];

const printed = (node) => node.getText();
/** `a` of `a as T` is the same value. */
const bare = (node) => (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) ? bare(node.expression) : node);

/** Texts to put in the place of a whole expression. */
export function expressionMutants(node) {
  if (node.kind === kind.TrueKeyword) return ['false'];
  if (node.kind === kind.FalseKeyword) return ['true'];
  if (ts.isStringLiteral(node)) return [node.text === '' ? "'mutated'" : "''"];
  if (ts.isNoSubstitutionTemplateLiteral(node)) return [node.text === '' ? "'mutated'" : "''"];
  if (ts.isTemplateExpression(node)) return ["''"];
  if (ts.isTaggedTemplateExpression(node)) return sqlMutants(node);
  if (ts.isNumericLiteral(node)) return [`(${printed(node)} + 1)`, `(${printed(node)} - 1)`];
  if (ts.isBigIntLiteral(node)) return [`(${printed(node)} + 1n)`];
  if (node.kind === kind.RegularExpressionLiteral) return regexMutants(printed(node));
  if (ts.isArrayLiteralExpression(node)) return node.elements.length > 0 ? ['[]'] : [];
  if (ts.isObjectLiteralExpression(node)) return node.properties.length > 0 ? ['({})'] : [];
  if (ts.isPrefixUnaryExpression(node)) return unaryMutants(node);
  if (ts.isPostfixUnaryExpression(node)) return [`${printed(node.operand)}${node.operator === kind.PlusPlusToken ? '--' : '++'}`];
  if (ts.isBinaryExpression(node)) return binaryMutants(node);
  if (ts.isConditionalExpression(node)) return [printed(node.whenTrue), printed(node.whenFalse)];
  return chainMutants(node);
}

function unaryMutants(node) {
  const operand = printed(node.operand);
  if (node.operator === kind.ExclamationToken) return [operand];
  if (node.operator === kind.MinusToken) return [operand];
  if (node.operator === kind.PlusPlusToken) return [`--${operand}`];
  if (node.operator === kind.MinusMinusToken) return [`++${operand}`];
  return [];
}

function binaryMutants(node) {
  const { left, operatorToken, right } = node;
  if (sided.has(operatorToken.kind)) return [printed(left), printed(right)];
  const others = [comparisons, arithmetic, assignments].flatMap((table) => table.get(operatorToken.kind) ?? []);
  return others.map((other) => `${printed(left)} ${other} ${printed(right)}`);
}

/** Calls of methods that have a neighbour, and each `?.`; the whole chain is replaced, since `?.` ends all of it. */
function chainMutants(node) {
  const text = printed(node);
  const start = node.getStart();
  const found = [];
  const replace = (from, to, by) => found.push(text.slice(0, from - start) + by + text.slice(to - start));
  for (let link = node; link; link = bareLink(link)) {
    if (link.questionDotToken) {
      const dot = ts.isPropertyAccessExpression(link) ? '.' : '';
      replace(link.questionDotToken.getStart(), link.questionDotToken.end, dot);
    }
    const isWhole = link === node || ts.isOptionalChain(node);
    if (isWhole && ts.isCallExpression(link) && ts.isPropertyAccessExpression(link.expression)) {
      const { expression, name } = link.expression;
      if (!Object.hasOwn(methods, name.text)) continue;
      const other = methods[name.text];
      if (other === null) replace(expression.end, link.end, '');
      else replace(name.getStart(), name.end, other);
    }
    if (!ts.isOptionalChain(node)) break;
  }
  return found;
}

function bareLink(node) {
  const inner = node.expression && bare(node.expression);
  return inner && (ts.isCallExpression(inner) || ts.isPropertyAccessExpression(inner) || ts.isElementAccessExpression(inner))
    ? inner
    : undefined;
}

/** Statements are text of a template: what stands between `${…}` is changed, the values are not. */
function sqlMutants(node) {
  if (!/^sql\b/.test(printed(node.tag))) return [];
  const { template } = node;
  const text = printed(node);
  const start = node.getStart();
  const pieces = ts.isNoSubstitutionTemplateLiteral(template)
    ? [template]
    : [template.head, ...template.templateSpans.map(({ literal }) => literal)];
  return pieces.flatMap((piece) => {
    const from = piece.getStart() - start;
    const words = text.slice(from, piece.end - start);
    return inSql.flatMap(([pattern, by]) =>
      [...words.matchAll(pattern)].map(
        ({ index, 0: found }) => text.slice(0, from + index) + by + text.slice(from + index + found.length),
      ),
    );
  });
}

/** An anchor less, a class turned round, a flag less: what an anchored pattern is there for. */
function regexMutants(text) {
  const end = text.lastIndexOf('/');
  const [body, flags] = [text.slice(1, end), text.slice(end + 1)];
  const others = [];
  for (let at = 0; at < body.length; at += 1) {
    const before = body[at - 1];
    const here = body[at];
    if (here === '\\') {
      const turned = { d: 'D', D: 'd', s: 'S', S: 's', w: 'W', W: 'w', b: 'B' }[body[at + 1]];
      if (turned) others.push(`${body.slice(0, at)}\\${turned}${body.slice(at + 2)}`);
      at += 1;
    } else if (here === '^' && before !== '[') others.push(body.slice(0, at) + body.slice(at + 1));
    else if (here === '$') others.push(body.slice(0, at) + body.slice(at + 1));
    else if (here === '[' && body[at + 1] === '^') others.push(`${body.slice(0, at)}[${body.slice(at + 2)}`);
    else if (here === '[') others.push(`${body.slice(0, at)}[^${body.slice(at + 1)}`);
  }
  return [
    ...others.map((other) => `/${other || '(?:)'}/${flags}`),
    ...[...flags].filter((flag) => flag === 'i').map((flag) => `/${body}/${flags.replace(flag, '')}`),
  ];
}

/** Conditions of `if`, `while`, `for` and of `?:` (whose two arms are the same mutants). `true` would never end a loop. */
export function conditionMutants(node) {
  const { parent } = node;
  if (ts.isIfStatement(parent) && parent.expression === node) return ['true', 'false'];
  if ((ts.isWhileStatement(parent) || ts.isDoStatement(parent)) && parent.expression === node) return ['false'];
  if (ts.isForStatement(parent) && parent.condition === node) return ['false'];
  return [];
}

/** What a function gives back, left out. Literals have mutants of their own. */
export function resultMutants(node) {
  const { parent } = node;
  const isResult = (ts.isReturnStatement(parent) || ts.isArrowFunction(parent)) && (parent.expression ?? parent.body) === node;
  const value = bare(node);
  const isPlain =
    ts.isLiteralExpression(value) ||
    value.kind === kind.TrueKeyword ||
    value.kind === kind.FalseKeyword ||
    ts.isObjectLiteralExpression(value) ||
    printed(value) === 'undefined' ||
    ts.isBlock(value);
  return isResult && !isPlain ? ['undefined'] : [];
}

/** Statements that can be left out without breaking what follows. */
export const isRemovable = (node) => ts.isExpressionStatement(node) || ts.isThrowStatement(node);
