import type { z } from 'zod';
import type { Call } from '../contract/call.js';
import { createHttp, type HttpRequest } from '../wire/http.js';
import type { GrafanaConfig } from './config.js';
import { judge } from './errors.js';

/** An organisation with very many alert instances answers with all of them. Bytes. */
const largestAnswer = 32 * 1024 * 1024;

export type GrafanaRequest<Body extends z.ZodType> = Omit<HttpRequest<Body>, 'url' | 'operation'> & {
  path: string;
  /** The path for people, where it holds an id. */
  operation?: string;
};

/** The connection to one Grafana. One request per call; throws VendorError. */
export interface GrafanaClient {
  dashboardUid: string | undefined;
  silence: boolean;
  send: <Body extends z.ZodType>(call: Pick<Call, 'signal' | 'now'>, request: GrafanaRequest<Body>) => Promise<z.infer<Body>>;
}

export function connectGrafana(config: GrafanaConfig, deadlineMs?: number): GrafanaClient {
  const http = createHttp({
    vendor: 'grafana',
    secrets: [config.token],
    judge,
    largestAnswer,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  });
  const headers = {
    authorization: `Bearer ${config.token}`,
    accept: 'application/json',
    ...(config.orgId === undefined ? {} : { 'x-grafana-org-id': config.orgId }),
  };
  return {
    dashboardUid: config.dashboardUid,
    silence: config.silence,
    send: async (call, { path, operation = path, ...request }) => {
      const sent = await http(call, {
        ...request,
        url: `${config.url}${path}`,
        operation: `${request.method} ${operation}`,
        headers,
      });
      return sent.body;
    },
  };
}
