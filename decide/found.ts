import type { Json, JsonObject } from '../domain/json.js';
import { children, dotted, type Node } from './syntax.js';

export interface Found {
  /** The values that were read, in words. */
  says: string;
  /** The first field that was read and is not there: `alert.labels.path: not in this alert; it has InstanceId`. */
  missing?: string;
  tooLong?: true;
}

/** What a condition reads of these facts, for people. A field whose presence is only asked for is never "missing". */
export function foundIn(tree: Node, facts: JsonObject, longestList: number): Found {
  const reads = uniqueReads(tree).map((read) => ({ ...read, ...lookUp(facts, read) }));
  const long = reads.find(({ value }) => Array.isArray(value) && value.length > longestList);
  if (long) return { says: `${long.name}: a list of more than ${longestList}`, tooLong: true };
  const missing = reads.find(({ absent, test }) => absent && !test)?.absent;
  const values = reads.map(({ name, value, test, absent }) => ({
    name,
    text: test || absent ? (value === undefined ? 'absent' : 'present') : shown(value as Json),
  }));
  const [only] = values;
  const says = values.length === 1 && only ? only.text : values.map(({ name, text }) => `${name} ${text}`).join(', ');
  return missing === undefined ? { says } : { says, missing };
}

interface Read {
  name: string;
  path: string[];
  test: boolean;
}

function uniqueReads(tree: Node): Read[] {
  const all = reads(tree, new Set());
  const plain = new Set(all.filter(({ test }) => !test).map(({ name }) => name));
  const seen = new Set<string>();
  return all.filter(({ name, test }) => {
    if (seen.has(name) || (test && plain.has(name))) return false;
    seen.add(name);
    return true;
  });
}

function reads(node: Node, bound: ReadonlySet<string>): Read[] {
  const chain = dotted(node);
  if (chain && chain.path.length > 0) {
    if (bound.has(chain.root) || chain.root.startsWith('@')) return [];
    return [
      {
        name: [chain.root, ...chain.path].join('.'),
        path: [chain.root, ...chain.path],
        test: node.kind === 'field' && node.test,
      },
    ];
  }
  if (node.kind === 'macro') {
    const inner = new Set([...bound, node.variable]);
    return [...reads(node.over, bound), ...node.body.flatMap((part) => reads(part, inner))];
  }
  return children(node).flatMap((part) => reads(part, bound));
}

function lookUp(facts: JsonObject, { path, name }: Read): { value: Json | undefined; absent?: string } {
  let here: Json | undefined = facts;
  for (const part of path) {
    if (here === null || typeof here !== 'object' || !Object.hasOwn(here, part))
      return { value: undefined, absent: absence(name, path, here) };
    here = (here as JsonObject)[part];
  }
  return { value: here };
}

function absence(name: string, path: string[], parent: Json | undefined): string {
  const noun = path[0] ?? 'facts';
  const has = parent !== null && typeof parent === 'object' ? Object.keys(parent) : [];
  const listed = has.length > 12 ? `${has.slice(0, 12).join(', ')} and ${has.length - 12} more` : has.join(', ');
  return `${name}: not in this ${noun}${listed ? `; it has ${listed}` : ''}`;
}

/** A value as a person reads it: quoted, escaped, on one line, short. */
export function shown(value: Json): string {
  if (Array.isArray(value) && JSON.stringify(value).length > 80) return `a list of ${value.length}`;
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
