import { z } from 'zod';
import type { Answer, Kind, Verdict } from '../wire/http.js';

/** `{"message": "…"}`; its Alertmanager says it as a bare text or `{"error": "…"}`. */
const said = z.union([
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ error: z.string() }).transform(({ error }) => error),
  z.string(),
]);

const hints: Readonly<Record<number, string>> = {
  401: 'check GRAFANA_TOKEN',
  403: 'the service account lacks a permission',
};

/** What Grafana's refusals mean beyond their status. */
export function judge({ status, body }: Answer, kind: Kind): Verdict {
  const parsed = said.safeParse(body);
  const words = [parsed.success ? parsed.data : undefined, hints[status]].filter(Boolean).join('; ');
  // A query of a data source that fails is answered with 400 or 500 and its own error: a read that may work a moment later.
  const fault = kind === 'read' && status === 422 ? ({ fault: 'unavailable' } as const) : {};
  return { ...fault, ...(words ? { words } : {}) };
}
