import type { IncomingMessage } from 'node:http';

/** PagerDuty drops what is over 256 KiB by itself; what is over this is certainly not from it. Bytes. */
export const bodyLimit = 300 * 1024;

/** How much of a too large body is thrown away politely before the connection is cut. Bytes. */
const discardLimit = 1024 * 1024;

/**
 * The body's bytes exactly as they came, or `too-large` as soon as that is known, holding at most `bodyLimit`.
 * `aborted`: the sender went away, and nobody is there to be answered.
 */
export function collectBody(request: IncomingMessage): Promise<Buffer | 'too-large' | 'aborted'> {
  if (Number(request.headers['content-length'] ?? 0) > bodyLimit) {
    discard(request);
    return Promise.resolve('too-large');
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const collect = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= bodyLimit) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      request.off('data', collect);
      discard(request);
      resolve('too-large');
    };
    request.on('data', collect);
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', () => resolve('aborted'));
    request.once('close', () => resolve('aborted'));
  });
}

/** Reads on without keeping, so that the sender gets to read our answer; a sender without end is cut off. */
export function discard(request: IncomingMessage): void {
  let thrown = 0;
  request.on('error', () => undefined);
  request.on('data', (chunk: Buffer) => {
    thrown += chunk.length;
    if (thrown > discardLimit) request.destroy();
  });
}
