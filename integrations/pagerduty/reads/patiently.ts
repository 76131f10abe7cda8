import type { z } from 'zod';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { PagerDutyClient, RestRequest } from '../client.js';
import { politely } from './pages.js';

type PagerDutyCall = CallWith<PagerDutyClient>;

/** Contracts 1.9: 960 requests a minute. Where an answer does not say what is left, requests come so far apart. Milliseconds. */
const betweenMs = 63;
/** How often one request is made, where it was turned away or nobody answered. */
const mostTries = 8;
/** Where a 429 does not say how long. Milliseconds. */
const usualPauseMs = 5_000;
const firstPauseMs = 250;

/** One GET as often as it takes: waits for the next minute before the requests of this one are used up, and as long as a 429 says. */
export async function patiently<Body extends z.ZodType>(
  call: PagerDutyCall,
  request: Omit<RestRequest<Body>, 'method' | 'body'>,
): Promise<z.infer<Body>> {
  for (let tried = 1; ; tried += 1) {
    await politely(call);
    try {
      const body = await call.client.rest(call, { ...request, method: 'GET' });
      if (!call.client.budget()) await call.sleep(betweenMs);
      return body;
    } catch (error) {
      const pause = tried < mostTries ? pauseAfter(error, tried) : undefined;
      if (pause === undefined || call.signal.aborted) throw error;
      await call.sleep(pause);
    }
  }
}

/** `undefined`: asking again cannot mend it. */
function pauseAfter(error: unknown, tried: number): number | undefined {
  if (!(error instanceof VendorError)) return undefined;
  if (error.fault === 'throttled') return error.retryAfterMs ?? usualPauseMs;
  return error.fault === 'unavailable' ? (error.retryAfterMs ?? firstPauseMs * 2 ** tried) : undefined;
}
