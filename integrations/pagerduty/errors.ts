import { neverConnected, VendorError, type VendorFault } from '../contract/errors.js';

/** Whether a lost answer may hide something done. */
export type Kind = 'read' | 'write';

/** An HTTP answer, as far as errors need it. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | undefined>>;
  body: unknown;
}

/** PagerDuty's own error, with its code: https://developer.pagerduty.com, "Errors". */
export class PagerDutyRefusal extends VendorError {
  /** e.g. 1001: the incident was resolved already. */
  readonly code: number | undefined;

  constructor(fault: VendorFault, message: string, code: number | undefined, retryAfterMs?: number) {
    super('pagerduty', fault, message, retryAfterMs);
    this.code = code;
  }
}

export const codes = {
  alreadyResolved: 1001,
  alreadyAcknowledged: 1002,
  /** Somebody changed it since it was read: nothing was done, ask again. */
  changedMeanwhile: 1005,
  unknownRequester: 1008,
} as const;

/** What axios adds to the codes of a connection that was never there. */
const neverSent = new Set([
  ...neverConnected,
  'SELF_SIGNED_CERT_IN_CHAIN',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_INVALID_URL',
]);

/** An answer that is no 2xx, in the product's terms. `secrets` never come out, whatever the body quotes. */
export function refusalOf(
  answer: Answer,
  kind: Kind,
  operation: string,
  now: number,
  secrets: readonly string[],
): PagerDutyRefusal {
  const { code, words } = errorBody(answer.body);
  const fault = faultOf(answer.status, code, kind);
  const head = `${operation}: HTTP ${answer.status}${code === undefined ? '' : `, code ${code}`}`;
  const detail = hint(answer.status, code) ?? words;
  const message = clean(detail ? `${head}: ${detail}` : head, secrets);
  return new PagerDutyRefusal(
    fault,
    message,
    code,
    fault === 'throttled' || fault === 'unavailable' ? retryAfterMs(answer.headers, now) : undefined,
  );
}

function faultOf(status: number, code: number | undefined, kind: Kind): VendorFault {
  if (status === 429) return 'throttled';
  if (status === 401 || status === 403 || status === 402) return 'forbidden';
  if (status === 404) return 'absent';
  if (status === 409) return 'conflict';
  if (status === 400 && code === codes.changedMeanwhile) return 'unavailable';
  if (status === 400 && (code === codes.alreadyResolved || code === codes.alreadyAcknowledged)) return 'conflict';
  if (status >= 500 || status === 408 || status < 300) return kind === 'write' ? 'ambiguous' : 'unavailable';
  return 'refused';
}

function hint(status: number, code: number | undefined): string | undefined {
  if (status === 401) return 'the API token is not accepted; check PAGERDUTY_API_TOKEN and PAGERDUTY_REGION';
  if (status === 403) return 'the API token may not do this; give it write access to incidents';
  if (code === codes.unknownRequester) return 'PAGERDUTY_FROM is no user of this account';
  if (status >= 300 && status < 400) return 'a redirect, which is never followed; check PAGERDUTY_API_URL';
  return undefined;
}

/** A request that brought no usable answer: timeouts, broken connections, unreadable bodies. */
export function brokenOf(thrown: unknown, kind: Kind, operation: string, secrets: readonly string[]): VendorError {
  if (thrown instanceof VendorError) return thrown;
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as { code?: string; message?: string };
  const certain = kind === 'read' || neverSent.has(error.code ?? '');
  const words = clean(`${operation}: no answer (${error.code ?? error.message ?? 'unknown error'})`, secrets);
  return new VendorError('pagerduty', certain ? 'unavailable' : 'ambiguous', words);
}

/** REST: `{"error":{"message","code","errors"}}`; Events API: `{"status","message","errors"}`. A 429 may bring neither. */
function errorBody(body: unknown): { code: number | undefined; words: string } {
  const outer = record(body);
  const error = record(outer['error']);
  const source = Object.keys(error).length > 0 ? error : outer;
  const list = Array.isArray(source['errors']) ? source['errors'].filter((one) => typeof one === 'string') : [];
  const message = typeof source['message'] === 'string' ? source['message'] : '';
  return {
    code: typeof source['code'] === 'number' ? source['code'] : undefined,
    words: [message, ...list].filter(Boolean).join('; '),
  };
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** `Retry-After` (seconds or a date), else `ratelimit-reset`, which is seconds to wait and not a time of day. */
function retryAfterMs(headers: Answer['headers'], now: number): number | undefined {
  const given = headers['retry-after'] ?? headers['ratelimit-reset'];
  if (given === undefined) return undefined;
  const seconds = Number(given);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(given) - now;
  return Number.isFinite(ms) && ms >= 0 ? Math.min(Math.ceil(ms), 3_600_000) : undefined;
}

function clean(text: string, secrets: readonly string[]): string {
  const withheld = secrets.filter((secret) => secret !== '').reduce((rest, secret) => rest.replaceAll(secret, '[removed]'), text);
  const oneLine = withheld
    .replace(/\b(token|authorization|routing_key)\b["']?\s*[:=]\s*\S+/gi, '$1=[removed]')
    .replace(/\s+/g, ' ')
    .trim();
  return oneLine.length > 300 ? `${oneLine.slice(0, 299)}…` : oneLine;
}
