import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Call } from '../contract/call.js';
import { VendorError } from '../contract/errors.js';
import type { HttpConfig } from './config.js';
import { whyNoAnswer } from './errors.js';

/** From resolving the name to the last byte that is read. Milliseconds. */
export const longestProbeMs = 10_000;
/** What is looked into. Bytes. */
export const mostBody = 64 * 1024;

export type Probed =
  | { kind: 'answer'; status: number; ms: number; body: string; cut: boolean }
  /** Nobody answered, or not in time. */
  | { kind: 'none'; because: string; ms: number };

/** Asks the configured addresses, and no others. */
export interface HttpClient {
  /**
   * One GET on a connection of its own: no redirect is followed, at most `mostBody` bytes are read. Throws VendorError `refused` when nobody
   * configured a probe of this name, and `unavailable` when the call itself was cancelled.
   */
  probe: (call: Pick<Call, 'signal' | 'now'>, name: string) => Promise<Probed>;
}

export function connectHttp({ probes }: HttpConfig, deadlineMs = longestProbeMs): HttpClient {
  return {
    probe: async (call, name) => {
      const url = probes.get(name);
      if (url === undefined)
        throw new VendorError('http', 'refused', `HTTP_PROBES names no probe ${name}; add it, or correct the runbook`);
      const from = call.now();
      try {
        const answer = await get(url, AbortSignal.any([call.signal, AbortSignal.timeout(deadlineMs)]));
        return { kind: 'answer', ...answer, ms: call.now() - from };
      } catch (error) {
        if (call.signal.aborted) throw new VendorError('http', 'unavailable', `probe ${name}: cancelled`);
        return { kind: 'none', because: whyNoAnswer(error), ms: call.now() - from };
      }
    },
  };
}

/** `createHttp` of `wire` reads refusals as errors and bodies as JSON: here both are what is asked for. */
function get(url: string, signal: AbortSignal): Promise<{ status: number; body: string; cut: boolean }> {
  return new Promise((resolve, reject) => {
    const headers = { 'user-agent': 'OpsSentinel', accept: '*/*', 'accept-encoding': 'identity', 'cache-control': 'no-cache' };
    const send = url.startsWith('https:') ? requestTls : requestPlain;
    // `agent: false`: a connection that was kept from an earlier poll would not tell whether a new one can be made.
    const request = send(url, { headers, signal, agent: false }, (response) => {
      bodyOf(response).then(
        ({ bytes, cut }) => {
          request.destroy();
          resolve({ status: response.statusCode ?? 0, body: bytes.toString('utf8'), cut });
        },
        (error: unknown) => reject(error as Error),
      );
    });
    // The signal's own reason says whether it was the deadline.
    request.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    request.end();
  });
}

async function bodyOf(response: IncomingMessage): Promise<{ bytes: Buffer; cut: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBody) return { bytes: Buffer.concat(chunks).subarray(0, mostBody), cut: true };
  }
  return { bytes: Buffer.concat(chunks), cut: false };
}
