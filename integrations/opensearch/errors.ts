import { z } from 'zod';
import type { VendorFault } from '../contract/errors.js';
import type { Answer, Verdict } from '../wire/http.js';
import type { BulkItem } from './item.js';

const said = z.union([
  z.object({ error: z.object({ type: z.string(), reason: z.string().nullish() }) }).transform(({ error }) => wordsOf(error)),
  z.object({ error: z.string() }).transform(({ error }) => error),
  // A domain of AWS that was asked without a signature.
  z.object({ Message: z.string() }).transform(({ Message }) => Message),
  z.string(),
]);

/**
 * What a refusal of the whole request means: nothing of it is about a line, except its size. Everything else is for people to mend, and
 * nothing is lost meanwhile.
 */
export function judge({ status, body }: Answer): Verdict {
  const parsed = said.safeParse(body);
  const words = parsed.success ? parsed.data : '';
  if (status === 413) return { fault: 'refused', words };
  if (status >= 500 || status === 408 || status === 429) return { words };
  const hint =
    status === 401 || status === 403
      ? 'check OPENSEARCH_USER and OPENSEARCH_PASSWORD; a domain of AWS that wants signatures needs a signing proxy'
      : 'check OPENSEARCH_URL';
  return { fault: 'forbidden', words: [words, hint].filter(Boolean).join('; ') };
}

/** What is wrong with the document itself: as it is, it will never be taken. */
const documentFaults = new Set(['mapper_parsing_exception', 'document_parsing_exception', 'strict_dynamic_mapping_exception']);
/** `illegal_argument_exception` is said of documents and of the cluster's settings alike. */
const aboutTheDocument = /immense term|cannot be changed from type|mapper \[|limit of .* has been exceeded/i;

/** `stored`: it stands there, since now or since before. contracts 6. */
export function outcomeOf({ status, error }: BulkItem): 'stored' | VendorFault {
  if (status >= 200 && status < 300) return 'stored';
  const type = error?.type ?? '';
  // Its id is the line's own hash: who holds it is this very line.
  if (status === 409) return type === 'version_conflict_engine_exception' ? 'stored' : 'unavailable';
  if (status === 429) return 'throttled';
  if (status >= 500) return 'unavailable';
  if (status === 413 || documentFaults.has(type)) return 'refused';
  if (type === 'illegal_argument_exception' && aboutTheDocument.test(error?.reason ?? '')) return 'refused';
  // No such index, a closed or blocked one, no shard left for a new one, no right: somebody may mend it.
  return 'forbidden';
}

export const wordsOf = ({ type, reason }: { type: string; reason?: string | null | undefined }): string =>
  reason ? `${type}: ${reason}` : type;
