import type { VendorFault } from '../contract/errors.js';
import type { Answer, Verdict } from '../wire/http.js';

/**
 * What Loki says of a line that it will never take: grafana/loki pkg/validation/validate.go and pkg/chunkenc/interface.go. The other
 * lines of the same request are stored.
 */
const aboutTheLine =
  /timestamp too (old|new)|entry too far behind|max entry size|structured metadata too large|too many structured metadata/;

/**
 * What Loki's refusals mean. Lines are given up only where Loki speaks of the lines: a 400, 404 or redirect of a proxy, a missing tenant
 * or a feature that is switched off are for people to mend, and nothing is lost meanwhile.
 */
export function judge({ status, body }: Answer): Verdict {
  const words = typeof body === 'string' ? body : '';
  if (status === 413) return { fault: 'refused', words };
  if (status === 400 && aboutTheLine.test(words)) return { fault: 'refused', words };
  if (status >= 500 || status === 408 || status === 429) return { words };
  return { fault: 'forbidden', words: [words, hintFor(status, words)].filter(Boolean).join('; ') };
}

function hintFor(status: number, words: string): string {
  if (/no org id/i.test(words)) return 'set LOKI_TENANT';
  if (/feature is disallowed/.test(words)) return 'Loki needs allow_structured_metadata and a schema of v13 or later';
  if (status === 401 || status === 403) return 'check LOKI_USER and LOKI_PASSWORD, or LOKI_TOKEN';
  return 'check LOKI_URL';
}

/** Loki's own code for what it throws away by order of its operator: limits_config.block_ingestion_until. */
const blocked = 260;

/** Why an answer of 2xx is none that stores. */
export function whyNotStored(status: number, body: unknown): { fault: VendorFault; words: string } {
  const words = typeof body === 'string' ? body : '';
  if (status === blocked) return { fault: 'refused', words: `not stored: ${words || 'ingestion is blocked'}` };
  return { fault: 'forbidden', words: 'Loki answers 204 when it has stored; check LOKI_URL' };
}
