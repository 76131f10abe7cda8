import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Catalogue } from '../../domain/catalogue.js';
import { parseDuration } from '../../domain/duration.js';
import type { Json } from '../../domain/json.js';
import { type CaseTest, Cases, type CaseVerdict, type CaseWorld, verbs } from './cases.js';
import type { Expected, LoadedCase } from './case-set.js';
import { checkCases } from './check-cases.js';
import { problem, type Read } from './documents.js';
import { codeOf, readFolder } from './files.js';
import { readDocument } from './issues.js';
import { type Problem, sortProblems } from './problem.js';
import type { RuleSet } from './set.js';
import type { Path, SourceDocument } from './yaml.js';

export type LoadedCases = { ok: true; cases: LoadedCase[] } | { ok: false; problems: Problem[] };

/**
 * Reads every `*.cases.yaml` (yml, json) below a folder of rules, and the recorded deliveries that they name. They are read by whoever
 * checks rules, never by a service that runs: a mistake in a case must not keep it from starting. Without a set (its rules are broken)
 * what they name is not checked. Rejects never.
 */
export async function loadCases(dir: string, catalogue: Catalogue, set: RuleSet | undefined): Promise<LoadedCases> {
  const root = resolve(dir);
  const { documents, problems } = await readFolder(root, 'cases');
  const recordings = new Map<string, Promise<Recording>>();
  const cases: LoadedCase[] = [];
  for (const source of documents) {
    const kind = notCases(source);
    if (kind) problems.push(kind);
    const read = kind ? { problems: [] } : readDocument(Cases, source);
    problems.push(...read.problems);
    if (read.value === undefined) continue;
    const one: Read<Cases> = { doc: read.value, source, at: atLine(source, ['cases']) };
    if (set) problems.push(...checkCases(one, set, catalogue));
    for (const [index, test] of one.doc.tests.entries()) {
      const { file, path } = recordingOf(one.doc, test, index);
      const loading = recordings.get(file) ?? readRecording(root, file);
      recordings.set(file, loading);
      const recording = await loading;
      if (recording.ok) cases.push(loadedCase(one, test, index, { file, json: recording.json }));
      else problems.push(problem(source, path, recording.says));
    }
  }
  if (problems.length > 0) return { ok: false, problems: sortProblems(problems) };
  return { ok: true, cases: cases.sort(byPlace) };
}

const atLine = (source: SourceDocument, path: Path): string => `${source.file}:${source.place(path).line}`;

/** By rule, then as they stand in their files: the order of files in the folder never matters. */
const byPlace = (a: LoadedCase, b: LoadedCase): number => (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);

function notCases(source: SourceDocument): Problem | undefined {
  const { data } = source;
  if (data !== null && typeof data === 'object' && !Array.isArray(data) && Object.hasOwn(data, 'cases')) return undefined;
  return problem(
    source,
    [],
    'a file whose name ends with .cases.yaml holds cases alone; begin with cases: and the name of the rule',
  );
}

type Recording = { ok: true; json: Json } | { ok: false; says: string };

async function readRecording(root: string, file: string): Promise<Recording> {
  try {
    return { ok: true, json: JSON.parse(await readFile(join(root, file), 'utf8')) as Json };
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, says: `${file} is not JSON: ${error.message}` };
    return { ok: false, says: `there is no recorded delivery ${file} below the rules (${codeOf(error)})` };
  }
}

const recordingOf = ({ alert }: Cases, test: CaseTest, index: number): { file: string; path: Path } =>
  typeof test.alert === 'string' ? { file: test.alert, path: ['tests', index, 'alert'] } : { file: alert, path: ['alert'] };

function loadedCase({ doc, source }: Read<Cases>, test: CaseTest, index: number, recording: LoadedCase['recording']): LoadedCase {
  const expected = Array.isArray(test.expect) ? test.expect : [test.expect];
  const times = test.at ?? ['0m'];
  return {
    rule: doc.cases,
    name: test.name,
    at: atLine(source, ['tests', index, 'name']),
    recording,
    alert: typeof test.alert === 'object' ? test.alert : {},
    labels: { ...doc.labels, ...test.labels },
    incident: { ...doc.incident, ...test.incident },
    world: worldOf(doc.world, test.world),
    deliveries: times.map((time, at) => ({ atMs: parseDuration(time) ?? 0, expected: expectedOf(expected[at] ?? 'duplicate') })),
  };
}

/** A case changes what it names; of the target, single facts. */
function worldOf(all: CaseWorld = {}, own: CaseWorld = {}): CaseWorld {
  const both = typeof all.target === 'object' && typeof own.target === 'object';
  return { ...all, ...own, ...(both ? { target: { ...(all.target as object), ...(own.target as object) } } : {}) };
}

function expectedOf(said: CaseVerdict | 'duplicate'): Expected {
  if (said === 'duplicate') return { verb: 'duplicate', of: [] };
  const verb = verbs.find((one) => said[one] !== undefined) ?? 'act';
  return { verb, of: [said[verb] ?? []].flat(), target: said.target, with: said.with, outcome: said.outcome };
}
