import { z } from 'zod';
import type { CreateSimulator, Simulator, WireResponse } from '../contract/simulator.js';
import { json, withOrder } from '../wire/simulated/body.js';

const mount = /^\/prometheus(?=\/)/;

/** What `POST /_sandbox/prometheus/series` takes: the answer to this query from now on. */
const order = z.strictObject({
  query: z.string(),
  resultType: z.enum(['vector', 'scalar', 'matrix', 'string']).default('vector'),
  /** Values as Prometheus writes them: texts, `NaN` and `+Inf` among them. */
  series: z.array(z.strictObject({ metric: z.record(z.string(), z.string()).default({}), value: z.string() })),
  warnings: z.array(z.string()).optional(),
});

const failure = (status: number, errorType: string, error: string): WireResponse =>
  json(status, { status: 'error', errorType, error });

/** Source: Prometheus HTTP API, instant queries, prometheus.io/docs/prometheus/latest/querying/api. A query that nobody scripted gives an empty vector. */
const createPrometheus: CreateSimulator = (world): Simulator => {
  const orders = new Map<string, z.infer<typeof order>>();
  return {
    vendor: 'prometheus',
    claims: ({ path }) => mount.test(path),
    operation: ({ method, path }) => `${method} ${path.replace(mount, '')}`,
    answer: ({ method, path, query }) => {
      if (path.replace(mount, '') !== '/api/v1/query' || method !== 'GET')
        return failure(501, 'not_found', `SANDBOX: ${method} ${path} is not simulated`);
      const asked = query.get('query') ?? '';
      if (asked === '' || /[({[]$/.test(asked)) return failure(400, 'bad_data', 'invalid parameter "query": 1:1: parse error');
      const found = orders.get(asked) ?? { resultType: 'vector', series: [], warnings: undefined };
      const at = Math.floor(world.now()) / 1000;
      const samples = found.series.map(({ metric, value }) => ({ metric, value: [at, value] }));
      const result =
        found.resultType === 'vector' ? samples : found.resultType === 'matrix' ? [] : [at, found.series[0]?.value ?? ''];
      return json(200, {
        status: 'success',
        ...(found.warnings ? { warnings: found.warnings } : {}),
        data: { resultType: found.resultType, result },
      });
    },
    refusal: (_request, status) => failure(status, status === 503 ? 'timeout' : 'internal', `SANDBOX: scripted ${status}`),
    controls: { 'POST /series': 'the answer to a query from now on: `{"query": "…", "series": [{"value": "1"}]}`' },
    control: async ({ method, path, body }) => {
      if (method !== 'POST' || path !== '/series') return undefined;
      return withOrder(order, body, (given) => {
        orders.set(given.query, given);
        return { query: given.query };
      });
    },
    environment: ({ address }) => ({ PROMETHEUS_URL: `${address}/prometheus` }),
    reset: () => orders.clear(),
  };
};

export default createPrometheus;
