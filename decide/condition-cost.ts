import type { Json, JsonObject } from '../domain/json.js';
import { children, dotted, type Node } from './syntax.js';

/** How long a list is that a macro goes through, as far as it can be told. */
type SizeOf = (over: Node) => number;

/** The most steps that evaluating may take: one for each part, and all parts of a macro once for each member of its list. */
export function costOf(tree: Node, sizeOf: SizeOf): number {
  if (tree.kind !== 'macro') return 1 + sum(children(tree).map((child) => costOf(child, sizeOf)));
  return 1 + costOf(tree.over, sizeOf) + sizeOf(tree.over) * (1 + sum(tree.body.map((part) => costOf(part, sizeOf))));
}

/** The same, over what is really read. A list whose place cannot be told is as long as the longest there is. */
export function costOver(tree: Node, facts: JsonObject): number {
  let most: number | undefined;
  return costOf(tree, (over) => sizeAt(over, facts) ?? (most ??= longest(facts)));
}

function sizeAt(over: Node, facts: JsonObject): number | undefined {
  if (over.kind === 'list') return over.items.length;
  const chain = dotted(over);
  if (!chain || !Object.hasOwn(facts, chain.root)) return undefined;
  let here: Json | undefined = facts;
  for (const part of [chain.root, ...chain.path]) {
    if (here === null || typeof here !== 'object' || !Object.hasOwn(here, part)) return 0;
    here = (here as JsonObject)[part];
  }
  return here !== null && typeof here === 'object' ? Object.keys(here).length : 0;
}

function longest(value: Json | undefined): number {
  if (value === null || typeof value !== 'object') return 0;
  const members = Object.values(value);
  return Math.max(members.length, ...members.map(longest));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
