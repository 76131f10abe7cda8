import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Problem } from '../../problem.js';
import { findIncident, IncidentParams } from '../../routes/incident-id.js';
import { proposalLine } from '../proposal.js';
import { defineTool, type ToolGround } from '../tool.js';
import { oneLine } from '../untrusted.js';
import { notWaiting } from '../waiting.js';

const name = 'propose_action';

export const proposeAction = defineTool({
  name,
  title: 'Propose what to do with a plan',
  description:
    'Advise people, for an incident whose plan waits for them, to approve or to reject exactly that plan, and say why. It is written into the timeline as advice. It is no approval: nothing begins by it, and whoever advised may not approve what they advised on.',
  scope: 'adviser',
  input: z.strictObject({
    incident: IncidentParams.shape.id,
    proposal: z.enum(['approve', 'reject']),
    planHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'write the whole hash of the plan, 64 characters (0-9, a-f), as get_plan shows it')
      .meta({ description: 'The whole hash of the plan that it is about, as get_plan shows it.' }),
    reason: z
      .string()
      .min(1, 'say why: people read it')
      .max(1000)
      .meta({ description: 'Why, in one line. People read it; nothing else does.' }),
  }),
  output: z.object({
    incident: z.string(),
    planHash: z.string(),
    proposal: z.enum(['approve', 'reject']),
    proposedBy: z.string(),
    seq: z.int().meta({ description: 'Number of the line in the timeline.' }),
    at: z.string(),
    written: z
      .enum(['now', 'before'])
      .meta({ description: '`before`: you had advised the same on this plan; that line stands.' }),
    counts: z.literal(false).meta({ description: 'It is advice: no approval, and nothing begins by it.' }),
  }),
  writes: true,
  rate: ({ mcpProposeRate }) => mcpProposeRate,
  elsewhere: 'look at the timeline with get_incident',
  handle: async (ground, { incident, proposal, planHash, reason }, { name: by }) => {
    const row = await findIncident(ground.ledger, incident).catch(refused(ground, by));
    const because = oneLine(reason);
    const wrong = because === '' ? 'The reason says nothing.' : await notWaiting(ground, row, planHash);
    if (wrong !== undefined) return refused(ground, by, row.id)(new Problem(409, wrong));
    const line = proposalLine({ incident: row.id, planHash, proposal, by, reason: because });
    const before = (await ground.ledger.timeline(row.id)).some(({ once }) => once === line.once);
    const { seq, at } = await ground.advice.record(line);
    await ground.advice.journal({
      source: 'mcp',
      eventId: `${row.id}.${line.once}`,
      eventType: name,
      incident: row.id,
      result: before ? 'duplicate' : 'recorded',
      says: line.says,
    });
    const written = before ? 'before' : 'now';
    return { incident: row.id, planHash, proposal, proposedBy: by, seq, at, written, counts: false } as const;
  },
});

/** Writes down that somebody tried, and throws what they are told. */
const refused =
  ({ advice }: ToolGround, by: string, incident?: string) =>
  async (problem: unknown): Promise<never> => {
    if (problem instanceof Problem)
      await advice.journal({
        source: 'mcp',
        eventId: randomUUID(),
        eventType: name,
        ...(incident === undefined ? {} : { incident }),
        result: 'refused',
        says: `advice of ${by}: ${problem.message}`,
      });
    throw problem;
  };
