/** A condition as a tree of our own: the static check and `explain` read this and know nothing of the library behind it. */
export type Node = { offset: number } & (
  | { kind: 'name'; name: string }
  | { kind: 'literal'; type: ValueType; value: string | number | boolean | null }
  | { kind: 'field'; of: Node; field: string; test: boolean }
  | { kind: 'index'; of: Node; key: Node }
  | { kind: 'call'; fn: string; target?: Node; args: Node[] }
  | { kind: 'list'; items: Node[] }
  | { kind: 'map'; entries: Node[] }
  | { kind: 'macro'; over: Node; variable: string; body: Node[]; result: ValueType }
);

export type ValueType = 'bool' | 'int' | 'double' | 'string' | 'list' | 'object' | 'null' | 'any';

/** A type as people say it. */
export const named: Readonly<Record<ValueType, string>> = {
  bool: 'yes or no',
  int: 'a number',
  double: 'a number',
  string: 'text',
  list: 'a list',
  object: 'an object',
  null: 'null',
  any: 'unknown',
};

/** A mistake in a condition, and where: characters from the start of the line. */
export interface ConditionProblem {
  offset: number;
  says: string;
}

export function children(node: Node): Node[] {
  switch (node.kind) {
    case 'name':
    case 'literal':
      return [];
    case 'field':
      return [node.of];
    case 'index':
      return [node.of, node.key];
    case 'call':
      return node.target ? [node.target, ...node.args] : node.args;
    case 'list':
      return node.items;
    case 'map':
      return node.entries;
    case 'macro':
      return [node.over, ...node.body];
  }
}

/** `alert.labels.path` of a chain of fields and of keys in brackets; `undefined` when it does not start at a name. */
export function dotted(node: Node): { root: string; path: string[] } | undefined {
  if (node.kind === 'name') return { root: node.name, path: [] };
  if (node.kind === 'field') return extend(node.of, node.field);
  if (node.kind === 'index' && node.key.kind === 'literal' && typeof node.key.value === 'string')
    return extend(node.of, node.key.value);
  return undefined;
}

function extend(node: Node, part: string): { root: string; path: string[] } | undefined {
  const of = dotted(node);
  return of && { root: of.root, path: [...of.path, part] };
}
