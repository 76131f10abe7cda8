import { children, dotted, type Node } from './syntax.js';

/** A field that is read without having been asked for by has(). */
export interface Unasked {
  field: string;
  offset: number;
  /** Below `!` or `!=`: whoever wrote it may believe that what is absent fits. */
  negated: boolean;
}

/** Fields that are read where nothing has made sure that they are there: neither `has(x) && …` nor `!has(x) || …`. Each once. */
export function unaskedIn(tree: Node): Unasked[] {
  const seen = new Set<string>();
  return reads(tree, new Set(), false).filter(({ field }) => !seen.has(field) && seen.add(field));
}

function reads(node: Node, asked: ReadonlySet<string>, negated: boolean): Unasked[] {
  const chain = dotted(node);
  if (chain) {
    const field = [chain.root, ...chain.path].join('.');
    const isTest = node.kind === 'field' && node.test;
    return isTest || chain.path.length === 0 || asked.has(field) ? [] : [{ field, offset: node.offset, negated }];
  }
  const below = (part: Node, more: readonly string[] = [], turned = negated): Unasked[] =>
    reads(part, more.length === 0 ? asked : new Set([...asked, ...more]), turned);
  if (node.kind !== 'call') return children(node).flatMap((part) => below(part));
  const [first, second, third] = node.args;
  if ((node.fn === '_&&_' || node.fn === '_||_') && first && second) {
    const asks = node.fn === '_&&_' ? present : absent;
    return [...below(first, asks(second)), ...below(second, asks(first))];
  }
  if (node.fn === '_?_:_' && first && second && third)
    return [...below(first), ...below(second, present(first)), ...below(third, absent(first))];
  return children(node).flatMap((part) => below(part, [], negated || node.fn === '!_' || node.fn === '_!=_'));
}

/** Fields that are there wherever this holds. */
function present(node: Node): string[] {
  if (node.kind === 'call' && node.fn === '_&&_') return node.args.flatMap(present);
  if (node.kind === 'call' && node.fn === '!_') return node.args.flatMap(absent);
  return tested(node);
}

/** Fields that are there wherever this does not hold. */
function absent(node: Node): string[] {
  if (node.kind === 'call' && node.fn === '_||_') return node.args.flatMap(absent);
  if (node.kind === 'call' && node.fn === '!_') return node.args.flatMap(present);
  return [];
}

function tested(node: Node): string[] {
  const chain = node.kind === 'field' && node.test ? dotted(node) : undefined;
  return chain ? [[chain.root, ...chain.path].join('.')] : [];
}
