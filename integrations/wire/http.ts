import axios, { type AxiosResponse } from 'axios';
import { z } from 'zod';
import type { Call } from '../contract/call.js';
import { withDeadline } from '../contract/deadline.js';
import { neverConnected, VendorError, type VendorFault } from '../contract/errors.js';
import { withoutSecrets } from './secrets.js';

/** Whether a lost answer may hide something done. */
export type Kind = 'read' | 'write';

/** An HTTP answer, as far as errors need it. */
export interface Answer {
  status: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON; the text itself where it is none; undefined when empty. */
  body: unknown;
}

/** What a vendor knows of its own refusals. Everything left out is judged by the status alone. */
export interface Verdict {
  fault?: VendorFault;
  /** The vendor's own words, or what to do about it. */
  words?: string;
  retryAfterMs?: number;
  /** Kept on the VendorError, for the vendor's own folder. */
  code?: number | string;
}

export interface HttpOptions {
  vendor: string;
  /** Never come out in an error, whatever a body quotes. */
  secrets: readonly string[];
  /** What a refusal means at this vendor. */
  judge?: (answer: Answer, kind: Kind) => Verdict;
  /** From connecting to the last byte. Milliseconds; default 10 s. */
  deadlineMs?: number;
  /** Bytes; default 8 MiB. */
  largestAnswer?: number;
}

export interface HttpRequest<Body extends z.ZodType> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  /** For people: `POST /api/annotations`. Holds no id that could be a secret. */
  operation: string;
  headers?: Record<string, string>;
  query?: readonly (readonly [name: string, value: string])[];
  /** An object is sent as JSON; text and bytes as they are, with a `content-type` of the caller's. */
  body?: object | string | Uint8Array;
  /** Default: a GET reads, everything else writes. */
  kind?: Kind;
  /** The fields that are used; everything else of the answer is dropped. */
  answer: Body;
}

export type Http = <Body extends z.ZodType>(
  call: Pick<Call, 'signal' | 'now'>,
  request: HttpRequest<Body>,
) => Promise<{ status: number; headers: Answer['headers']; body: z.infer<Body> }>;

const standard = { deadlineMs: 10_000, largestAnswer: 8 * 1024 * 1024 };

/** An answer that nobody looks into. */
export const anything = z.unknown();

/** What axios adds to the codes of a connection that was never there. */
const neverSent = new Set([
  ...neverConnected,
  'SELF_SIGNED_CERT_IN_CHAIN',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_INVALID_URL',
]);

/**
 * Plain HTTP for a vendor's client: exactly one request per call, a total deadline, no redirects, no proxy, a bounded answer.
 * Retries are the caller's. Throws VendorError: after a write, whatever does not prove that nothing happened is `ambiguous`.
 */
export function createHttp(options: HttpOptions): Http {
  const { vendor, secrets } = options;
  return async (call, request) => {
    const kind = request.kind ?? (request.method === 'GET' ? 'read' : 'write');
    const answer = await send(options, call, request, kind);
    const { status, headers, body } = answer;
    if (status < 200 || status >= 300) throw refusalOf(options, request.operation, answer, kind, call.now());
    const checked = request.answer.safeParse(body);
    if (checked.success) return { status, headers, body: checked.data };
    const where = checked.error.issues.map(({ path }) => path.join('.') || 'the body');
    // The write was answered with 2xx, but what it did cannot be read: the caller reads back.
    throw new VendorError(
      vendor,
      kind === 'write' ? 'ambiguous' : 'unavailable',
      withoutSecrets(`${request.operation}: the answer is not what is documented (${where.slice(0, 3).join(', ')})`, secrets),
    );
  };
}

async function send<Body extends z.ZodType>(
  { vendor, secrets, deadlineMs = standard.deadlineMs, largestAnswer = standard.largestAnswer }: HttpOptions,
  call: Pick<Call, 'signal'>,
  { method, url, query = [], operation, headers, body }: HttpRequest<Body>,
  kind: Kind,
): Promise<Answer> {
  const json = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
  try {
    const response = await axios.request<string>({
      url,
      method,
      params: new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])),
      headers: { 'user-agent': 'OpsSentinel', ...(json ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body === undefined
        ? {}
        : { data: json ? JSON.stringify(body) : typeof body === 'string' ? body : Buffer.from(body as Uint8Array) }),
      signal: withDeadline(call.signal, deadlineMs),
      maxRedirects: 0,
      proxy: false,
      maxContentLength: largestAnswer,
      responseType: 'text',
      transformResponse: (text: string) => text,
      validateStatus: () => true,
    });
    return { status: response.status, headers: flat(response.headers), body: parsed(response.data) };
  } catch (error) {
    const { code, message } = (typeof error === 'object' && error !== null ? error : {}) as { code?: string; message?: string };
    const certain = kind === 'read' || neverSent.has(code ?? '');
    const words = withoutSecrets(`${operation}: no answer (${code ?? message ?? 'unknown error'})`, secrets);
    throw new VendorError(vendor, certain ? 'unavailable' : 'ambiguous', words);
  }
}

function refusalOf(
  { vendor, secrets, judge }: HttpOptions,
  operation: string,
  answer: Answer,
  kind: Kind,
  now: number,
): VendorError {
  const verdict = judge?.(answer, kind) ?? {};
  const fault = verdict.fault ?? faultOfStatus(answer.status, kind);
  const hint = answer.status >= 300 && answer.status < 400 ? 'a redirect, which is never followed; check the address' : undefined;
  const words = [`${operation}: HTTP ${answer.status}`, verdict.words ?? hint].filter(Boolean).join(': ');
  const later = fault === 'throttled' || fault === 'unavailable';
  return new VendorError(
    vendor,
    fault,
    withoutSecrets(words, secrets),
    later ? (verdict.retryAfterMs ?? retryAfterMs(answer.headers['retry-after'], now)) : undefined,
    verdict.code,
  );
}

/** What a status means where the vendor says nothing more. */
export function faultOfStatus(status: number, kind: Kind): VendorFault {
  if (status === 429) return 'throttled';
  if (status === 401 || status === 403 || status === 402) return 'forbidden';
  if (status === 404 || status === 410) return 'absent';
  if (status === 409) return 'conflict';
  if (status >= 500 || status === 408 || status < 300) return kind === 'write' ? 'ambiguous' : 'unavailable';
  return 'refused';
}

const longestPause = 3_600_000;

/** `Retry-After`: seconds, or a date. Milliseconds to wait, at most an hour. */
export function retryAfterMs(given: string | undefined, now: number): number | undefined {
  if (given === undefined || given.trim() === '') return undefined;
  const seconds = Number(given);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(given) - now;
  return Number.isFinite(ms) && ms >= 0 ? Math.min(Math.ceil(ms), longestPause) : undefined;
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const flat = (headers: AxiosResponse['headers']): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), typeof value === 'string' ? value : undefined]),
  );
