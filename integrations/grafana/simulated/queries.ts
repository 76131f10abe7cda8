import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { WireResponse } from '../../contract/simulator.js';
import { json } from '../../wire/simulated/body.js';

/** What `POST /_sandbox/grafana/series` takes: the answer to this expression from now on. */
export const seriesOrder = z.strictObject({
  expr: z.string(),
  series: z.array(
    z.strictObject({ labels: z.record(z.string(), z.string()).default({}), values: z.array(z.number().nullable()) }),
  ),
  error: z.string().optional(),
});
export type SeriesOrder = z.infer<typeof seriesOrder>;

const asked = z.object({
  from: z.string().regex(/^\d{13}$/),
  to: z.string().regex(/^\d{13}$/),
  queries: z.array(z.object({ refId: z.string(), datasource: z.object({ uid: z.string() }), expr: z.string() })).min(1),
});

/** Source: Grafana HTTP API, "Query a data source". `POST /api/ds/query`: frames of a time and a number field per series, `null` where there is no value. */
export function answerQuery(body: unknown, orders: ReadonlyMap<string, SeriesOrder>): WireResponse {
  const parsed = asked.safeParse(body);
  if (!parsed.success) return json(400, { message: 'bad request data' });
  const results = Object.fromEntries(
    parsed.data.queries.map(({ refId, expr }): [string, JsonObject] => {
      const order = orders.get(expr);
      if (order?.error) return [refId, { error: order.error, status: 500 }];
      return [refId, { status: 200, frames: (order?.series ?? []).map((series) => frame(series, Number(parsed.data.to))) }];
    }),
  );
  return json(Object.values(results).some((result) => 'error' in result) ? 207 : 200, { results });
}

const frame = ({ labels, values }: SeriesOrder['series'][number], until: number): JsonObject => ({
  schema: {
    refId: 'A',
    fields: [
      { name: 'Time', type: 'time' },
      { name: 'Value', type: 'number', labels },
    ],
  },
  data: { values: [values.map((_value, index) => until - (values.length - 1 - index) * 15_000), values] },
});
