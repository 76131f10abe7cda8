import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { CallWith } from '../../contract/call.js';
import type { Deed, HistorySpan, RecordedIncident, SourceHistory } from '../../contract/history.js';
import { VendorError } from '../../contract/errors.js';
import type { PagerDutyClient } from '../client.js';
import { time } from '../shapes/proven.js';
import { changeTimes } from './changes.js';
import { deedsBetween } from './deeds.js';
import { pageSize } from './pages.js';
import { patiently } from './patiently.js';
import { reducedAlert, reducedIncident } from './reduce.js';
import { between } from './span.js';

type PagerDutyCall = CallWith<PagerDutyClient>;

/** Alerts of so many incidents are asked for at the same time. */
const atOnce = 4;
/** An incident of more alerts than that is a storm, and its first are enough. */
const mostAlertPages = 5;

/** A deployment counts as running for so long where its end is not told, and clocks differ. Milliseconds. */
const changesBefore = 24 * 3_600_000;
const changesAfter = 3_600_000;

const object = z.record(z.string(), z.json());
const listed = z.looseObject({
  id: z.string().min(1),
  created_at: time,
  status: z.string(),
  last_status_change_at: time.nullish(),
  service: z.looseObject({ id: z.string() }),
});

/** Incidents of the past with their alerts and what was done to them: GET alone. */
export const pagerDutyHistory: SourceHistory<PagerDutyClient> = {
  token: 'PAGERDUTY_API_TOKEN',
  // Whoever only reads writes in nobody's name.
  readOnly: { PAGERDUTY_FROM: 'nobody@read-only.invalid' },
  read,
};

/** GET /incidents by `since`, `until` and `sort_by`, then GET /incidents/{id}/alerts of each: contracts 1.9; the filters are [M]. */
async function* read(call: PagerDutyCall, { since, until, has, progress }: HistorySpan): AsyncGenerator<RecordedIncident> {
  const [from, to] = [Date.parse(since), Date.parse(until)];
  const deeds = await deedsBetween(call, from, to, (entries) => progress?.(`${entries} log entries`));
  const list = { path: '/incidents', query: [['sort_by', 'created_at:asc']] as const, items: 'incidents', item: listed };
  const seen = new Set<string>();
  const byService = new Map<string, Promise<number[]>>();
  const changesOf = (service: string): Promise<number[]> => {
    const known = byService.get(service) ?? changeTimes(call, service, from - changesBefore, to);
    byService.set(service, known);
    return known;
  };
  let waiting: z.infer<typeof listed>[] = [];
  const full = (): Promise<RecordedIncident[]> => {
    const batch = waiting;
    waiting = [];
    return Promise.all(batch.map((one) => recorded(call, one, deeds.get(one.id) ?? [], changesOf)));
  };
  for await (const one of between(call, list, from, to)) {
    if (seen.has(one.id) || has?.(one.id) === true) continue;
    seen.add(one.id);
    waiting.push(one);
    if (waiting.length === atOnce) yield* await full();
  }
  yield* await full();
}

async function recorded(
  call: PagerDutyCall,
  one: z.infer<typeof listed>,
  deeds: Deed[],
  changesOf: (service: string) => Promise<number[]>,
): Promise<RecordedIncident> {
  const began = Date.parse(one.created_at);
  const changes = (await changesOf(one.service.id)).filter((at) => at >= began - changesBefore && at < began + changesAfter);
  return {
    source: 'pagerduty',
    externalId: one.id,
    generation: '0',
    createdAt: new Date(one.created_at).toISOString(),
    incident: reducedIncident(one as JsonObject),
    alerts: (await alertsOf(call, one.id)).map(reducedAlert),
    deeds: ended(one, deeds),
    ...(changes.length > 0 ? { changes: changes.map((at) => new Date(at).toISOString()) } : {}),
  };
}

/** The log is kept for a shorter time than incidents are: what is resolved without a word of it was resolved by nobody that we know. */
function ended({ status, last_status_change_at: at }: z.infer<typeof listed>, deeds: Deed[]): Deed[] {
  if (status !== 'resolved' || !at || deeds.some(({ did }) => did === 'resolved')) return deeds;
  return [...deeds, { at: new Date(at).toISOString(), did: 'resolved', by: { kind: 'unknown' } }];
}

async function alertsOf(call: PagerDutyCall, id: string): Promise<JsonObject[]> {
  const alerts: JsonObject[] = [];
  const answer = z.object({ alerts: z.array(object), more: z.boolean().nullish() });
  for (let page = 0; page < mostAlertPages; page += 1) {
    const query = [
      ['limit', String(pageSize)],
      ['offset', String(page * pageSize)],
    ] as const;
    const got = await patiently(call, { path: `/incidents/${encodeURIComponent(id)}/alerts`, query, answer }).catch(
      (error: unknown) => {
        // It was deleted since the list was read.
        if (error instanceof VendorError && error.fault === 'absent') return { alerts: [], more: false };
        throw error;
      },
    );
    alerts.push(...got.alerts);
    if (!got.more) break;
  }
  return alerts;
}
