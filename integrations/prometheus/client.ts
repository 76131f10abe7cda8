import { z } from 'zod';
import type { Call } from '../contract/call.js';
import { createHttp } from '../wire/http.js';
import type { PrometheusConfig } from './config.js';
import { judge } from './errors.js';

/** `[unix seconds, "value"]`: the value is a text, since JSON has no NaN and no infinity. */
const sample = z.tuple([z.number(), z.string()]);

const answer = z.object({
  status: z.literal('success'),
  warnings: z.array(z.string()).nullish(),
  data: z.discriminatedUnion('resultType', [
    z.object({
      resultType: z.literal('vector'),
      // A native histogram has no `value`.
      result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: sample.optional() })),
    }),
    z.object({ resultType: z.literal('scalar'), result: sample }),
    z.object({ resultType: z.literal('matrix') }),
    z.object({ resultType: z.literal('string') }),
  ]),
});
export type Answered = z.infer<typeof answer>;

/** The connection to one Prometheus. One request per call; throws VendorError. */
export interface PrometheusClient {
  /** An instant query: the value now. */
  query: (call: Pick<Call, 'signal' | 'now'>, query: string) => Promise<Answered>;
}

export function connectPrometheus({ url, token }: PrometheusConfig, deadlineMs?: number): PrometheusClient {
  const http = createHttp({
    vendor: 'prometheus',
    secrets: token === undefined ? [] : [token],
    judge,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  });
  const headers = { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  return {
    query: async (call, query) => {
      const path = '/api/v1/query';
      const request = { method: 'GET', url: `${url}${path}`, operation: `GET ${path}`, headers, answer } as const;
      return (await http(call, { ...request, query: [['query', query]] })).body;
    },
  };
}
