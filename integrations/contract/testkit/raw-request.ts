import { createHash } from 'node:crypto';
import type { RawRequest } from '../source.js';

/** A request as the API hands it to a door; of the sender nothing is proven. */
export const rawRequest = (body: Buffer, over: Partial<RawRequest> = {}): RawRequest => ({
  headers: {},
  body,
  receivedAt: new Date().toISOString(),
  bodyHash: createHash('sha256').update(body).digest('hex'),
  proofs: [],
  signal: AbortSignal.timeout(5_000),
  ...over,
});
