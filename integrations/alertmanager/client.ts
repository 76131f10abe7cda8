import { z } from 'zod';
import type { Call } from '../contract/call.js';
import { everyAlert, gettableAlert, type GettableAlert } from '../wire/alertmanager/api.js';
import { createHttp } from '../wire/http.js';
import type { AlertmanagerConfig } from './config.js';
import { judge } from './errors.js';

type Asking = Pick<Call, 'signal' | 'now'>;

/** The connection to one Alertmanager, or to a cluster behind one address. One request per call; throws VendorError. */
export interface AlertmanagerClient {
  /** Everything that fires now, silenced and inhibited ones too. */
  alerts: (call: Asking) => Promise<GettableAlert[]>;
  /** When this Alertmanager was started. Epoch milliseconds. */
  startedAt: (call: Asking) => Promise<number>;
}

const status = z.object({
  uptime: z
    .string()
    .transform((text) => Date.parse(text))
    .pipe(z.number()),
});

export function connectAlertmanager({ url, token }: AlertmanagerConfig, deadlineMs?: number): AlertmanagerClient {
  const http = createHttp({
    vendor: 'alertmanager',
    secrets: token === undefined ? [] : [token],
    judge,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  });
  const headers = { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const get = async <Body extends z.ZodType>(
    call: Asking,
    path: string,
    answer: Body,
    query: readonly (readonly [string, string])[] = [],
  ) => (await http(call, { method: 'GET', url: `${url}${path}`, operation: `GET ${path}`, headers, query, answer })).body;
  return {
    alerts: (call) => get(call, '/api/v2/alerts', z.array(gettableAlert), everyAlert),
    startedAt: async (call) => (await get(call, '/api/v2/status', status)).uptime,
  };
}
