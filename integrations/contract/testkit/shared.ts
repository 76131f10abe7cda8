import { afterAll, afterEach, beforeAll } from '@jest/globals';

/** What a test starts and has to end. */
interface Started {
  reset: () => unknown;
  close: () => Promise<unknown>;
}

/**
 * One for all tests of a file or of a `describe`, reset after each of them: `const sandbox = shared(startTestSandbox)`. It is empty until
 * the first of them begins.
 */
export function shared<Running extends Started>(start: () => Promise<Running>): Running {
  const running = {} as Running;
  beforeAll(async () => void Object.assign(running, await start()));
  afterEach(async () => void (await running.reset()));
  afterAll(() => running.close());
  return running;
}
