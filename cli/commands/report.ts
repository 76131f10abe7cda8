import type { Command } from 'commander';
import type { IncidentSummary } from '../../api/shapes.js';
import { parseDuration } from '../../domain/duration.js';
import type { Decision } from '../../domain/plan.js';
import type { LedgerRecord } from '../../domain/record.js';
import type { Ending, Story } from '../../domain/story.js';
import { clock, counted, epochMs } from '../../domain/words.js';
import { lastGuards } from '../../decide/explain.js';
import { noteOf } from '../../decide/note.js';
import { apiClient, type Context, type OutputOptions, print } from '../context.js';
import { Failure } from '../failure.js';
import { pastFor } from '../incident-past.js';

/** `report`: in the morning all that happened at night, or one incident with its timeline, in the words of the notes. */
export function addReport(program: Command, context: Context): void {
  program
    .command('report')
    .description('what was done, tried, ruled out and left behind: of one incident, or of all since the evening')
    .argument('[incident]', 'its id; all of the time when left out')
    .option('--since <duration>', 'how far back: 12h, 7d', '12h')
    .action((id: string | undefined, options: OutputOptions & { since: string }) =>
      id === undefined ? ofNight(context, options) : ofOne(context, id, options),
    );
}

type Api = ReturnType<typeof apiClient>;

/** As the incident's own note says it. An incident that goes on has no end to tell yet. */
async function told(api: Api, incident: IncidentSummary, past?: string): Promise<{ note: string; timeline: LedgerRecord[] }> {
  const [timeline, decision] = await Promise.all([api.timeline(incident.id), decisionOf(api, incident)]);
  const data = timeline.findLast(({ phase }) => phase === 'outcome')?.data;
  const { ending, story } = (data ?? {}) as unknown as { ending?: Ending; story?: Story };
  if (!ending || !story) return { note: `${incident.remediation}: ${timeline.at(-1)?.says ?? 'nothing is known yet'}`, timeline };
  return { note: noteOf({ decision, ending, story, verdicts: lastGuards(timeline), past, link: incident.id }), timeline };
}

const decisionOf = async (api: Api, { id, planHash }: IncidentSummary): Promise<Decision | undefined> =>
  planHash === null ? undefined : ((await api.plan(id)).decision as unknown as Decision);

async function ofOne(context: Context, id: string, options: OutputOptions): Promise<void> {
  const api = apiClient(context, 'viewer');
  const incident = await api.incident(id);
  const { note, timeline } = await told(api, incident, await pastFor(api, incident.id));
  print(context, options, 'Report', [{ ...incident, note, timeline }], () =>
    [
      head(incident),
      '',
      note,
      '',
      ...timeline.map(({ at, phase, state, says }) => `${clock(at)}  ${phase} ${state}  ${says}`),
    ].join('\n'),
  );
}

/** So many incidents are read for one report. */
const mostIncidents = 1_000;

async function ofNight(context: Context, options: OutputOptions & { since: string }): Promise<void> {
  const back = parseDuration(options.since);
  if (back === undefined) throw new Failure('usage', `--since ${options.since} is no duration; write 12h or 7d`);
  const api = apiClient(context, 'viewer');
  const from = Date.now() - back;
  const incidents = (await api.incidents(mostIncidents)).filter(({ startedAt }) => epochMs(startedAt) >= from).reverse();
  const reports: (IncidentSummary & { note: string })[] = [];
  for (const incident of incidents) reports.push({ ...incident, note: (await told(api, incident)).note });
  print(context, options, 'ReportList', reports, () =>
    [summary(incidents, options.since), ...reports.flatMap((one) => ['', head(one), one.note])].join('\n'),
  );
}

const head = ({ id, title, startedAt, service, environment }: IncidentSummary): string =>
  `${id}  ${title}  ${startedAt.slice(0, 10)} ${clock(startedAt)}  ${[service, environment].filter(Boolean).join(', ')}`;

/** First what somebody must still see to. */
function summary(incidents: readonly IncidentSummary[], since: string): string {
  const ended = (kind: string): number => incidents.filter(({ outcome }) => outcome === kind).length;
  const open = incidents.filter(({ outcome }) => outcome === null).length;
  const effects = incidents.reduce((sum, one) => sum + one.effects, 0);
  return [
    `${counted(incidents.length, 'incident')} in ${since}: ${ended('escalated')} handed to people, ${ended('remediated')} mended and verified,`,
    `${ended('observed')} only observed, ${open} going on; ${counted(effects, 'effect')}`,
  ].join(' ');
}
