import { type Command, Option } from 'commander';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Json } from '../../domain/json.js';
import { shortHash } from '../../domain/plan.js';
import { loadRules } from '../../rules/language/load.js';
import { firstService, readRecording } from '../cases/recording.js';
import { apiClient, type Context, type OutputOptions, print } from '../context.js';
import { decideAgain, readCase } from '../explain-case.js';
import { Failure } from '../failure.js';
import { installation, sha256 } from '../installation.js';
import { loadOrRefuse, rulesDirFor } from '../loaded-rules.js';
import { shownPath } from '../paths.js';
import { type GuardsKnown, guardsOf, unasked } from '../plan/guards-now.js';
import { approversIn, type Preview, previewOf, previewUnder } from '../plan/preview.js';
import { previewText } from '../plan/print.js';
import { jsonOf } from '../rules/recorded.js';
import { type RulesAt, rulesAt } from '../rules/revision.js';

interface PlanOptions extends OutputOptions {
  rules?: string;
}

interface Previewed {
  preview: Preview;
  guards: GuardsKnown;
  /** What it was made of. */
  from: string;
}

/** `plan`. */
export function addPlan(program: Command, context: Context): void {
  program
    .command('plan')
    .description('what would be done about an alert, step by step, before anything is: changes nothing, asks nobody')
    .argument('<event>', 'a recorded delivery (a JSON file), or an incident id')
    .addOption(new Option('--rules <folder or revision>', 'under these rules: a folder, or a git revision'))
    .addHelpText('after', '\nExit code 0: there is a plan. 1: nothing would be done; the text says why.')
    .action((subject: string, options: PlanOptions) => previewSubject(context, subject, options));
}

async function previewSubject(context: Context, subject: string, options: PlanOptions): Promise<void> {
  const path = resolve(context.cwd, subject);
  const previewed = existsSync(path)
    ? await ofFile(context, path, subject, options.rules)
    : await ofIncident(context, subject, options.rules);
  const { preview, guards, from } = previewed;
  print(context, options, 'Plan', [{ ...preview, guards, from }], (colours) =>
    previewText(previewed, colours, context.terminal.columns),
  );
  if (!preview.rule) throw new Failure('failed', preview.says);
}

async function ofFile(context: Context, path: string, shown: string, named: string | undefined): Promise<Previewed> {
  const json = await jsonOf(path, shown);
  const rules = await rulesFor(context, named);
  const { set, catalogue, registry } = rules;
  const read = readCase(json, shown, (value) => told(value as Json, rules, shown));
  const from = `${shown}, under the rules of ${rules.shown} (${shortHash(set.hash)})`;
  if ('facts' in read) return { preview: previewUnder(read.facts, set, catalogue), guards: unasked, from };
  const decision = named === undefined ? read.decision : decideAgain(read.decision, set, catalogue, sha256);
  const by = named === undefined ? `${shown}, as it was decided by rules ${shortHash(decision.rulesHash)}` : from;
  return { preview: previewOf(decision, catalogue, approversIn(set)), guards: unasked, from: by };

  function told(value: Json, { set: { policy } }: RulesAt, file: string) {
    try {
      return readRecording(value, registry, firstService(policy.doc, undefined), file);
    } catch (error) {
      throw new Failure('usage', error instanceof Error ? error.message : String(error));
    }
  }
}

/** As it was decided then, or again under other rules on what was read then. */
async function ofIncident(context: Context, id: string, named: string | undefined): Promise<Previewed> {
  const api = apiClient(context, 'viewer');
  const [{ incident, decision: decided }, timeline, holds] = await Promise.all([api.plan(id), api.timeline(id), api.holds()]);
  const other = named === undefined ? undefined : await rulesAt(context, named);
  const decision = other ? decideAgain(decided, other.set, other.catalogue, sha256) : decided;
  const here = other ?? (await rulesHere(context));
  // People whom a policy names may be told only by the very rules that decided.
  const known = here.set?.hash === decision.rulesHash ? here.set : undefined;
  const by = other ? `under the rules of ${other.shown}` : 'as it was decided, by rules';
  return {
    preview: previewOf(decision, here.catalogue, approversIn(known)),
    guards: guardsOf(decision, timeline, holds),
    from: `incident ${incident}, ${by} ${shortHash(decision.rulesHash)}`,
  };
}

async function rulesFor(context: Context, named: string | undefined): Promise<RulesAt> {
  if (named !== undefined) return rulesAt(context, named);
  const folder = rulesDirFor(context, undefined);
  return { ...(await loadOrRefuse(folder)), shown: shownPath(folder, context.cwd) };
}

/** The rules of the settings, where they can be used; what is installed in any case. */
async function rulesHere(context: Context) {
  const installed = installation({});
  const loaded = await loadRules(rulesDirFor(context, undefined), installed.catalogue, sha256);
  return { ...installed, set: loaded.ok ? loaded.set : undefined };
}
