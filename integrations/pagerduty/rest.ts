import { z } from 'zod';
import type { Person } from '../../domain/incident.js';
import type { JsonObject } from '../../domain/json.js';
import type { CallWith } from '../contract/call.js';
import type { PagerDutyClient } from './client.js';
import { personOf } from './normalise.js';
import { pages, pageSize } from './reads/pages.js';

type PagerDutyCall = CallWith<PagerDutyClient>;

const object = z.record(z.string(), z.json());
const anything = z.unknown();
const reference = z.object({ id: z.string().min(1) });

/** Paths are made from ids that came over the wire. */
const incidentPath = (id: string): string => `/incidents/${encodeURIComponent(id)}`;

/** GET /incidents/{id}, whole. Throws VendorError. */
export async function getIncident(call: PagerDutyCall, id: string): Promise<JsonObject> {
  const { incident } = await call.client.rest(call, {
    method: 'GET',
    path: incidentPath(id),
    answer: z.object({ incident: object }),
  });
  return incident;
}

const held = z.object({
  status: z.string(),
  assignments: z.array(z.object({ assignee: reference })).nullish(),
  acknowledgements: z.array(z.object({ acknowledger: reference })).nullish(),
  escalation_policy: reference.nullish(),
});

/** Who has the incident now, and by which policy. */
export interface Holding {
  status: string;
  assignees: string[];
  acknowledgers: string[];
  escalationPolicy: string | undefined;
}

export async function getHolding(call: PagerDutyCall, id: string): Promise<Holding> {
  const { incident } = await call.client.rest(call, {
    method: 'GET',
    path: incidentPath(id),
    answer: z.object({ incident: held }),
  });
  return {
    status: incident.status,
    assignees: (incident.assignments ?? []).map(({ assignee }) => assignee.id),
    acknowledgers: (incident.acknowledgements ?? []).map(({ acknowledger }) => acknowledger.id),
    escalationPolicy: incident.escalation_policy?.id,
  };
}

/** GET /incidents/{id}/alerts: at most five pages; an incident of more alerts than that is a storm, and its first are enough. */
export async function getAlerts(call: PagerDutyCall, id: string): Promise<JsonObject[]> {
  const alerts: JsonObject[] = [];
  for (let page = 0; page < 5; page += 1) {
    const query = [
      ['limit', String(pageSize)],
      ['offset', String(page * pageSize)],
    ] as const;
    const answer = z.object({ alerts: z.array(object), more: z.boolean().nullish() });
    const got = await call.client.rest(call, { method: 'GET', path: `${incidentPath(id)}/alerts`, query, answer });
    alerts.push(...got.alerts);
    if (!got.more) break;
  }
  return alerts;
}

/** PUT /incidents/{id}. Setting `status` of a resolved incident would re-open it: callers read first. */
export async function putIncident(
  call: PagerDutyCall,
  id: string,
  change: { status: 'resolved' } | { escalation_level: number },
): Promise<void> {
  const body = { incident: { type: 'incident_reference', ...change } };
  await call.client.rest(call, { method: 'PUT', path: incidentPath(id), body, answer: anything });
}

const noteShape = z.object({ id: z.string().min(1), content: z.string(), user: reference.nullish() });
export type Note = z.infer<typeof noteShape>;

/** GET /incidents/{id}/notes: all of them, PagerDuty has no pages here. */
export async function getNotes(call: PagerDutyCall, id: string): Promise<Note[]> {
  const { notes } = await call.client.rest(call, {
    method: 'GET',
    path: `${incidentPath(id)}/notes`,
    answer: z.object({ notes: z.array(noteShape) }),
  });
  return notes;
}

export async function postNote(call: PagerDutyCall, id: string, content: string): Promise<void> {
  await call.client.rest(call, {
    method: 'POST',
    path: `${incidentPath(id)}/notes`,
    body: { note: { content } },
    answer: anything,
  });
}

export async function putNote(call: PagerDutyCall, id: string, noteId: string, content: string): Promise<void> {
  await call.client.rest(call, {
    method: 'PUT',
    path: `${incidentPath(id)}/notes/${encodeURIComponent(noteId)}`,
    body: { note: { content } },
    answer: anything,
  });
}

/** One line of an escalation policy's present duty. */
export interface OnDuty {
  level: number;
  person: Person;
  /** The silent agent, not a person. */
  ourselves: boolean;
}

const duty = z.object({
  escalation_level: z.int().min(1),
  user: z.object({
    id: z.string().min(1),
    summary: z.string().nullish(),
    name: z.string().nullish(),
    email: z.string().nullish(),
  }),
});

/** GET /oncalls: who is on call now by this policy, lowest level first. */
export async function getOnDuty(call: PagerDutyCall, policy: string): Promise<OnDuty[]> {
  const query = [
    ['escalation_policy_ids[]', policy],
    ['include[]', 'users'],
    ['limit', String(pageSize)],
  ] as const;
  const { oncalls } = await call.client.rest(call, {
    method: 'GET',
    path: '/oncalls',
    query,
    answer: z.object({ oncalls: z.array(duty) }),
  });
  const { from, ourselves } = call.client;
  return oncalls
    .map(({ escalation_level, user }) => ({
      level: escalation_level,
      person: personOf(user),
      ourselves: ourselves.includes(user.id) || user.email?.toLowerCase() === from.toLowerCase(),
    }))
    .sort((a, b) => a.level - b.level);
}

/** The level that an incident stands at: the lowest where one of its assignees is on call. 0: none of them is, by this policy. */
export const levelOf = (duties: readonly OnDuty[], assignees: readonly string[]): number =>
  duties.find(({ person }) => assignees.includes(person.id))?.level ?? 0;

/**
 * Texts of the status updates of an incident. They have no list of their own: they stand in its log as `status_update_log_entry`
 * with a `message` [M]. At most five pages, newest first.
 */
export async function getStatusUpdates(call: PagerDutyCall, id: string): Promise<string[]> {
  const item = z.object({ type: z.string(), message: z.string().nullish() });
  const list = {
    path: `${incidentPath(id)}/log_entries`,
    query: [['is_overview', 'false']] as const,
    items: 'log_entries',
    item,
  };
  const entries = await pages(call, list, 5);
  return entries.filter(({ type }) => type.startsWith('status_update_log_entry')).flatMap(({ message }) => message ?? []);
}

/** POST /incidents/{id}/status_updates. */
export async function postStatusUpdate(call: PagerDutyCall, id: string, message: string): Promise<void> {
  await call.client.rest(call, {
    method: 'POST',
    path: `${incidentPath(id)}/status_updates`,
    body: { message },
    answer: anything,
  });
}
