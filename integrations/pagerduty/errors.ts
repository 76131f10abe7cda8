import { type Answer, retryAfterMs, type Verdict } from '../wire/http.js';

/** Codes that mean more than the status they come with. Source: contracts 1.9; PagerDuty's developer documentation, "Errors". */
export const codes = {
  alreadyResolved: 1001,
  alreadyAcknowledged: 1002,
  /** Somebody changed it since it was read: nothing was done, ask again. */
  changedMeanwhile: 1005,
  unknownRequester: 1008,
} as const;

/** What PagerDuty's refusals mean. The code stays on the VendorError, for the channel. */
export function judge(answer: Answer): Verdict {
  const { code, words } = errorBody(answer.body);
  const fault = answer.status === 400 && code !== undefined ? faultsOfCodes[code] : undefined;
  const wait = resetMs(answer.headers);
  return {
    words: [code === undefined ? '' : `code ${code}`, hint(answer.status, code) ?? words].filter(Boolean).join(': '),
    ...(fault === undefined ? {} : { fault }),
    ...(code === undefined ? {} : { code }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}

const faultsOfCodes: Readonly<Record<number, NonNullable<Verdict['fault']>>> = {
  [codes.alreadyResolved]: 'conflict',
  [codes.alreadyAcknowledged]: 'conflict',
  [codes.changedMeanwhile]: 'unavailable',
};

/** `ratelimit-reset` is seconds to wait, not a time of day. A 429 may come without it; `Retry-After` goes before it. */
const resetMs = (headers: Answer['headers']): number | undefined => {
  const reset = headers['ratelimit-reset'];
  return headers['retry-after'] === undefined && /^\d+$/.test(reset ?? '') ? retryAfterMs(reset, 0) : undefined;
};

function hint(status: number, code: number | undefined): string | undefined {
  if (status === 401) return 'the API token is not accepted; check PAGERDUTY_API_TOKEN and PAGERDUTY_REGION';
  if (status === 403)
    return 'the API token may not do this; reading needs a read-only key, everything else write access to incidents';
  if (code === codes.unknownRequester) return 'PAGERDUTY_FROM is no user of this account';
  if (status >= 300 && status < 400) return 'a redirect, which is never followed; check PAGERDUTY_API_URL';
  return undefined;
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
