import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { match } from '../../decide/match.js';
import { listed } from '../../domain/words.js';
import type { LoadedCase } from '../../rules/language/case-set.js';
import { loadFiles } from '../../rules/language/load.js';
import { problemText } from '../../rules/language/problem.js';
import type { RuleSet } from '../../rules/language/set.js';
import { Failure } from '../failure.js';
import { type LoadedInstallation, sha256 } from '../installation.js';
import { draftRule, ownerFor, valuesFor } from './draft.js';
import { casesText, ruleText, templateText } from './draft-text.js';
import { worldFor } from './draft-world.js';
import type { Recorded } from './recorded.js';

/** Where a rule is written: `root` is the folder of all rules, `folder` it or one below. */
export interface Place {
  root: string;
  folder: string;
}

export interface NewRule extends Place {
  name: string;
  set: RuleSet;
  installed: LoadedInstallation;
  runbook?: string | undefined;
  owner?: string | undefined;
}

/** A file that is to be: its whole path, and its text. */
export interface NewFile {
  path: string;
  text: string;
}

/** Rule, cases and recording from an incident, every one checked and played before anything is written. Throws Failure. */
export function ruleFrom(recorded: Recorded, source: string, wanted: NewRule): NewFile[] {
  const { name, set, installed } = wanted;
  const { catalogue, registry } = installed;
  refuseCovered(recorded, set);
  const draft = draftRule({ ...wanted, ...recorded, catalogue });
  const rule = ruleText(draft);
  const paths = pathsOf(wanted);
  const withRule = setWith(rule, paths.rule, wanted);
  const type = catalogue.targets.get(set.runbooks.get(draft.run)?.doc.target ?? '');
  if (!type) throw new Failure('failed', `the runbook ${draft.run} acts on what is not installed`);
  const bare: LoadedCase = {
    rule: name,
    name: 'new',
    at: '',
    recording: { file: basename(paths.fixture), json: recorded.fixture },
    alert: {},
    labels: {},
    incident: {},
    world: {},
    deliveries: [{ atMs: 0, expected: { verb: 'observe', of: [draft.run] } }],
  };
  const stage = { set: withRule, catalogue, registry, hash: sha256 };
  const tried = worldFor({
    stage,
    bare,
    type,
    runbook: draft.run,
    selector: selectorOf(draft.target, recorded),
    known: recorded.target,
  });
  if (!('world' in tried))
    throw new Failure('failed', `no case of this alert would pass: ${whyNot(tried.why)}; write the rule by hand`);
  const found = tried.played.found[0];
  if (!found) throw new Failure('failed', 'the new case came to nothing');
  const fixture = relative(wanted.root, paths.fixture).split(sep).join('/');
  return [
    { path: paths.rule, text: rule },
    { path: paths.cases, text: casesText(name, fixture, tried.world, found, source) },
    { path: paths.fixture, text: `${JSON.stringify(recorded.fixture, undefined, 2)}\n` },
  ];
}

/** A rule to be filled in, every line explained. It matches nothing. Throws Failure. */
export function ruleTemplate(wanted: NewRule): NewFile[] {
  const { set, installed, name, owner } = wanted;
  const run = wanted.runbook ?? [...set.runbooks.keys()].sort()[0];
  const runbook = run === undefined ? undefined : set.runbooks.get(run);
  if (!runbook)
    throw new Failure(
      'notFound',
      run === undefined
        ? 'there is no runbook yet: a rule can name nothing else'
        : `there is no runbook ${run}; there are ${[...set.runbooks.keys()].join(', ')}`,
    );
  const select = Object.keys(installed.catalogue.targets.get(runbook.doc.target)?.select ?? {});
  const target = Object.fromEntries(select.map((part) => [part, `alert.labels.${part}`]));
  const text = templateText(name, ownerFor(set, owner, runbook), runbook.name, target, valuesFor(runbook, { labels: {} }));
  const { rule } = pathsOf(wanted);
  setWith(text, rule, wanted);
  return [{ path: rule, text }];
}

/** Two rules that match the same alert keep each other from acting: a new one must never do that to one that works. */
function refuseCovered({ alert, incident }: Recorded, set: RuleSet): void {
  const matching = match(set, alert, incident).verdicts.filter(({ matched }) => matched);
  if (matching.length === 0) return;
  throw new Failure(
    'conflict',
    `${listed(matching.map(({ rule, at }) => `${rule} (${at})`))} ${matching.length === 1 ? 'matches' : 'match'} this alert already, and two that match keep each other from acting. Change that one, or narrow it first`,
  );
}

const pathsOf = ({ name, folder }: NewRule): { rule: string; cases: string; fixture: string } => ({
  rule: join(folder, `${name}.yaml`),
  cases: join(folder, `${name}.cases.yaml`),
  fixture: join(folder, 'fixtures', `${name}.json`),
});

/** The set with one rule more. What does not load is a fault of ours or of what was asked for: nothing is written. */
function setWith(text: string, path: string, { set, root, installed }: NewRule): RuleSet {
  const file = [basename(root), ...relative(root, path).split(sep)].join('/');
  const loaded = loadFiles([...(set.read?.files ?? []), { path: file, text }], root, installed.catalogue, sha256);
  if (loaded.ok) return loaded.set;
  throw new Failure(
    'failed',
    `the rule would not load, and was not written\n${loaded.problems.map((one) => `  ${problemText(one)}`).join('\n')}`,
  );
}

/** What names the target, as far as the recording says it. */
const selectorOf = (target: Readonly<Record<string, string>>, { alert }: Recorded): Record<string, string> =>
  Object.fromEntries(
    Object.entries(target).map(([part, from]) => [part, alert.labels[from.replace(/^alert\.labels\./, '')] ?? from]),
  );

function whyNot({ found, differs }: { found: { why: readonly object[] }[]; differs: { lines: readonly string[] }[] }): string {
  const why = found[0]?.why[0] as { says?: string; condition?: { text: string; found: string } } | undefined;
  return (
    why?.says ?? (why?.condition ? `${why.condition.text} found ${why.condition.found}` : (differs[0]?.lines ?? []).join(' '))
  );
}

/** Writes what is not there yet; where one of them is, nothing at all. Throws Failure. */
export async function writeNew(files: readonly NewFile[], shown: (path: string) => string): Promise<void> {
  const there = files.filter(({ path }) => existsSync(path));
  if (there.length > 0)
    throw new Failure('conflict', `${listed(there.map(({ path }) => shown(path)))} stands there already; nothing was written`);
  for (const { path, text } of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: 'wx' });
  }
}
