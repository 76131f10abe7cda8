import { type Command, InvalidArgumentError } from 'commander';
import type { IncidentSummary } from '../../api/shapes.js';
import type { LedgerRecord } from '../../domain/record.js';
import { shortHash } from '../../domain/plan.js';
import { ago, clock, counted, epochMs } from '../../domain/words.js';
import { apiClient, type Context, type OutputOptions, print, say } from '../context.js';
import {
  apiVersion,
  type Colours,
  coloursFor,
  hanging,
  oneLine,
  shortened,
  table,
  type Column,
  type Terminal,
} from '../output.js';
import { usuallyTakes } from '../incident-past.js';

/** `incident list`, `show`, `watch`, `release`. */
export function addIncidents(program: Command, context: Context): void {
  const incident = program.command('incident').description('what came in, and what became of it');
  incident
    .command('list')
    .description('newest first')
    .option('--limit <n>', 'at most so many', parseLimit, 50)
    .action(async (options: OutputOptions & { limit: number }) => {
      const incidents = await apiClient(context, 'viewer').incidents(options.limit);
      print(context, options, 'IncidentList', incidents, () =>
        incidents.length === 0 ? 'No incident yet.' : incidentTable(incidents, context.terminal.columns),
      );
    });
  incident
    .command('show')
    .description('one incident and its whole timeline')
    .argument('<incident>', 'its id, as `incident list` shows it')
    .action(async (id: string, options: OutputOptions) => {
      const api = apiClient(context, 'viewer');
      const [summary, timeline] = await Promise.all([api.incident(id), api.timeline(id)]);
      print(context, options, 'Incident', [{ ...summary, timeline }], (colours) =>
        [...head(summary, colours), '', ...timeline.map((line) => timelineLine(line, colours, context.terminal.columns))].join(
          '\n',
        ),
      );
    });
  incident
    .command('release')
    .description(
      'let go of what a terminated run still holds: its target and its failure domain. A run that goes on is left alone',
    )
    .argument('<incident>', 'its id')
    .requiredOption('--reason <text>', 'why: it stands on the timeline')
    .action(async (id: string, options: OutputOptions & { reason: string }) => {
      const answer = await apiClient(context, 'operator').release(id, options.reason);
      print(context, options, 'IncidentReleased', [{ id, ...answer }], () => answer.says);
    });
  incident
    .command('watch')
    .description('live: one incident until it ends, or all of them')
    .argument('[incident]', 'its id; all when left out')
    .action((id: string | undefined, options: OutputOptions) => watch(context, id, options));
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new InvalidArgumentError('Write a number from 1 to 1000.');
  return limit;
}

/** People's id: `Q0HX2R9`, not `pagerduty:Q0HX2R9`. */
const shortId = (id: string): string => id.slice(id.indexOf(':') + 1);

/** Shown while a plan waits: approving asks for it. */
const planColumn: Column<IncidentSummary> = {
  title: 'PLAN',
  of: ({ planHash }) => (planHash === null ? '-' : shortHash(planHash)),
};

/** Of another day the minute is enough: a line has to fit. */
const started = (at: string): string => clock(at, Date.now()).replace(/^(\S+ \d\d:\d\d):\d\dZ$/, '$1Z');

/** The title takes what the others leave of the line. */
function incidentTable(incidents: readonly IncidentSummary[], columns: number): string {
  const facts: Column<IncidentSummary>[] = [
    { title: 'ID', of: ({ id }) => shortId(id) },
    { title: 'STARTED', of: ({ startedAt }) => `${started(startedAt)}  ${ago(Date.now() - epochMs(startedAt))}` },
    { title: 'INCIDENT', of: ({ status }) => status || '-' },
    { title: 'REMEDIATION', of: ({ outcome, remediation }) => outcome ?? remediation },
    { title: 'RULE', of: ({ rule }) => rule || '-' },
    ...(incidents.some(({ remediation }) => /approval/.test(remediation)) ? [planColumn] : []),
  ];
  const taken =
    Math.max(
      ...table(incidents, facts)
        .split('\n')
        .map((line) => line.length),
    ) + 2;
  const room = Math.max(5, columns - taken);
  return table(incidents, [...facts, { title: 'TITLE', of: ({ title }) => shortened(oneLine(title), room) }]);
}

/** `03:12:41Z (9 h ago)`. */
const when = (at: string): string => `${clock(at, Date.now())} (${ago(Date.now() - epochMs(at))})`;

/** `usual`: how long it usually takes, all in all; left out: not known. */
function head(summary: IncidentSummary, colours: Colours, usual?: string): string[] {
  const { outcome, remediation, planHash } = summary;
  return [
    `${colours.bold(shortId(summary.id))}  ${oneLine(summary.title)} (${summary.service || 'no service'}, ${summary.environment || 'no environment'})`,
    `Incident     ${summary.status.toUpperCase() || 'UNKNOWN'}, began ${when(summary.startedAt)}`,
    `Remediation  ${(outcome ?? remediation).toUpperCase()}${summary.endedAt === null ? '' : `, ended ${when(summary.endedAt)}`}, ${counted(summary.effects, 'effect')}${usual === undefined ? '' : ` (all in all ${usual})`}`,
    `Rule         ${summary.rule === '' ? 'none matched' : `${summary.rule}, mode ${summary.mode}`}${planHash === null ? '' : `, plan ${shortHash(planHash)}`}`,
  ];
}

const words: Readonly<Record<LedgerRecord['state'], string>> = {
  ok: 'ok',
  info: '-',
  waiting: 'wait',
  refused: 'REFUSED',
  failed: 'failed',
  unknown: 'UNKNOWN',
};

function timelineLine({ at, phase, state, says }: LedgerRecord, colours: Colours, columns: number, before = ''): string {
  const tone = {
    ok: colours.green,
    info: colours.dim,
    waiting: colours.cyan,
    refused: colours.red,
    failed: colours.yellow,
    unknown: colours.red,
  }[state];
  const lead = `${phase.padEnd(9)} ${clock(at)}  `;
  return `${before}  ${tone(words[state].padEnd(8))} ${lead}${hanging(oneLine(says), before.length + 11 + lead.length, columns)}`;
}

/** One line per event, for pipes: `2026-11-22T03:13:44Z Q0HW9LT execute ok restart-ec2-instance`. */
const plainLine = ({ at, incident, phase, state, says }: LedgerRecord): string =>
  `${at.slice(0, 19)}Z ${shortId(incident)} ${phase} ${state} ${oneLine(says)}`;

async function watch(context: Context, id: string | undefined, options: OutputOptions): Promise<void> {
  const api = apiClient(context, 'viewer');
  const { terminal } = context;
  const colours = coloursFor(terminal);
  const write = lineWriter(options, terminal, id === undefined, colours);
  if (options.output === 'json') terminal.out(`${JSON.stringify({ apiVersion, kind: 'TimelineStream' })}\n`);
  else if (id !== undefined && terminal.tty) {
    const summary = await api.incident(id);
    const usual = summary.endedAt === null ? await usuallyTakes(api, id) : undefined;
    terminal.out(`${head(summary, colours, usual).join('\n')}\n\n`);
  }
  // Piped, it is found out first that the incident exists: a stream that never says anything would not tell.
  else if (id !== undefined) await api.incident(id);
  if (terminal.tty)
    say(
      context,
      id === undefined ? 'Watching all incidents; Ctrl-C ends the watching, not the runs.' : 'Ctrl-C leaves; the run goes on.',
    );
  const leaving = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  await api.watch(
    id,
    (line) => {
      terminal.out(`${write(line)}\n`);
      if (id === undefined) return undefined;
      // The report is a run's last word. Where nobody can be told, the outcome is.
      if (line.phase === 'outcome') timer ??= setTimeout(() => leaving.abort(), reportWithinMs);
      return line.once === 'report' ? 'stop' : undefined;
    },
    {
      signal: AbortSignal.any([context.interrupted, leaving.signal]),
      onReconnect: (why) => say(context, `the stream broke (${why}); opening it again`),
    },
  );
  clearTimeout(timer);
}

/** How long after its outcome a run's report is waited for. */
const reportWithinMs = 10_000;

function lineWriter(
  options: OutputOptions,
  { tty, columns }: Terminal,
  all: boolean,
  colours: Colours,
): (line: LedgerRecord) => string {
  if (options.output === 'json') return (line) => JSON.stringify(line);
  if (!tty) return plainLine;
  return (line) => timelineLine(line, colours, columns, all ? shortId(line.incident).padEnd(10) : '');
}
