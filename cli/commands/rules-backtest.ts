import { type Command, Option } from 'commander';
import { resolve } from 'node:path';
import { counted } from '../../domain/words.js';
import { type Decided, differenceCounts, differenceLines, differenceMarkdown, differing } from '../backtest/against.js';
import { expiredIn, mostFromApi, recordedByApi } from '../backtest/from-api.js';
import type { Judges } from '../backtest/outline.js';
import { backtest, type Played } from '../backtest/play.js';
import { beginById, summaryLines } from '../backtest/print.js';
import { readRecording, type Recorded, understand } from '../backtest/recorded.js';
import { summarise, type Summary } from '../backtest/summary.js';
import { outcomeWords, peopleWords } from '../backtest/words.js';
import { underProfile } from '../cases/stage.js';
import { apiClient, type Context, type OutputOptions, print, say } from '../context.js';
import { Failure } from '../failure.js';
import { sha256 } from '../installation.js';
import { rulesDirFor } from '../loaded-rules.js';
import { type RulesAt, rulesAt } from '../rules/revision.js';

interface Options extends OutputOptions {
  from: string;
  against?: string;
  incident?: string;
  format: 'pretty' | 'github';
}

/** `rules backtest`. */
export function addRulesBacktest(rules: Command, context: Context): void {
  rules
    .command('backtest')
    .description(
      'plays recorded incidents again: which rules would match, act or ask, be refused by which guard, and what people did instead. Changes nothing, reads no AWS',
    )
    .argument('[dir]', 'folder with rules, runbooks and opssentinel.yaml, or a git revision; OPSSENTINEL_RULES when left out')
    .requiredOption(
      '--from <file|api>',
      'a recording (JSON Lines, as opssentinel try writes it), or api: what this installation has decided',
    )
    .option(
      '--against <dir>',
      'another folder or git revision: what it would decide otherwise, incident by incident; exit 0 the same, 1 not',
    )
    .option('--incident <id>', 'this incident alone is told, with every guard')
    .addOption(
      new Option('--format <format>', 'for people, or as Markdown for the comment of a pull request')
        .choices(['pretty', 'github'])
        .default('pretty'),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 done; 1 --against decides an incident otherwise; 2 a recording or rules that cannot be read; 3 no such file or incident.',
    )
    .action((dir: string | undefined, options: Options) => run(context, dir, options));
}

const note =
  'What is not known without AWS counts as allowed nowhere: "if AWS agrees" and "up to" are the most that can have come of it.';

async function run(context: Context, dir: string | undefined, options: Options): Promise<void> {
  const folder = dir ?? rulesDirFor(context, undefined);
  const rules = await rulesAt(context, folder, options.against);
  const other = options.against === undefined ? undefined : await rulesAt(context, options.against, folder);
  const recorded = await recordings(context, options.from);
  const { past, unreadable } = understand(recorded, rules.registry);
  if (past.length === 0) throw new Failure('failed', `there is no incident in ${options.from} that can be played again`);
  const before = backtest(past, judgesOf(rules));
  const summary = summarise(before, {
    rules: names(rules),
    unreadable: unreadable.length,
    expired: options.from === 'api' ? await expiredIn(apiClient(context, 'viewer'), rules) : new Map(),
  });
  if (other !== undefined)
    return compare(context, options, { rules, other, before, summary, after: backtest(past, judgesOf(other)) });
  if (options.incident !== undefined) return tellOne(context, options, before);
  print(context, options, 'Backtest', items(summary, before), (colours) =>
    summaryLines(
      summary,
      `WHAT ${rules.shown} WOULD HAVE DONE, ${counted(summary.incidents, 'incident')}`,
      beginById,
      colours,
    ).join('\n'),
  );
}

/** By the figures of production, whatever profile the policy has: a past of 90 days knows no seconds. */
export const judgesOf = ({ set, catalogue, registry }: Pick<RulesAt, 'set' | 'catalogue' | 'registry'>): Judges => ({
  set: underProfile(set, { world: {} }),
  catalogue,
  registry,
  hash: sha256,
});

const names = ({ set }: Pick<RulesAt, 'set'>): string[] => set.rules.map(({ name }) => name);

async function recordings(context: Context, from: string): Promise<Recorded[]> {
  if (from !== 'api') return readRecording(resolve(context.cwd, from), from);
  const { recorded, undecided } = await recordedByApi(apiClient(context, 'viewer'));
  if (undecided > 0)
    say(context, `${counted(undecided, 'incident')} never came to a decision and ${undecided === 1 ? 'is' : 'are'} left out`);
  if (recorded.length + undecided >= mostFromApi) say(context, `the newest ${mostFromApi} incidents; the API lists no more`);
  return recorded;
}

interface Comparison {
  rules: RulesAt;
  other: RulesAt;
  before: Played[];
  after: Played[];
  summary: Summary;
}

function compare(context: Context, options: Options, { rules, other, before, after, summary }: Comparison): void {
  const differs = differing(before, after).filter(({ id }) => options.incident === undefined || id === options.incident);
  const shown = { before: rules.shown, after: other.shown };
  if (options.output !== 'json' && options.format === 'github') {
    const summaries = { before: summary.rules, after: summarise(after, { rules: names(other) }).rules };
    context.terminal.out(differenceMarkdown(differs, shown, summaries, note));
  } else {
    print(context, options, 'BacktestDiff', differs.map(differenceItem), () =>
      [...differenceLines(differs, shown), note].join('\n'),
    );
  }
  if (differs.length > 0) throw new Failure('failed', differenceCounts(differs));
}

const differenceItem = ({ before, after, ...one }: Decided) => ({
  ...one,
  before: { says: outcomeWords(before), ...before },
  after: { says: outcomeWords(after), ...after },
  people: peopleWords(before.people),
});

function tellOne(context: Context, options: Options, played: readonly Played[]): void {
  const one = played.find(({ id }) => id === options.incident);
  if (!one) throw new Failure('notFound', `there is no incident ${options.incident ?? ''} in ${options.from}`);
  print(context, options, 'Backtest', [incidentItem(one)], () =>
    [
      `${one.id}  ${one.at}  ${one.alert} (${one.service.name})`,
      `would have   ${outcomeWords(one)}${one.refusedBy ? `: ${one.refusedBy.because}` : ''}`,
      `people       ${peopleWords(one.people)}`,
      ...Object.entries(one.guards).map(([guard, verdict]) => {
        const needs = one.notKnown.find((unknown) => unknown.guard === guard)?.needs ?? [];
        return `  ${guard.padEnd(15)} ${verdict === 'unknown' ? `not known without AWS: ${needs.join('; ')}` : verdict}`;
      }),
    ].join('\n'),
  );
}

const incidentItem = (one: Played) => ({ kind: 'incident', says: outcomeWords(one), ...one });

/** The summary, then every incident. */
export const items = (summary: Summary, played: readonly Played[]): object[] => [
  { kind: 'summary', ...summary },
  ...played.map(incidentItem),
];
