import { isMap, isScalar, type Pair, parseAllDocuments, type YAMLMap } from 'yaml';

/** One line of a rule's file that changes. */
export interface Edit {
  /** `rules/web/ec2-cpu-high.yaml:10`. */
  at: string;
  before: string;
  after: string;
  /** The whole file as it would be. */
  text: string;
}

/** Sets a rule's mode in one environment and leaves every other character of the file as it is. Throws Error where the rule is not in it. */
export function editMode(
  text: string,
  file: string,
  { rule, environment, to }: { rule: string; environment: string; to: string },
): Edit {
  const maps = [...parseAllDocuments(text)].map((document) => document.contents);
  const found = maps.find((map) => isMap(map) && (map as YAMLMap).get('rule') === rule);
  if (!isMap(found)) throw new Error(`${file} holds no rule ${rule}`);
  const { from, until, put } = splice(text, found as YAMLMap, environment, to);
  const changed = text.slice(0, from) + put + text.slice(until);
  const line = changed.slice(0, from + put.search(/[^\s,]/)).split('\n').length;
  return {
    at: `${file}:${line}`,
    before: put.startsWith('\n') ? `(no mode in ${environment}: it observes)` : lineIn(text, line),
    after: lineIn(changed, line),
    text: changed,
  };
}

const lineIn = (text: string, line: number): string => text.split('\n')[line - 1]?.trim() ?? '';

interface Splice {
  from: number;
  until: number;
  put: string;
}

function splice(text: string, rule: YAMLMap, environment: string, to: string): Splice {
  const mode = rule.get('mode', true);
  if (!isMap(mode)) return afterLine(text, lastOf(text, rule), `mode: { ${environment}: ${to} }`);
  const value = mode.get(environment, true);
  if (isScalar(value) && value.range) return { from: value.range[0], until: value.range[1], put: to };
  const end = lastOf(text, mode as YAMLMap);
  if (mode.flow === true) return { from: end, until: end, put: `, ${environment}: ${to}` };
  const first = mode.items[0] as Pair<{ range?: [number, number, number] }> | undefined;
  const start = first?.key?.range?.[0] ?? end;
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1));
  return afterLine(text, end, `${indent}${environment}: ${to}`);
}

/** On a line of its own, after the one that something ends in. */
function afterLine(text: string, end: number, line: string): Splice {
  const newline = text.indexOf('\n', end);
  const from = newline < 0 ? text.length : newline;
  return { from, until: from, put: `\n${line}` };
}

/** Where the last value of a map ends; white space, comments and further documents behind it are not of it. */
function lastOf(text: string, map: YAMLMap): number {
  const last = map.items.at(-1) as Pair<unknown, { range?: [number, number, number] }> | undefined;
  const end = last?.value?.range?.[1] ?? map.range?.[1] ?? 0;
  return text.slice(0, end).trimEnd().length;
}
