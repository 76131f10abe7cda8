import { afterAll, beforeAll, expect } from '@jest/globals';
import { type E2e, openE2e } from './stage.js';

/**
 * The whole product, one for all tests of a file; empty until the first of them begins. When the last has ended, the oracle goes over
 * everything that they did: effects, runs, permits and records only ever grow, so what one of them broke is still there to be seen.
 */
export function sharedE2e(...options: Parameters<typeof openE2e>): E2e {
  const e2e = {} as E2e;
  beforeAll(async () => void Object.assign(e2e, await openE2e(...options)), 120_000);
  afterAll(async () => {
    try {
      expect(await e2e.violations()).toEqual([]);
    } finally {
      await e2e.close();
    }
  }, 90_000);
  return e2e;
}
