import { z } from 'zod';
import type { Call } from '../contract/call.js';
import { VendorError } from '../contract/errors.js';
import { type Answer, anything, createHttp, type Http } from '../wire/http.js';
import type { PagerDutyConfig } from './config.js';
import { judge } from './errors.js';
import { type ChangeEvent, changeBody, type EventV2, eventBody } from './events-v2.js';

/** One request below the REST API's address. */
export interface RestRequest<Body extends z.ZodType> {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  query?: readonly (readonly [name: string, value: string])[];
  body?: object;
  /** The fields that are used; everything else of the answer is dropped. */
  answer: Body;
}

/** What is left of the minute: 960 requests per key (contracts 1.9). Undefined where the last answer did not say. */
export interface Budget {
  remaining: number;
  /** Milliseconds until there is a whole one again. */
  resetMs: number;
}

/** The connection to one PagerDuty account. Makes exactly one request per call: retries are the caller's. Throws VendorError. */
export interface PagerDutyClient {
  ourselves: readonly string[];
  /** E-mail in whose name is written. */
  from: string;
  /** Whether stakeholders are sent a status update when remediation begins. */
  statusUpdates: boolean;
  /** Whether what was done is sent as a change event. */
  changeEvents: boolean;
  /** Whether it can page by the Events API. */
  pages: boolean;
  /** Ids of our webhook subscriptions; empty: they are known by their address. */
  subscriptions: readonly string[];
  /** Whether a suspended one may be switched on again. */
  reenables: boolean;
  rest: <Body extends z.ZodType>(call: Call, request: RestRequest<Body>) => Promise<z.infer<Body>>;
  budget: () => Budget | undefined;
  /** Events API v2. Throws VendorError `forbidden` when no routing key is configured. */
  enqueue: (call: Call, event: EventV2) => Promise<void>;
  /** A change event. Throws VendorError `forbidden` when PAGERDUTY_CHANGE_ROUTING_KEY is not set. */
  change: (call: Call, event: ChangeEvent) => Promise<void>;
  /** A request to our own door, as PagerDuty would make it: gives the status, whatever it is. Throws VendorError when nobody answers. */
  knock: (call: Call, url: string, body: string, headers: Record<string, string>) => Promise<number>;
}

export function connectPagerDuty(config: PagerDutyConfig, deadlineMs?: number): PagerDutyClient {
  const secrets = [config.token, config.routingKey ?? '', config.changeRoutingKey ?? ''];
  const base = { vendor: 'pagerduty', secrets, ...(deadlineMs === undefined ? {} : { deadlineMs }) };
  const http = createHttp({ ...base, judge });
  let budget: Budget | undefined;
  const send = async (call: Call, path: string, body: object): Promise<void> => {
    const url = `${config.eventsUrl}${path}`;
    const answer = z.object({ status: z.string() });
    await http(call, { method: 'POST', url, operation: `POST ${path}`, headers: { accept: 'application/json' }, body, answer });
  };
  return {
    ourselves: config.ourselves,
    from: config.from,
    statusUpdates: config.statusUpdates,
    changeEvents: config.changeRoutingKey !== undefined,
    pages: config.routingKey !== undefined,
    subscriptions: config.subscriptions,
    reenables: config.reenables,
    rest: async (call, request) => {
      const { headers, body } = await rest(http, config, call, request);
      budget = budgetIn(headers);
      return body;
    },
    budget: () => budget,
    enqueue: async (call, event) => {
      if (!config.routingKey)
        throw new VendorError('pagerduty', 'forbidden', 'cannot page by the Events API; set PAGERDUTY_ROUTING_KEY');
      await send(call, '/v2/enqueue', eventBody(config.routingKey, event));
    },
    change: async (call, event) => {
      if (!config.changeRoutingKey)
        throw new VendorError('pagerduty', 'forbidden', 'cannot send change events; set PAGERDUTY_CHANGE_ROUTING_KEY');
      await send(call, '/v2/change/enqueue', changeBody(config.changeRoutingKey, event));
    },
    knock: (call, url, body, headers) => knock(base, call, { url, body, headers }),
  };
}

async function rest<Body extends z.ZodType>(
  http: Http,
  config: PagerDutyConfig,
  call: Call,
  { method, path, query = [], body, answer }: RestRequest<Body>,
): Promise<{ headers: Answer['headers']; body: z.infer<Body> }> {
  return http(call, {
    method,
    url: `${config.apiUrl}${path}`,
    operation: `${method} ${path}`,
    query,
    headers: {
      authorization: `Token token=${config.token}`,
      accept: 'application/vnd.pagerduty+json;version=2',
      ...(method === 'GET' ? {} : { from: config.from }),
    },
    ...(body === undefined ? {} : { body }),
    answer,
  });
}

const counted = (text: string | undefined): number | undefined => (/^\d{1,9}$/.test(text ?? '') ? Number(text) : undefined);

function budgetIn(headers: Answer['headers']): Budget | undefined {
  const remaining = counted(headers['ratelimit-remaining']);
  const seconds = counted(headers['ratelimit-reset']);
  return remaining === undefined || seconds === undefined ? undefined : { remaining, resetMs: seconds * 1_000 };
}

/** A refusal is an answer here: its status is what is asked for. */
async function knock(
  options: Parameters<typeof createHttp>[0],
  call: Call,
  { url, body, headers }: { url: string; body: string; headers: Record<string, string> },
): Promise<number> {
  let refused: number | undefined;
  const http = createHttp({
    ...options,
    judge: ({ status }) => {
      refused = status;
      return {};
    },
  });
  try {
    const request = { method: 'POST', url, operation: 'POST to our own door', kind: 'read', headers, body } as const;
    return (await http(call, { ...request, answer: anything })).status;
  } catch (error) {
    if (refused !== undefined) return refused;
    throw error;
  }
}
