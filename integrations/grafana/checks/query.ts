import { z } from 'zod';
import { parseDuration } from '../../../domain/duration.js';
import { defineCheck } from '../../contract/check.js';
import { VendorError } from '../../contract/errors.js';
import { bounds, boundWanted, hasBound, judgeReadings, query, type Reading } from '../../wire/bounds.js';
import type { GrafanaClient } from '../client.js';

const standardWindow = '5m';
const mostPoints = 100;

/** A data frame: columns by field. `null` stands for no value, NaN and infinity. */
const frame = z.object({
  schema: z.object({
    name: z.string().nullish(),
    fields: z.array(
      z.object({ name: z.string(), type: z.string().nullish(), labels: z.record(z.string(), z.string()).nullish() }),
    ),
  }),
  data: z.object({ values: z.array(z.array(z.json())) }).nullish(),
});

const answer = z.object({
  results: z.object({ A: z.object({ error: z.string().nullish(), frames: z.array(frame).nullish() }) }),
});

/** The newest value of every series that a query through Grafana gives, whichever data source has it. */
export const grafanaQuery = defineCheck<GrafanaClient>()({
  id: 'grafana.query',
  summary: 'The newest value of a query of a Grafana data source is within bounds, for every series.',
  permissions: ['datasources:query'],
  params: z
    .strictObject({
      datasource: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, 'is the UID of a data source'),
      expr: query,
      ...bounds,
      window: z
        .string()
        .refine((text) => (parseDuration(text) ?? 0) > 0, 'is a duration such as 5m')
        .default(standardWindow),
    })
    .refine(hasBound, boundWanted),
  read: async (call, { datasource, expr, window, ...limits }) => {
    const now = call.now();
    const windowMs = parseDuration(window) ?? 0;
    const { results } = await call.client.send(call, {
      method: 'POST',
      kind: 'read',
      path: '/api/ds/query',
      body: {
        from: String(now - windowMs),
        to: String(now),
        queries: [
          {
            refId: 'A',
            datasource: { uid: datasource },
            expr,
            range: true,
            instant: false,
            maxDataPoints: mostPoints,
            intervalMs: Math.max(1_000, Math.floor(windowMs / mostPoints)),
          },
        ],
      },
      answer,
    });
    // A failed query of one data source may come with status 200 or 207.
    if (results.A.error) throw new VendorError('grafana', 'unavailable', `the query failed: ${results.A.error.slice(0, 200)}`);
    return judgeReadings((results.A.frames ?? []).flatMap(newest), limits);
  },
});

function newest({ schema, data }: z.infer<typeof frame>): Reading[] {
  return schema.fields.flatMap(({ name, type, labels }, column) => {
    if (type !== 'number') return [];
    const value = data?.values[column]?.at(-1);
    const series =
      Object.entries(labels ?? {})
        .map(([label, text]) => `${label}=${text}`)
        .join(', ') ||
      schema.name ||
      name;
    return [{ series, value: typeof value === 'number' ? value : Number.NaN }];
  });
}
