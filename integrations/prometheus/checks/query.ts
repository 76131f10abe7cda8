import { z } from 'zod';
import { defineCheck } from '../../contract/check.js';
import { VendorError } from '../../contract/errors.js';
import { bounds, boundWanted, hasBound, judgeReadings, query, type Reading } from '../../wire/bounds.js';
import type { Answered, PrometheusClient } from '../client.js';

/** An instant query. An empty answer is not well: a target that is gone has no series either. */
export const prometheusQuery = defineCheck<PrometheusClient>()({
  id: 'prometheus.query',
  summary: 'The value of a PromQL query is within bounds, for every series.',
  permissions: ['GET /api/v1/query'],
  params: z.strictObject({ query, ...bounds }).refine(hasBound, boundWanted),
  read: async (call, { query: text, ...limits }) => {
    const { data, warnings } = await call.client.query(call, text);
    const judged = judgeReadings(readingsIn(data), limits);
    // A federated store warns when a part of it did not answer: then nobody knows what that part would have said.
    if (warnings && warnings.length > 0)
      return { ok: false, says: `${judged.says}; but it warns: ${warnings[0]?.slice(0, 200)}` };
    return judged;
  },
});

function readingsIn(data: Answered['data']): Reading[] {
  if (data.resultType === 'scalar') return [{ series: 'scalar', value: number(data.result[1]) }];
  if (data.resultType === 'vector')
    return data.result.map(({ metric, value }) => ({ series: named(metric), value: number(value?.[1]) }));
  throw new VendorError(
    'prometheus',
    'refused',
    `the query gives a ${data.resultType}; write one that gives an instant vector or a scalar`,
  );
}

/** `+Inf` and `-Inf` are numbers, everything else that is none is NaN. */
function number(text: string | undefined): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text);
}

function named({ __name__: name = '', ...labels }: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${pairs.join(', ')}}`;
}
