import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, resolve, sep } from 'node:path';
import type { Alert } from '../../domain/alert.js';
import { type Context, type OutputOptions, print, say } from '../context.js';
import { Failure } from '../failure.js';
import { installation } from '../installation.js';
import { loadOrRefuse, rulesDirFor } from '../loaded-rules.js';
import { shownPath } from '../paths.js';
import { type Place, ruleFrom, ruleTemplate, writeNew } from '../rules/new-rule.js';
import { recordedFrom } from '../rules/recorded.js';

interface NewOptions extends OutputOptions {
  from?: string;
  runbook?: string;
  owner?: string;
  dir?: string;
}

/** `rules new`. */
export function addRulesNew(rules: Command, context: Context): void {
  rules
    .command('new')
    .description(
      'writes the shortest safe rule: it observes. With --from its conditions, its target and one case come from an incident',
    )
    .argument('[name]', 'of the rule: lower case, digits and dashes; with --from made of the alert’s name when left out')
    .option('--from <incident or file>', 'an incident id, or a recorded delivery: what a source has read, or a tool’s own body')
    .option('--runbook <name>', 'what it runs; the mildest that fits the alert when left out')
    .option('--owner <team>', 'a team of the policy; the incident’s, or the first, when left out')
    .option('-d, --dir <folder>', 'where to write: the folder of the rules (OPSSENTINEL_RULES), one below it, or another one')
    .action((name: string | undefined, options: NewOptions) => newRule(context, name, options));
}

async function newRule(context: Context, given: string | undefined, options: NewOptions): Promise<void> {
  const place = await placeFor(context, options.dir);
  const { set } = await loadOrRefuse(place.root);
  const installed = installation({});
  const recorded =
    options.from === undefined ? undefined : await recordedFrom(context, options.from, installed.registry, set.policy.doc);
  const name = given ?? (recorded && nameOf(recorded.alert));
  if (name === undefined) throw new Failure('usage', 'which name? opssentinel rules new NAME, or --from an incident');
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(name))
    throw new Failure('usage', `${name} is no name of a rule: lower-case letters, digits and dashes, beginning with a letter`);
  if (set.rules.some((rule) => rule.name === name)) throw new Failure('conflict', `there is a rule ${name} already`);
  const { runbook, owner } = options;
  const wanted = { ...place, name, set, installed, runbook, owner };
  const files = recorded === undefined ? ruleTemplate(wanted) : ruleFrom(recorded, basename(options.from ?? ''), wanted);
  const shown = (path: string): string => shownPath(path, context.cwd);
  await writeNew(files, shown);
  const items = files.map(({ path }) => ({ rule: name, path }));
  print(context, options, 'RulesNew', items, (colours) =>
    files.map(({ path }) => `${colours.green('wrote')}  ${shown(path)}`).join('\n'),
  );
  for (const line of nextWords(shown(place.root), name, recorded !== undefined)) say(context, line);
}

const nextWords = (root: string, name: string, tested: boolean): string[] => [
  '',
  `It observes: nothing is done by ${name} until it has a mode.`,
  `Next  opssentinel rules lint ${root}`,
  tested ? `      opssentinel rules test ${root}` : `      opssentinel rules fields        what its conditions may read`,
];

/** The folder of all rules, and the one to write into. */
async function placeFor(context: Context, dir: string | undefined): Promise<Place> {
  const usual = rulesDirFor(context, undefined);
  if (dir === undefined) return { root: usual, folder: usual };
  const folder = resolve(context.cwd, dir);
  if (!existsSync(folder)) throw new Failure('notFound', `there is no folder ${dir}`);
  const [real, root] = await Promise.all([realpath(folder), realpath(usual).catch(() => usual)]);
  return real === root || real.startsWith(`${root}${sep}`) ? { root, folder: real } : { root: folder, folder };
}

/** `web-cpu-high` of `ALARM: "web-cpu-high" in EU`; without a letter, `new-rule`. */
function nameOf({ name }: Alert): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return plain === '' ? 'new-rule' : plain;
}
