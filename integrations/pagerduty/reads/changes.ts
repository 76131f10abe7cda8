import type { Deploy } from '../../../domain/deploy.js';
import { z } from 'zod';
import type { Incident } from '../../../domain/incident.js';
import type { CallWith } from '../../contract/call.js';
import type { PagerDutyClient } from '../client.js';
import { ownSource } from '../events-v2.js';
import { time } from '../shapes/proven.js';
import { VendorError } from '../../contract/errors.js';
import { pages } from './pages.js';
import { between } from './span.js';

type PagerDutyCall = CallWith<PagerDutyClient>;

const mostPages = 3;
const longest = 200;

const change = z.object({
  id: z.string().min(1),
  summary: z.string().nullish(),
  source: z.string().nullish(),
  timestamp: time,
});

/**
 * Change events of the incident's service: each tells that something was changed, never how long it took, so it ended when it began.
 * What we sent ourselves is no deployment. The list, its filter `since` and the names of its members are [M]:
 * GET /services/{id}/change_events of the published schema; the scope is `services.read`.
 */
export async function deploys(call: PagerDutyCall, incident: Incident, since: string): Promise<Deploy[]> {
  const found = await pages(
    call,
    {
      path: `/services/${encodeURIComponent(incident.service.id)}/change_events`,
      query: [['since', new Date(since).toISOString()]],
      items: 'change_events',
      item: change,
    },
    mostPages,
  );
  return found
    .filter(({ source, timestamp }) => source !== ownSource && Date.parse(timestamp) >= Date.parse(since))
    .map(({ id, summary, source, timestamp }) => {
      const at = new Date(timestamp).toISOString();
      const says = [summary || 'a change event', source ? `(${source})` : ''].filter(Boolean).join(' ').slice(0, longest);
      return { id: `pagerduty:${id}`, service: incident.service.name, says, startedAt: at, endedAt: at };
    })
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

const own = z.object({ source: z.string().nullish(), custom_details: z.record(z.string(), z.unknown()).nullish() });

/** Marks of the change events that we sent since then, for whoever is about to send one again. GET /change_events [M], scope `change_events.read`. */
export async function ownChanges(call: PagerDutyCall, since: string): Promise<Set<string>> {
  const query = [['since', new Date(since).toISOString()]] as const;
  const found = await pages(call, { path: '/change_events', query, items: 'change_events', item: own }, mostPages);
  const marks = found.filter(({ source }) => source === ownSource).map(({ custom_details: details }) => details?.['mark']);
  return new Set(marks.filter((mark) => typeof mark === 'string'));
}

const told = z.object({ source: z.string().nullish(), timestamp: time });

/** When a service was changed, between two times (epoch milliseconds), oldest first; nothing of what was said about it. A token that may not see it, or a service that is gone: none is known. */
export async function changeTimes(call: PagerDutyCall, service: string, from: number, to: number): Promise<number[]> {
  const list = { path: `/services/${encodeURIComponent(service)}/change_events`, query: [], items: 'change_events', item: told };
  const found = new Set<number>();
  try {
    for await (const { source, timestamp } of between(call, list, from, to)) {
      const at = Date.parse(timestamp);
      if (source !== ownSource && at >= from && at < to) found.add(at);
    }
  } catch (error) {
    if (!(error instanceof VendorError) || (error.fault !== 'absent' && error.fault !== 'forbidden')) throw error;
  }
  return [...found].sort((a, b) => a - b);
}
