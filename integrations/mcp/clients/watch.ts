import type { FetchLike } from '@modelcontextprotocol/client';
import { retryAfterMs } from '../../wire/http.js';
import { refused } from '../words.js';

/** What is seen of one session from outside the SDK. */
export interface Watch {
  /** How often a tool's call has left us. More than once is refused. */
  calls: number;
  retryAfterMs: number | undefined;
  trouble: unknown;
}

/** Bytes of one answer, or of all that comes over one stream. */
const largest = 8 * 1024 * 1024;

/**
 * The SDK's fetch: no redirect is followed (a tool's call would be sent a second time, and its token elsewhere), an answer is bounded,
 * and what went wrong is remembered, for the SDK does not always hand it on.
 */
export function watchedFetch(watch: Watch, now: () => number): FetchLike {
  return async (url, init) => {
    const response = await fetch(url, { ...init, redirect: 'manual' }).catch((error: unknown) => {
      watch.trouble = error;
      throw error;
    });
    if (response.status >= 300 && response.status < 400) {
      watch.trouble = refused(`HTTP ${response.status}: a redirect, which is never followed; check the address`);
      throw watch.trouble;
    }
    if (response.status === 429 || response.status === 503)
      watch.retryAfterMs = retryAfterMs(response.headers.get('retry-after') ?? undefined, now());
    return bounded(response);
  };
}

function bounded(response: Response): Response {
  if (response.body === null) return response;
  let bytes = 0;
  const body = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        bytes += chunk.byteLength;
        if (bytes > largest) controller.error(new Error(`its answer is over ${largest} bytes`));
        else controller.enqueue(chunk);
      },
    }),
  );
  const { status, statusText, headers } = response;
  const limited = new Response(body, { status, statusText, headers });
  // A response that is made has no address; the SDK compares it.
  return Object.defineProperty(limited, 'url', { value: response.url });
}

interface Sends {
  send: (message: never, ...rest: never[]) => Promise<void>;
}

/** Lets one call of a tool out. Whatever in the SDK would send it again (it does so after HeaderMismatch) is refused here. */
export function onlyOneCall<Transport extends Sends>(transport: Transport, watch: Watch): Transport {
  const send = transport.send.bind(transport) as (message: unknown, ...rest: unknown[]) => Promise<void>;
  const guarded = (message: unknown, ...rest: unknown[]): Promise<void> => {
    if ((message as { method?: unknown }).method !== 'tools/call') return send(message, ...rest);
    if (watch.calls > 0) return Promise.reject(refused('a second call of a tool in one session'));
    watch.calls += 1;
    return send(message, ...rest);
  };
  return Object.assign(transport, { send: guarded });
}
