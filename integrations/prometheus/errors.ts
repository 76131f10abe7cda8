import { z } from 'zod';
import type { Answer, Verdict } from '../wire/http.js';

const said = z.object({ errorType: z.string(), error: z.string() });

/** What Prometheus' refusals mean beyond their status: prometheus.io/docs/prometheus/latest/querying/api. */
export function judge({ status, body }: Answer): Verdict {
  const parsed = said.safeParse(body);
  const words = parsed.success ? { words: `${parsed.data.errorType}: ${parsed.data.error}` } : {};
  // 422: the expression is fine and could not be executed, for its size or for what it met; a moment later it may.
  return status === 422 ? { fault: 'unavailable', ...words } : words;
}
