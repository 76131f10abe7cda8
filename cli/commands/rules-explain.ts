import { type Command, Option } from 'commander';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { explain, lastGuards, type Telling } from '../../decide/explain.js';
import type { Json } from '../../domain/json.js';
import type { GuardVerdict } from '../../domain/permit.js';
import { type Decision, shortHash } from '../../domain/plan.js';
import type { LedgerRecord } from '../../domain/record.js';
import { loadRules } from '../../rules/language/load.js';
import type { RuleSet } from '../../rules/language/set.js';
import { firstService, readRecording, type Told } from '../cases/recording.js';
import { apiClient, type Context, type OutputOptions, print, say } from '../context.js';
import { decideAgain, differences, readCase } from '../explain-case.js';
import { Failure } from '../failure.js';
import { installation, type LoadedInstallation, sha256 } from '../installation.js';
import { loadOrRefuse, rulesDirFor } from '../loaded-rules.js';
import { jsonOf } from '../rules/recorded.js';
import { rulesAt } from '../rules/revision.js';

interface ExplainOptions extends OutputOptions {
  rules?: string;
  all?: true;
}

/** Guards that fit on a page with everything else. */
const usualGuards = 8;

/** `rules explain`. */
export function addRulesExplain(rules: Command, context: Context): void {
  rules
    .command('explain')
    .description('why it did what it did: condition by condition, guard by guard; and whether other rules would do the same')
    .argument(
      '<incident or file>',
      'an incident id, or a JSON file: a decision, {"incident", "alert", …}, or a recorded delivery',
    )
    .addOption(
      new Option(
        '--rules <folder or revision>',
        'decide again under these rules: a folder, or a git revision; exit 0 when they decide the same, 1 when not',
      ),
    )
    .option('--all', 'every guard, not only those that do not allow and the first others')
    .action((subject: string, options: ExplainOptions) => explainSubject(context, subject, options));
}

/** What is known of a decision, and what was decided under today's rules, as far as they are known here. */
interface Known {
  decision: Decision;
  guards: GuardVerdict[];
  decidedAt?: string | undefined;
  today?: Under | undefined;
}

/** Other rules: what they differ in, where that can be told. */
interface Under {
  hash: string;
  says: string;
  differs?: string[];
}

async function explainSubject(context: Context, subject: string, options: ExplainOptions): Promise<void> {
  const path = resolve(context.cwd, subject);
  const isFile = existsSync(path);
  const known = isFile ? await fromFile(context, path, subject) : await fromApi(context, subject);
  const telling: Telling = {
    local: localTime,
    ...(options.all === true ? {} : { guards: usualGuards, rest: '--all shows them' }),
  };
  if (options.rules === undefined) {
    const { decision, guards, decidedAt, today } = known;
    print(context, options, 'Explanation', [{ ...decision, guards, ...(today === undefined ? {} : { today }) }], () =>
      explain(decision, guards, Date.now(), { ...telling, decidedAt, under: today?.says }).trimEnd(),
    );
    if (!isFile)
      say(context, `\nTry it again   opssentinel rules explain ${subject} --rules ./my-branch      (exit 0 same, 1 differs)`);
    return;
  }
  const other = await rulesAt(context, options.rules);
  const again = decideAgain(known.decision, other.set, other.catalogue, sha256);
  const changed = differences(known.decision, again);
  const under: Under = underWords(`the rules of ${other.shown}`, other.set.hash, changed);
  print(context, options, 'Explanation', [{ ...again, guards: [], under }], () =>
    explain(again, [], Date.now(), {
      ...telling,
      under: `Before, by rules ${shortHash(known.decision.rulesHash)}: ${changed.length === 0 ? 'the same' : 'otherwise'}.`,
    }).trimEnd(),
  );
  if (changed.length === 0) say(context, `\n${under.says}`);
  else throw new Failure('failed', `Under these rules it differs:\n${changed.map((line) => `  ${line}`).join('\n')}`);
}

const underWords = (whose: string, hash: string, differs: string[]): Under => ({
  hash,
  says: `Under ${whose} (${shortHash(hash)}): ${differs.length === 0 ? 'the same.' : `it differs. ${differs[0]}`}`,
  differs,
});

async function fromApi(context: Context, incident: string): Promise<Known> {
  const api = apiClient(context, 'viewer');
  const [{ decision }, timeline, rules] = await Promise.all([
    api.plan(incident),
    api.timeline(incident),
    api.rules().catch(() => undefined),
  ]);
  const guards = lastGuards(timeline);
  return { decision, guards, decidedAt: decidedAt(timeline), today: rules && (await todayFor(context, decision, rules.hash)) };
}

/** The moment of the last line that tells a decision. */
const decidedAt = (timeline: readonly LedgerRecord[]): string | undefined =>
  (timeline.findLast(({ phase }) => phase === 'plan') ?? timeline.findLast(({ phase }) => phase === 'match'))?.at;

/** The API says which rules are in force, and not what they are: only where the same ones lie here can they be asked. */
async function todayFor(context: Context, decision: Decision, inForce: string): Promise<Under> {
  const whose = 'today’s rules';
  if (inForce === decision.rulesHash) return { hash: inForce, says: 'They are in force today.', differs: [] };
  const here = await rulesHere(context);
  if (here?.set.hash === inForce)
    return underWords(whose, inForce, differences(decision, decideAgain(decision, here.set, here.catalogue, sha256)));
  return { hash: inForce, says: `Today’s rules are ${shortHash(inForce)}; they do not lie here: --rules decides again.` };
}

type Here = { set: RuleSet } & LoadedInstallation;

/** The rules of the settings, where they can be used. */
async function rulesHere(context: Context): Promise<Here | undefined> {
  const installed = installation({});
  const loaded = await loadRules(rulesDirFor(context, undefined), installed.catalogue, sha256);
  return loaded.ok ? { set: loaded.set, ...installed } : undefined;
}

async function fromFile(context: Context, path: string, shown: string): Promise<Known> {
  const json = await jsonOf(path, shown);
  const here = await rulesHere(context);
  const read = readCase(json, shown, (value) => here && toldIn(value as Json, here, shown));
  if (!('decision' in read)) {
    const { set, catalogue } = here ?? (await loadOrRefuse(rulesDirFor(context, undefined)));
    return { decision: decideAgain(read.facts, set, catalogue, sha256), guards: [] };
  }
  const { decision, guards } = read;
  if (!here || decision.rulesHash === here.set.hash) return { decision, guards };
  const changed = differences(decision, decideAgain(decision, here.set, here.catalogue, sha256));
  return { decision, guards, today: underWords('the rules that lie here', here.set.hash, changed) };
}

function toldIn(json: Json, { set, registry }: Here, shown: string): Told | undefined {
  try {
    return readRecording(json, registry, firstService(set.policy.doc, undefined), shown);
  } catch {
    // What it lacks is told better by whoever asked.
    return undefined;
  }
}

/** `04:12`, unless that is UTC too. */
function localTime(at: number): string | undefined {
  const moment = new Date(at);
  if (Number.isNaN(at) || moment.getTimezoneOffset() === 0) return undefined;
  return [moment.getHours(), moment.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}
