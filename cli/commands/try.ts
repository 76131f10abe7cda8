import { type Command, InvalidArgumentError } from 'commander';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration } from '../../domain/duration.js';
import { counted, duration } from '../../domain/words.js';
import { backtest, type Played } from '../backtest/play.js';
import { type Begin, mendsItself, summaryLines } from '../backtest/print.js';
import { understand } from '../backtest/recorded.js';
import { summarise, type Summary } from '../backtest/summary.js';
import { outcomeWords } from '../backtest/words.js';
import { type Context, type OutputOptions, print, say } from '../context.js';
import { Failure } from '../failure.js';
import { loadOrRefuse } from '../loaded-rules.js';
import { adapted, groundOf } from '../try/adapt.js';
import { folderName, openFolder, type TryFolder } from '../try/folder.js';
import { readableSource, type ReadableSource, record } from '../try/fetch.js';
import { items, judgesOf } from './rules-backtest.js';

interface Options extends OutputOptions {
  since: string;
  once?: true;
  every: number;
}

const mostExamples = 8;
/** Lists lag, and clocks differ: each question overlaps the one before. Milliseconds. */
const overlapMs = 10 * 60_000;

/** `try <source>`: the shipped rules over somebody's own past, by a reading token alone. */
export function addTry(program: Command, context: Context): void {
  program
    .command('try')
    .description(
      'what the shipped rules would have done on your own incidents: a read-only token, GET requests only, nothing leaves this machine',
    )
    .argument('<source>', 'e.g. pagerduty; a wrong one lists those that there are')
    .option('--since <duration>', 'how far back', parseSince, '90d')
    .option('--once', 'end after the table instead of going on observing')
    .option('--every <seconds>', 'how often it asks while it observes', parseSeconds, 60)
    .addHelpText(
      'after',
      `\nWrites into ./${folderName}/ alone, for your eyes only; interrupted, it goes on there. Exit codes: 0 done; 2 wrong settings; 3 no incident, or no such source; 4 the token is missing, wrong or may not read; 6 the source does not answer; 130 interrupted.`,
    )
    .action((source: string, options: Options) => trial(context, source, options));
}

function parseSince(text: string): string {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0 && ms <= 366 * 24 * 3_600_000) return text;
  throw new InvalidArgumentError('Write a duration such as 90d, one year at most.');
}

function parseSeconds(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write whole seconds, 1 or more.');
}

interface Trial {
  context: Context;
  options: Options;
  source: ReadableSource;
  folder: TryFolder;
}

async function trial(context: Context, id: string, options: Options): Promise<void> {
  const source = readableSource(context, id);
  const begun = Date.now();
  const since = new Date(begun - (parseDuration(options.since) ?? 0)).toISOString();
  say(context, `Read-only: GET requests only; nothing is written anywhere but ./${folderName}/`);
  const folder = await openFolder(context.cwd, id);
  if (folder.all().length > 0)
    say(context, `  ${counted(folder.all().length, 'incident')} recorded before; those that are over are not read again`);
  const one: Trial = { context, options, source, folder };
  await record(context, source, folder, { since, until: new Date(begun).toISOString() });
  const { summary, played } = await playAll(one, since);
  if (played.length === 0)
    throw new Failure(
      'notFound',
      `There is no incident since ${since.slice(0, 10)} that this token can see; try --since with more days, or a key of the whole account`,
    );
  const begin = await examplesOf(one, summary);
  const alerts = folder.all().reduce((sum, { alerts: own }) => sum + own.length, 0);
  const services = new Set(played.map(({ service }) => service.id)).size;
  print(context, options, 'Try', items(summary, played), (colours) =>
    [
      `  ${counted(summary.incidents, 'incident')}, ${counted(alerts, 'alert')}, ${counted(services, 'service')}, read in ${duration(Date.now() - begun)}; recorded in ${folder.shown}`,
      `  came from   ${summary.cameFrom.map(({ tool, count }) => `${tool} ${count}`).join('   ')}`,
      `  Every service and account seen is taken as one environment that only observes: without that no shipped rule could match here.`,
      '',
      ...summaryLines(summary, 'WHAT THE SHIPPED RULES WOULD HAVE DONE', begin, colours),
    ].join('\n'),
  );
  if (options.once !== true) await observe(one, since, begun);
}

/** All that is recorded and not older than asked for. */
async function playAll({ context, folder }: Trial, since: string): Promise<{ summary: Summary; played: Played[] }> {
  const shipped = await loadOrRefuse(join(context.paths.root, 'rules', 'library'));
  const recorded = folder.all().filter(({ createdAt }) => createdAt >= since);
  const { past, unreadable } = understand(recorded, shipped.registry);
  const judges = judgesOf({ ...shipped, set: adapted(shipped.set, groundOf(past)) });
  const played = backtest(past, judges);
  return {
    played,
    summary: summarise(played, { rules: shipped.set.rules.map(({ name }) => name), unreadable: unreadable.length }),
  };
}

/** What a rule can be begun from is a file of its own: no installation knows these incidents. */
async function examplesOf({ folder }: Trial, { uncovered }: Summary): Promise<Begin> {
  const recorded = new Map(folder.all().map((one) => [one.externalId, one]));
  const paths = new Map<string, string>();
  for (const one of uncovered.slice(0, mostExamples).filter((group) => !mendsItself(group))) {
    const example = recorded.get(one.example);
    if (example) paths.set(one.example, await folder.keepExample(example));
  }
  return ({ example }) => `rules new --from ${paths.get(example) ?? example}`;
}

/** Until Ctrl-C: what comes is recorded, and told as the rules would have had it. */
async function observe(one: Trial, since: string, begun: number): Promise<void> {
  const { context, options, source, folder } = one;
  const pause = (): Promise<void> =>
    sleep(options.every * 1_000, undefined, { signal: context.interrupted }).catch(() => undefined);
  say(
    context,
    `\nEvery rule above now observes. This keeps asking every ${duration(options.every * 1_000)} until you press Ctrl-C.`,
  );
  let from = begun - overlapMs;
  for (await pause(); !context.interrupted.aborted; await pause()) {
    const until = Date.now();
    try {
      const fresh = await record(context, source, folder, {
        since: new Date(from).toISOString(),
        until: new Date(until).toISOString(),
      });
      if (fresh.length > 0)
        tell(
          one,
          (await playAll(one, since)).played.filter(({ id }) => fresh.includes(id)),
        );
      from = until - overlapMs;
    } catch (error) {
      if (context.interrupted.aborted) return;
      if (!(error instanceof Failure) || error.exit !== 'unreachable') throw error;
      say(context, `${error.message}; asked again in ${duration(options.every * 1_000)}`);
    }
  }
}

function tell({ context, options }: Trial, played: readonly Played[]): void {
  for (const one of played)
    print(
      context,
      options,
      'TryObserved',
      [{ says: outcomeWords(one), ...one }],
      () => `${one.at.replace('.000Z', 'Z')} ${one.id} ${outcomeWords(one)}`,
    );
}
