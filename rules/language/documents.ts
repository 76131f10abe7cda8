import { didYouMean } from '../../domain/nearest.js';
import { type ReadDocument, readDocument } from './issues.js';
import { Policy } from './policy.js';
import type { Problem } from './problem.js';
import { Rule } from './rule.js';
import { Runbook } from './runbook.js';
import type { Path, SourceDocument } from './yaml.js';

/** A document as its schema understood it, with where it came from. What it names is checked later. */
export interface Read<Doc> {
  doc: Doc;
  source: SourceDocument;
  /** `rules/x.yaml:5`. */
  at: string;
}

export interface ReadDocuments {
  rules: Read<Rule>[];
  runbooks: Read<Runbook>[];
  policies: Read<Policy>[];
  problems: Problem[];
  /** Names that stand in the files at all, also in documents that have mistakes of their own. */
  named: { rules: Set<string>; runbooks: Set<string> };
}

const kinds = ['rule', 'runbook', 'policy', 'cases'] as const;

/** Sorts documents by their first key's kind and parses each by its schema. */
export function readDocuments(sources: readonly SourceDocument[]): ReadDocuments {
  const all: ReadDocuments = {
    rules: [],
    runbooks: [],
    policies: [],
    problems: [],
    named: { rules: new Set(), runbooks: new Set() },
  };
  for (const source of sources) {
    const kind = kindOf(source);
    if (kind === 'rule') keep(readDocument(Rule, source), all.rules, source, kind, all, all.named.rules);
    else if (kind === 'runbook') keep(readDocument(Runbook, source), all.runbooks, source, kind, all, all.named.runbooks);
    else if (kind === 'policy') keep(readDocument(Policy, source), all.policies, source, kind, all);
    else all.problems.push(kind);
  }
  return all;
}

function keep<Doc>(
  parsed: ReadDocument<Doc>,
  into: Read<Doc>[],
  source: SourceDocument,
  kind: string,
  all: ReadDocuments,
  named?: Set<string>,
): void {
  const own = (source.data as Record<string, unknown>)[kind];
  if (typeof own === 'string') named?.add(own);
  if (parsed.value !== undefined)
    into.push({ doc: parsed.value, source, at: `${source.file}:${source.place([kind], 'key').line}` });
  all.problems.push(...parsed.problems);
}

function kindOf(source: SourceDocument): 'rule' | 'runbook' | 'policy' | Problem {
  const { data } = source;
  if (data === null || typeof data !== 'object' || Array.isArray(data))
    return problem(source, [], 'a document must be a map that says rule:, runbook: or policy:');
  const keys = Object.keys(data);
  const found = kinds.filter((kind) => Object.hasOwn(data, kind));
  const [kind] = found;
  if (kind === 'cases')
    return problem(source, ['cases'], 'cases belong into a file whose name ends with .cases.yaml; move them there');
  if (found.length > 1)
    return problem(source, [found[1] ?? ''], `one document cannot be a ${found.join(' and a ')}; put --- between them`);
  if (kind) return kind;
  const guess = keys.map((key) => didYouMean(key, kinds)).find((text) => text !== '');
  return problem(
    source,
    [],
    `the document is neither rule, runbook nor policy${guess ?? ''}; give it one of the keys rule, runbook, policy`,
  );
}

export const problem = (source: SourceDocument, path: Path, says: string, part: 'key' | 'value' = 'value'): Problem => ({
  file: source.file,
  ...source.place(path, part),
  says,
});
