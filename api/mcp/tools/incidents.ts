import { z } from 'zod';
import { explain, lastGuards } from '../../../decide/explain.js';
import type { Decision } from '../../../domain/plan.js';
import type { IncidentRow } from '../../../ledger/port.js';
import { notFound } from '../../problem.js';
import { findIncident, IncidentParams } from '../../routes/incident-id.js';
import { Evidence, IncidentList, IncidentSummary, PlanView, Timeline } from '../../shapes.js';
import { defineTool, readRate, type ToolGround } from '../tool.js';

const Incident = z.strictObject({ incident: IncidentParams.shape.id });

/** How many rows are looked through for those that are asked for. */
const searched = 1000;
/** Lines of one answer. */
const page = 200;

const kinds = {
  all: () => true,
  open: ({ endedAt }) => endedAt === null,
  waiting: ({ endedAt, remediation }) => endedAt === null && remediation === 'waiting for approval',
} satisfies Record<string, (row: IncidentRow) => boolean>;
const Kind = z.enum(Object.keys(kinds) as [keyof typeof kinds]);

export const listIncidents = defineTool({
  name: 'list_incidents',
  title: 'List incidents',
  description: 'Incidents, newest first. `waiting`: those in which people were asked for their word on a plan.',
  scope: 'viewer',
  input: z.strictObject({ which: Kind.default('all'), limit: z.int().min(1).max(100).default(20) }),
  output: IncidentList,
  rate: readRate,
  elsewhere: 'ask for fewer with `limit`',
  handle: async ({ ledger }, { which, limit }) => ({
    incidents: (await ledger.incidents(searched)).filter(kinds[which]).slice(0, limit),
  }),
});

export const getIncident = defineTool({
  name: 'get_incident',
  title: 'Get an incident',
  description: `One incident and its timeline, oldest line first, ${page} lines at a time: \`next\` is what to give as \`after\` for more.`,
  scope: 'viewer',
  input: Incident.extend({
    after: z.int().min(0).default(0).meta({ description: 'Only lines after this number (`seq`).' }),
  }),
  output: z.object({
    incident: IncidentSummary,
    lines: Timeline.shape.lines,
    next: z.int().nullable().meta({ description: 'Null: there is no more.' }),
  }),
  rate: readRate,
  elsewhere: 'read it over REST: GET /api/v1/incidents/{id}/timeline',
  handle: async ({ ledger }, { incident: id, after }) => {
    const incident = await findIncident(ledger, id);
    const rest = await ledger.timeline(incident.id, after);
    const lines = rest.slice(0, page);
    return { incident, lines, next: rest.length > page ? (lines.at(-1)?.seq ?? null) : null };
  },
});

export const getPlan = defineTool({
  name: 'get_plan',
  title: 'Get a plan',
  description: 'What was decided for an incident: the verdict of every rule, the plan, its steps and its hash.',
  scope: 'viewer',
  input: Incident,
  output: PlanView,
  rate: readRate,
  elsewhere: 'read it over REST: GET /api/v1/incidents/{id}/plan',
  handle: async ({ ledger }, { incident }) => {
    const { id, decision } = await decisionOf(ledger, incident);
    return { incident: id, decision };
  },
});

export const explainDecision = defineTool({
  name: 'explain_decision',
  title: 'Explain a decision',
  description: 'Why it was decided so, in words: condition by condition, guard by guard, with what each of them found.',
  scope: 'viewer',
  input: Incident,
  output: z.object({ incident: z.string(), text: z.string() }),
  rate: readRate,
  longest: 50_000,
  elsewhere: 'run: opssentinel rules explain',
  handle: async ({ ledger, now }, { incident }) => {
    const { id, decision } = await decisionOf(ledger, incident);
    const guards = lastGuards(await ledger.timeline(id));
    return { incident: id, text: explain(decision as unknown as Decision, guards, now()) };
  },
});

export const getEvidence = defineTool({
  name: 'get_evidence',
  title: 'Get the evidence',
  description: 'Everything that is written down about an incident: events, decisions, approvals, permits, effects, timeline.',
  scope: 'viewer',
  input: Incident,
  output: Evidence,
  rate: readRate,
  elsewhere: 'read it over REST: GET /api/v1/evidence/{id}',
  handle: async ({ ledger }, { incident }) => {
    const { id } = await findIncident(ledger, incident);
    return ledger.evidence(id);
  },
});

async function decisionOf(ledger: ToolGround['ledger'], incident: string) {
  const { id } = await findIncident(ledger, incident);
  const decision = await ledger.decision(id);
  if (decision === undefined) throw notFound(`decision for ${id} yet; its timeline shows where it stands`);
  return { id, decision };
}
