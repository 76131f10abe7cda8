import { z } from 'zod';
import type { IncidentRow, Ledger } from '../../ledger/port.js';
import { notFound } from '../problem.js';

/** REST's `{id}`. */
export const IncidentParams = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,255}$/, "write our id, e.g. pagerduty:Q0HX2R9, or the source's own, e.g. Q0HX2R9")
    .meta({ description: "Our id of the incident, or the source's own: then its latest life.", example: 'pagerduty:Q0HX2R9' }),
});

/** How far back a bare id of the source is looked for. */
const searched = 1000;

/** The incident that an id means. Throws Problem 404. */
export async function findIncident(ledger: Pick<Ledger, 'incident' | 'incidents'>, id: string): Promise<IncidentRow> {
  const exact = await ledger.incident(id);
  if (exact !== undefined) return exact;
  const recent = await ledger.incidents(searched);
  const lives = recent.filter((row) => row.id.endsWith(`:${id}`) || row.id.split(':')[1] === id);
  const latest = lives.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))[0];
  if (latest !== undefined) return latest;
  throw notFound(`incident ${id}; \`opssentinel incident list\` shows what there is`);
}
