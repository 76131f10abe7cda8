import { z } from 'zod';
import type { CallWith } from '../../contract/call.js';
import type { Deed, Doer } from '../../contract/history.js';
import type { PagerDutyClient } from '../client.js';
import { time } from '../shapes/proven.js';
import { between } from './span.js';

/** Of a log entry only who, what and when: never its summary, its note or its channel's text. */
const entry = z.object({
  id: z.string().min(1),
  type: z.string(),
  created_at: time,
  agent: z.object({ id: z.string().nullish(), type: z.string().nullish() }).nullish(),
  incident: z.object({ id: z.string().min(1) }),
});

/** PagerDuty's names of log entries; every other one is none of our business. */
const deedOf: Readonly<Record<string, Deed['did']>> = {
  acknowledge_log_entry: 'acknowledged',
  unacknowledge_log_entry: 'unacknowledged',
  assign_log_entry: 'reassigned',
  delegate_log_entry: 'reassigned',
  escalate_log_entry: 'escalated',
  annotate_log_entry: 'noted',
  resolve_log_entry: 'resolved',
  merge_log_entry: 'merged',
  reopen_log_entry: 'reopened',
};

/**
 * What was done to every incident of the account in a span (epoch milliseconds), by incident, oldest first. One list of the account,
 * not one of each incident. GET /log_entries of the published schema, `is_overview=false`; its scope is `incidents.read` [M].
 */
export async function deedsBetween(
  call: CallWith<PagerDutyClient>,
  from: number,
  to: number,
  progress: (entries: number) => void,
): Promise<Map<string, Deed[]>> {
  const list = { path: '/log_entries', query: [['is_overview', 'false']] as const, items: 'log_entries', item: entry };
  const seen = new Set<string>();
  const found = new Map<string, Deed[]>();
  for await (const { id, type, created_at: at, agent, incident } of between(call, list, from, to)) {
    const did = deedOf[type.replace(/_reference$/, '')];
    if (seen.has(id) || did === undefined) continue;
    seen.add(id);
    const deed: Deed = { at: new Date(at).toISOString(), did, by: doer(agent) };
    found.set(incident.id, [...(found.get(incident.id) ?? []), deed]);
    if (seen.size % 1_000 === 0) progress(seen.size);
  }
  for (const deeds of found.values()) deeds.sort((a, b) => a.at.localeCompare(b.at) || a.did.localeCompare(b.did));
  return found;
}

/** A user is a person; a service or an integration is the source itself. */
function doer(agent: z.infer<typeof entry>['agent']): Doer {
  const kind = agent?.type?.startsWith('user')
    ? 'person'
    : agent?.type && /^(service|.*integration)/.test(agent.type)
      ? 'source'
      : 'unknown';
  return { kind, ...(agent?.id ? { id: agent.id } : {}) };
}
