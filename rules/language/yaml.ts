import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  visit,
} from 'yaml';
import type { Problem } from './problem.js';

export type Path = readonly PropertyKey[];

/** One YAML document of a file, as plain data, and where each part of it stands. */
export interface SourceDocument {
  file: string;
  data: unknown;
  /** Line of the value at a path, from 1; of the nearest parent that exists. */
  place: (path: Path, part?: 'key' | 'value') => { line: number; column: number };
  /** Where the character `offset` of the text at a path stands in the file. */
  placeIn: (path: Path, offset: number) => { line: number; column: number };
  /** What follows the text at a path on its line: a `#` there has cut it short. */
  cutBy: (path: Path) => string | undefined;
}

export const yamlLimits = { bytes: 256 * 1024, documents: 200, aliases: 20 } as const;

/** Reads a file of YAML 1.2 or JSON. Every problem of its syntax, or its documents. */
export function readYaml(file: string, source: string): { documents: SourceDocument[]; problems: Problem[] } {
  const lines = new LineCounter();
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (Buffer.byteLength(source) > yamlLimits.bytes)
    return {
      documents: [],
      problems: [{ file, line: 1, column: 1, says: `the file is larger than ${yamlLimits.bytes / 1024} KiB; split it` }],
    };
  const parsed = parseAllDocuments(source, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    strict: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const documents = Array.isArray(parsed) ? parsed : [];
  if (documents.length > yamlLimits.documents)
    return {
      documents: [],
      problems: [{ file, line: 1, column: 1, says: `the file has more than ${yamlLimits.documents} documents; split it` }],
    };
  const problems = documents.flatMap((document) => syntaxProblems(document, file, source, at));
  const good = documents.filter(({ errors, warnings, contents }) => errors.length + warnings.length === 0 && contents !== null);
  const read = good.map((document) => toSource(document, file, source, at));
  const isProblem = (one: SourceDocument | Problem): one is Problem => 'says' in one;
  return {
    documents: read.filter((one): one is SourceDocument => !isProblem(one)),
    problems: [...problems, ...read.filter(isProblem)],
  };
}

type At = (offset: number) => { line: number; column: number };

function toSource(document: Document.Parsed, file: string, source: string, at: At): SourceDocument | Problem {
  const nodeAt = (path: Path): Node | undefined => document.getIn(path, true) as Node | undefined;
  const deepest = (path: Path): Node | undefined => {
    for (let length = path.length; length >= 0; length--) {
      const node = length === 0 ? (document.contents as Node) : nodeAt(path.slice(0, length));
      if (node?.range) return node;
    }
    return undefined;
  };
  const odd = oddKey(document);
  if (odd !== undefined)
    return {
      file,
      ...at(odd),
      says: 'a key must be plain text, and this one is a map, a list or an alias; put quotes around text that begins with { or [: there is no {{ … }} here',
    };
  let data: unknown;
  try {
    // Aliases that multiply are the "billion laughs"; a handful is a convenience.
    data = document.toJS({ maxAliasCount: yamlLimits.aliases });
  } catch {
    return {
      file,
      ...at(firstAlias(document) ?? 0),
      says: `more than ${yamlLimits.aliases} aliases (*name), counted after they are followed; write the values out`,
    };
  }
  const keyAt = (path: Path): Node | undefined => {
    const parent = path.length === 1 ? document.contents : nodeAt(path.slice(0, -1));
    if (!isMap(parent)) return undefined;
    const pair = parent.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(path.at(-1)),
    );
    return pair?.key as Node | undefined;
  };
  return {
    file,
    data,
    place: (path, part = 'value') => at((part === 'key' ? keyAt(path) : undefined)?.range?.[0] ?? deepest(path)?.range?.[0] ?? 0),
    placeIn: (path, offset) => at(scalarStart(nodeAt(path), source, offset)),
    cutBy: (path) => cutBy(nodeAt(path), source),
  };
}

function scalarStart(node: Node | undefined, source: string, offset: number): number {
  const start = node?.range?.[0] ?? 0;
  if (!isScalar(node) || typeof node.value !== 'string') return start;
  for (const from of [start, start + 1]) if (source.startsWith(node.value, from)) return from + offset;
  return start;
}

function cutBy(node: Node | undefined, source: string): string | undefined {
  if (!isScalar(node) || node.type !== 'PLAIN' || !node.range) return undefined;
  const rest = source.slice(node.range[1]).split('\n', 1)[0]?.trim() ?? '';
  return rest.startsWith('#') ? rest : undefined;
}

/** Where the first key stands that is no plain value: what it would become is nobody's intention. */
function oddKey(document: Document): number | undefined {
  let found: number | undefined;
  visit(document, {
    Pair: (_key, { key }) => void (found ??= isScalar(key) ? undefined : ((key as Node | null)?.range?.[0] ?? 0)),
  });
  return found;
}

function firstAlias(document: Document): number | undefined {
  let found: number | undefined;
  visit(document, { Alias: (_key, node) => void (found ??= isAlias(node) ? node.range?.[0] : undefined) });
  return found;
}

function syntaxProblems(document: Document.Parsed<ParsedNode>, file: string, source: string, at: At): Problem[] {
  const trapped = new Set<number>();
  return [...document.errors, ...document.warnings].flatMap((error): Problem[] => {
    const place = at(error.pos[0]);
    const line = source.split('\n')[place.line - 1] ?? '';
    const trap = /^(\s*(?:-\s+)*(?:[A-Za-z][\w]*:\s+)?)!/.exec(line);
    if (trap) {
      if (trapped.has(place.line)) return [];
      trapped.add(place.line);
      return [
        {
          file,
          line: place.line,
          column: (trap[1]?.length ?? 0) + 1,
          says: 'a line that begins with ! is a YAML tag, not a condition; put quotes around the whole line, or move it to unless without the !',
        },
      ];
    }
    return [
      {
        file,
        ...place,
        says: `${yamlWords[error.code] ?? error.message.split('\n', 1)[0]}${line.trimStart().startsWith('- "') || line.trimStart().startsWith("- '") ? '; a condition that begins with a quote needs quotes of the other kind around the whole line' : ''}`,
      },
    ];
  });
}

const yamlWords: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'this key stands here twice; remove one',
  TAB_AS_INDENT: 'a tab stands where spaces must; indent with spaces',
  BAD_INDENT: 'the indentation does not fit; line it up with the lines around it',
};
