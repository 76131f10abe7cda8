import type { Request } from 'express';
import { z } from 'zod';
import { notFound, Problem } from '../problem.js';
import { defineRoute } from '../route.js';
import { IncidentList, IncidentSummary, PlanView, Timeline } from '../shapes.js';
import { streamPage } from '../streams.js';
import { findIncident, IncidentParams } from './incident-id.js';

const sequence = z.coerce.number('write the number of a line').int().min(0).max(Number.MAX_SAFE_INTEGER);
const After = z.strictObject({ after: sequence.optional().meta({ description: 'Only lines after this number.' }) });

export const listIncidents = defineRoute({
  method: 'get',
  path: '/api/v1/incidents',
  scope: 'viewer',
  summary: 'Incidents, newest first.',
  query: z.strictObject({ limit: z.coerce.number('write a number from 1 to 1000').int().min(1).max(1000).default(100) }),
  responses: { 200: { says: 'The newest incidents.', schema: IncidentList } },
  handle: async ({ ledger }, { query }) => ({ status: 200, body: { incidents: await ledger.incidents(query.limit) } }),
});

export const getIncident = defineRoute({
  method: 'get',
  path: '/api/v1/incidents/{id}',
  scope: 'viewer',
  summary: 'One incident.',
  params: IncidentParams,
  responses: { 200: { says: 'The incident.', schema: IncidentSummary } },
  problems: [404],
  handle: async ({ ledger }, { params }) => ({ status: 200, body: await findIncident(ledger, params.id) }),
});

export const getTimeline = defineRoute({
  method: 'get',
  path: '/api/v1/incidents/{id}/timeline',
  scope: 'viewer',
  summary: 'What happened to one incident, oldest first.',
  description: 'With `Accept: text/event-stream` it stays open and goes on live; `Last-Event-ID` takes it up after that line.',
  params: IncidentParams,
  query: After,
  responses: { 200: { says: 'The lines.', schema: Timeline, live: true } },
  problems: [404],
  handle: async ({ ledger, streams }, { params, query, request, response }) => {
    const id = await timelineOf(ledger, params.id);
    const read = (after: number) => ledger.timeline(id, after);
    const after = lastEventId(request) ?? query.after ?? 0;
    if (!wantsStream(request)) return { status: 200, body: { lines: await read(after) } };
    await streams.open(request, response, after, read);
    return 'handled';
  },
});

export const getAllTimelines = defineRoute({
  method: 'get',
  path: '/api/v1/timeline',
  scope: 'viewer',
  summary: 'The lines of all incidents, oldest first.',
  description: 'With `Accept: text/event-stream` it goes on live, from now on unless `Last-Event-ID` or `after` says from where.',
  query: After,
  responses: { 200: { says: `At most ${streamPage} lines.`, schema: Timeline, live: true } },
  handle: async ({ ledger, streams }, { query, request, response }) => {
    const read = (after: number) => ledger.recordsAfter(after, streamPage);
    const after = lastEventId(request) ?? query.after;
    if (!wantsStream(request)) return { status: 200, body: { lines: await read(after ?? 0) } };
    await streams.open(request, response, after ?? (await streams.head()), read);
    return 'handled';
  },
});

export const getPlan = defineRoute({
  method: 'get',
  path: '/api/v1/incidents/{id}/plan',
  scope: 'viewer',
  summary: 'What was decided for one incident and why: every rule, the plan and its hash.',
  params: IncidentParams,
  responses: { 200: { says: 'The decision.', schema: PlanView } },
  problems: [404],
  handle: async ({ ledger }, { params }) => {
    const { id } = await findIncident(ledger, params.id);
    const decision = await ledger.decision(id);
    if (decision === undefined) throw notFound(`decision for ${id} yet; its timeline shows where it stands`);
    return { status: 200, body: { incident: id, decision } };
  },
});

/** A run has lines before it has a row in the list: whoever watches from the first moment is not sent away. */
async function timelineOf(
  ledger: Parameters<typeof findIncident>[0] & { timeline: (id: string) => Promise<unknown[]> },
  id: string,
): Promise<string> {
  try {
    return (await findIncident(ledger, id)).id;
  } catch (error) {
    if (error instanceof Problem && id.includes(':') && (await ledger.timeline(id)).length > 0) return id;
    throw error;
  }
}

const wantsStream = (request: Request): boolean => (request.headers.accept ?? '').includes('text/event-stream');

function lastEventId(request: Request): number | undefined {
  const text = request.get('last-event-id');
  if (text === undefined || text === '') return undefined;
  const parsed = sequence.safeParse(text);
  if (!parsed.success) throw new Problem(400, 'Last-Event-ID must be the number of a line.');
  return parsed.data;
}
