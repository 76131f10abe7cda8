import { z } from 'zod';
import type { Answer, Verdict } from '../wire/http.js';

/** API v2 answers with a bare JSON text, or with `{"code", "message"}` where its own validation refused. */
const said = z.union([z.string(), z.object({ message: z.string() }).transform(({ message }) => message)]);

/** What Alertmanager's refusals mean beyond their status. */
export function judge({ body }: Answer): Verdict {
  const parsed = said.safeParse(body);
  return parsed.success ? { words: parsed.data } : {};
}
