import axios, { type AxiosResponse } from 'axios';
import { z } from 'zod';
import type { Call } from '../contract/call.js';
import { VendorError } from '../contract/errors.js';
import type { PagerDutyConfig } from './config.js';
import { brokenOf, type Kind, refusalOf } from './errors.js';

/** For the whole request, from connecting to the last byte. Milliseconds. */
const standardDeadlineMs = 10_000;
/** PagerDuty's largest answers (a hundred alerts) are far below. Bytes. */
const largestAnswer = 8 * 1024 * 1024;

/** One request below the REST API's address. */
export interface RestRequest<Body extends z.ZodType> {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  query?: readonly (readonly [name: string, value: string])[];
  body?: unknown;
  /** The fields that are used; everything else of the answer is dropped. */
  answer: Body;
}

/** The connection to one PagerDuty account. Makes exactly one request per call: retries are the caller's. Throws VendorError. */
export interface PagerDutyClient {
  ourselves: readonly string[];
  /** E-mail in whose name is written. */
  from: string;
  rest: <Body extends z.ZodType>(call: Call, request: RestRequest<Body>) => Promise<z.infer<Body>>;
  /** Events API v2. Throws VendorError `forbidden` when no routing key is configured. */
  enqueue: (call: Call, event: EventV2) => Promise<void>;
}

export interface EventV2 {
  action: 'trigger' | 'resolve';
  dedupKey: string;
  summary: string;
  details: Record<string, string>;
}

/** Limits of the Events API v2: summary 1,024 characters, dedup_key 255. */
const eventLimits = { summary: 1024, dedupKey: 255 };

export function connectPagerDuty(config: PagerDutyConfig, deadlineMs: number = standardDeadlineMs): PagerDutyClient {
  const secrets = [config.token, config.routingKey ?? ''];
  return {
    ourselves: config.ourselves,
    from: config.from,
    rest: async (call, { method, path, query = [], body, answer }) => {
      const search =
        query.length === 0
          ? ''
          : `?${new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])).toString()}`;
      const headers = {
        authorization: `Token token=${config.token}`,
        accept: 'application/vnd.pagerduty+json;version=2',
        ...(method === 'GET' ? {} : { from: config.from }),
      };
      return request(call, {
        url: `${config.apiUrl}${path}${search}`,
        operation: `${method} ${path}`,
        method,
        headers,
        body,
        answer,
        secrets,
        deadlineMs,
      });
    },
    enqueue: async (call, event) => {
      if (!config.routingKey)
        throw new VendorError('pagerduty', 'forbidden', 'cannot page by the Events API; set PAGERDUTY_ROUTING_KEY');
      const body = eventBody(config.routingKey, event);
      const url = `${config.eventsUrl}/v2/enqueue`;
      await request(call, {
        url,
        operation: 'POST /v2/enqueue',
        method: 'POST',
        headers: { accept: 'application/json' },
        body,
        answer: z.object({ status: z.string() }),
        secrets,
        deadlineMs,
      });
    },
  };
}

function eventBody(routingKey: string, { action, dedupKey, summary, details }: EventV2): object {
  if (dedupKey === '' || dedupKey.length > eventLimits.dedupKey)
    throw new VendorError('pagerduty', 'refused', 'dedup_key must have 1 to 255 characters');
  return {
    routing_key: routingKey,
    event_action: action,
    dedup_key: dedupKey,
    payload: {
      summary: summary.slice(0, eventLimits.summary),
      source: 'opssentinel',
      severity: 'critical',
      class: 'remediation',
      custom_details: details,
    },
    client: 'OpsSentinel',
  };
}

interface Outgoing<Body extends z.ZodType> {
  url: string;
  operation: string;
  method: string;
  headers: Record<string, string>;
  body: unknown;
  answer: Body;
  secrets: readonly string[];
  deadlineMs: number;
}

async function request<Body extends z.ZodType>(call: Call, out: Outgoing<Body>): Promise<z.infer<Body>> {
  const kind: Kind = out.method === 'GET' ? 'read' : 'write';
  const { status, headers, data } = await send(call, out, kind);
  const body = parsed(data);
  if (status < 200 || status >= 300)
    throw refusalOf({ status, headers: flat(headers), body }, kind, out.operation, call.now(), out.secrets);
  const checked = out.answer.safeParse(body);
  if (checked.success) return checked.data;
  const where = checked.error.issues
    .map((issue) => issue.path.join('.') || 'the body')
    .slice(0, 3)
    .join(', ');
  // The write was answered with 2xx, but what it did cannot be read: the caller reads back.
  throw new VendorError(
    'pagerduty',
    kind === 'write' ? 'ambiguous' : 'unavailable',
    `${out.operation}: the answer is not what PagerDuty documents (${where})`,
  );
}

async function send<Body extends z.ZodType>(
  call: Call,
  { url, operation, method, headers, body, secrets, deadlineMs }: Outgoing<Body>,
  kind: Kind,
): Promise<AxiosResponse<string>> {
  try {
    return await axios.request<string>({
      url,
      method,
      headers: { 'user-agent': 'OpsSentinel', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { data: JSON.stringify(body) }),
      signal: AbortSignal.any([call.signal, AbortSignal.timeout(deadlineMs)]),
      maxRedirects: 0,
      proxy: false,
      maxContentLength: largestAnswer,
      responseType: 'text',
      transformResponse: (text: string) => text,
      validateStatus: () => true,
    });
  } catch (error) {
    throw brokenOf(error, kind, operation, secrets);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const flat = (headers: AxiosResponse['headers']): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), typeof value === 'string' ? value : undefined]),
  );
