import type { Answer, Kind, Verdict } from '../wire/http.js';

/** Code of a refusal for want of valid credentials: a token that has run out is asked for anew. */
export const unauthenticated = 401;
/** Code of a refusal by a data policy. */
export const dataPolicy = 'data policy';

/**
 * What ServiceNow's refusals mean. Contracts 4.1 and 4.3.
 * 403 has two meanings: a data policy misses fields (a validation, which no right can mend), or the user may not.
 */
export function judge({ status, headers, body }: Answer, kind: Kind): Verdict {
  const words = wordsOf(body);
  if (status === 429) return { words, ...laterBy(headers) };
  if (status === 403) return forbidden(words);
  if (status === 401)
    return {
      code: unauthenticated,
      words: `the credentials are not accepted; check SERVICENOW_USER and SERVICENOW_PASSWORD, or the OAuth client (${words})`,
    };
  if (status === 404) return { words: words || 'no such record or table, or no right to read it' };
  // A transaction quota cancels what takes too long with either of them: a write may have got through before.
  if (status === 500 || status === 503) return { words, ...(kind === 'read' ? laterBy(headers) : {}) };
  return { words };
}

/** Field labels come in the instance's language: they are passed on, never compared. */
function forbidden(words: string): Verdict {
  if (!/data policy exception/i.test(words))
    return { words: `${words}; the user needs the role itil, and write access to the table` };
  const hint = 'a resolution code that is no choice of the instance counts as missing: see SERVICENOW_CLOSE_CODE';
  return { fault: 'refused', code: dataPolicy, words: `${words}; ${hint}` };
}

/** `{"error":{"message","detail"}}`; an OAuth error is `{"error":"…","error_description":"…"}`. */
function wordsOf(body: unknown): string {
  const outer = recordOf(body);
  const error = recordOf(outer['error']);
  const parts = [error['message'], error['detail'], outer['error'], outer['error_description']];
  return parts.filter((part) => typeof part === 'string' && part !== '').join(': ');
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

const longestPause = 3_600_000;

/** `Retry-After` is read by whoever asked; without it `X-RateLimit-Reset` says when, in epoch seconds of the instance's own clock. */
function laterBy(headers: Answer['headers']): Pick<Verdict, 'retryAfterMs'> {
  const ms = Number(headers['x-ratelimit-reset']) * 1_000 - Date.parse(headers['date'] ?? '');
  if (headers['retry-after'] !== undefined || !Number.isFinite(ms)) return {};
  return { retryAfterMs: Math.min(Math.max(ms, 0), longestPause) };
}
