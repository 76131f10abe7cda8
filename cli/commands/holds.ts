import { type Command, InvalidArgumentError, Option } from 'commander';
import { userInfo } from 'node:os';
import type { ClosedCalendar } from '../../api/shapes.js';
import { type Hold, holdScopePattern, holdScopeWords } from '../../domain/hold.js';
import { ago, clock, epochMs } from '../../domain/words.js';
import { readEnvironment } from '../environment.js';
import { apiClient, type Context, findApi, type OutputOptions, print, runningSandbox, say } from '../context.js';
import { classify, Failure } from '../failure.js';
import { closedLines, closedItems } from '../closed-calendars.js';
import { createOutOfBandStop, placeStopFile } from '../out-of-band.js';
import { table } from '../output.js';
import { resolveFrom } from '../paths.js';
import { join } from 'node:path';

interface StopOptions extends OutputOptions {
  reason: string;
  scope: string;
  until?: string;
  outOfBand?: boolean;
}

/** The ledger is given this long; then the person is told the other way. Milliseconds. */
const patience = 2_000;

/** `stop`, `resume`, `holds`: whatever says no. */
export function addHolds(program: Command, context: Context): void {
  program
    .command('stop')
    .description('nothing begins any more once this returns; what is under way goes on to its end')
    .requiredOption('--reason <text>', 'why: whoever is woken reads it')
    .option('--scope <scope>', holdScopeWords, parseScope, 'all')
    .option('--until <time>', 'lifts itself then, in UTC: 2026-11-22T03:12:41Z')
    .addOption(
      new Option('--out-of-band', 'write the stop file on this machine instead: works with everything else gone').conflicts(
        'until',
      ),
    )
    .action((options: StopOptions) => (options.outOfBand === true ? stopOutOfBand(context, options) : stop(context, options)));
  program
    .command('resume')
    .description('lift one hold; what stops everything is lifted by two people within an hour, one of them with scope admin')
    .argument('<hold>', 'its id, as `holds` shows it')
    .addOption(new Option('--as <person>', 'in the sandbox: whose token is used').choices(['operator', 'admin']))
    .action(async (id: string, options: OutputOptions & { as?: 'operator' | 'admin' }) => {
      if (id.startsWith('freeze-'))
        throw new Failure('usage', 'A freeze stands in the policy: change `freezes` of opssentinel.yaml there.');
      if (id.startsWith('out-of-band'))
        throw new Failure('usage', `That one is not in the ledger. On the machine with the file: rm ${stopFilePath(context)}`);
      // Of the sandbox's tokens: one of the two who lift a hold on everything needs the highest.
      const answer = await apiClient(context, options.as ?? 'admin').resume(id);
      if (!answer.released) throw new Failure('failed', answer.says);
      print(context, options, 'HoldReleased', [{ id, ...answer }], () => answer.says);
    });
  program
    .command('holds')
    .description('whatever says no now: the stop file of this machine, and calendars outside as last seen, included')
    .action(async (options: OutputOptions) => {
      const here = await stoppedHere(context);
      const { holds: held, closed } = await heldInLedger(context, here);
      const holds = here === undefined ? held : [here, ...held];
      const now = Date.now();
      print(context, options, 'HoldList', [...holds, ...closedItems(closed, now)], () =>
        [holds.length === 0 ? 'Nothing is held.' : holdTable(holds), ...closedLines(closed, now)].join('\n'),
      );
    });
}

/** The file that effect workers of this machine look at; they see it whatever the ledger says. */
const stoppedHere = (context: Context): Promise<Hold | undefined> => createOutOfBandStop(stopFilePath(context), undefined)();

/** What the ledger holds. Where nobody can tell, the stop of this machine is said all the same. */
async function heldInLedger(context: Context, here: Hold | undefined): Promise<{ holds: Hold[]; closed: ClosedCalendar[] }> {
  try {
    return await apiClient(context, 'viewer').holdList();
  } catch (error) {
    if (here !== undefined) say(context, holdTable([here]));
    throw error;
  }
}

function parseScope(text: string): string {
  if (holdScopePattern.test(text)) return text;
  throw new InvalidArgumentError(`Write ${holdScopeWords} (all 64 characters of a hash; opssentinel rules revoke takes fewer).`);
}

const holdTable = (holds: readonly Hold[]): string =>
  table(holds, [
    { title: 'ID', of: ({ id }) => id },
    { title: 'KIND', of: ({ kind }) => kind },
    { title: 'SCOPE', of: ({ scope }) => scope },
    { title: 'SINCE', of: ({ since }) => `${clock(since, Date.now())} (${ago(Date.now() - epochMs(since))})` },
    { title: 'UNTIL', of: ({ until }) => (until === undefined ? 'it is lifted' : clock(until, Date.now())) },
    { title: 'BY', of: ({ owner }) => owner },
    {
      title: 'REASON',
      of: ({ reason, liftAskedBy }) =>
        `${reason}${liftAskedBy === undefined ? '' : ` (${liftAskedBy} wants it lifted; one more)`}`,
    },
  ]);

async function stop(context: Context, options: StopOptions): Promise<void> {
  const place = findApi(context, 'operator');
  const { reason, scope, until } = options;
  try {
    const hold = await apiClient(context, 'operator', patience).stop({
      kind: 'stop',
      reason,
      scope,
      ...(until === undefined ? {} : { until }),
    });
    print(
      context,
      options,
      'Hold',
      [hold],
      (colours) =>
        `${colours.red('STOPPED')}  ${hold.scope}: nothing ${hold.scope === 'all' ? '' : 'there '}begins any more. Lift it with: opssentinel resume ${hold.id}`,
    );
  } catch (error) {
    const { exit, message } = classify(error);
    if (place !== undefined && exit !== 'unreachable' && exit !== 'timeout') throw error;
    throw new Failure(
      place === undefined ? 'usage' : 'unreachable',
      `${message}\nNOTHING IS STOPPED YET. The way that works without the API, on every machine with an effect worker:\n` +
        `  opssentinel stop --out-of-band --reason "${reason.replaceAll('"', "'")}"      or: touch ${stopFilePath(context)}\n` +
        '  or start the workers with OPSSENTINEL_STOP=1, or end them: what has a permit and has not begun never begins without them',
    );
  }
}

async function stopOutOfBand(context: Context, options: StopOptions): Promise<void> {
  const path = stopFilePath(context);
  if (options.scope !== 'all')
    throw new Failure('usage', 'The stop file stops everything; leave --scope away, or use `stop` without --out-of-band');
  await placeStopFile(path, userInfo().username, options.reason, new Date().toISOString());
  print(
    context,
    options,
    'Hold',
    [{ kind: 'stop', scope: 'all', reason: options.reason, file: path }],
    (colours) => `${colours.red('STOPPED')}  every effect worker that sees ${path}`,
  );
  say(context, `It holds on this machine alone. Lift it with: rm ${path}`);
}

export function stopFilePath(context: Context): string {
  const { settings } = readEnvironment(context.env);
  if (settings.env['OPSSENTINEL_STOP_FILE'] === undefined && runningSandbox(context) !== undefined)
    return join(context.paths.state, 'STOP');
  return resolveFrom(settings.stopFile, context.cwd, context.paths.root);
}
