import type { Catalogue } from '../../../domain/catalogue.js';
import type { Hash } from '../../../domain/json.js';
import { assemble } from '../assemble.js';
import type { DocumentKind } from '../keys.js';
import type { Problem } from '../problem.js';
import { readYaml, type SourceDocument } from '../yaml.js';
import { exampleCases, exampleOthers, examplePolicy, exampleRule, exampleRunbook } from './set.js';

const standing: Readonly<Record<DocumentKind, string>> = {
  rule: exampleRule,
  runbook: exampleRunbook,
  policy: examplePolicy,
  cases: exampleCases,
};

/** The standing document of its kind with the example's keys in place of its own. Throws Error where the example is no YAML. */
export function withExample(kind: DocumentKind, example: string): Record<string, unknown> {
  const [base, own] = [standing[kind], example].map(dataOf);
  // `run` is a ladder of one: whoever shows a ladder replaces it.
  const { run: _run, ...ladderless } = base ?? {};
  return { ...(own && 'ladder' in own ? ladderless : base), ...own };
}

/** Everything that is wrong with an example of a rule, a runbook or a policy among the documents of the small set. */
export function exampleProblems(
  kind: Exclude<DocumentKind, 'cases'>,
  example: string,
  catalogue: Catalogue,
  hash: Hash,
): Problem[] {
  const shown = withExample(kind, example);
  const texts = (['policy', 'runbook', 'rule'] as const).map((one) => (one === kind ? JSON.stringify(shown) : standing[one]));
  const documents = [...texts, ...exampleOthers].flatMap((text, index) => documentsOf(text, `example-${index}.yaml`));
  const loaded = assemble(documents, [], 'examples', catalogue, hash);
  return loaded.ok ? [] : loaded.problems;
}

function documentsOf(text: string, file: string): SourceDocument[] {
  const { documents, problems } = readYaml(file, text);
  if (problems[0]) throw new Error(`${problems[0].says}: ${text}`);
  return documents;
}

const dataOf = (text: string): Record<string, unknown> =>
  (documentsOf(text, 'example.yaml')[0]?.data ?? {}) as Record<string, unknown>;
