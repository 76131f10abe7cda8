import { type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';

export interface Got {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** There is more of it than was to be read. */
  cut: boolean;
}

/** One GET on a connection of its own: no redirect is followed, no proxy is used, at most so many bytes are read. Rejects where nobody answers. */
export function get(url: string, signal: AbortSignal, mostBytes: number, more: Record<string, string> = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const headers = {
      'user-agent': 'OpsSentinel',
      accept: '*/*',
      'accept-encoding': 'identity',
      'cache-control': 'no-cache',
      ...more,
    };
    const send = url.startsWith('https:') ? requestTls : requestPlain;
    // `agent: false`: a connection that was kept from an earlier poll would not tell whether a new one can be made.
    const request = send(url, { headers, signal, agent: false }, (response) => {
      bodyOf(response, mostBytes).then(
        ({ bytes, cut }) => {
          request.destroy();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes.toString('utf8'), cut });
        },
        (error: unknown) => reject(error as Error),
      );
    });
    // The signal's own reason says whether it was the deadline.
    request.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    request.end();
  });
}

async function bodyOf(response: IncomingMessage, most: number): Promise<{ bytes: Buffer; cut: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > most) return { bytes: Buffer.concat(chunks).subarray(0, most), cut: true };
  }
  return { bytes: Buffer.concat(chunks), cut: false };
}
