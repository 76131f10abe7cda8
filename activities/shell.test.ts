import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beatWith, callFor } from './shell.js';

const pace = { profile: 'bench', pollMs: 1, heartbeatMs: 1000, adoptEveryMs: 1 } as const;

describe('heartbeats', () => {
  it("a vendor's own beat keeps what the activity has written into its last one", async () => {
    const environment = new MockActivityEnvironment();
    const beats: unknown[] = [];
    environment.on('heartbeat', (details: unknown) => beats.push(details));
    await environment.run(async () => {
      beatWith({ startedAt: 1 });
      callFor('pagerduty:Q1', { account: '', region: '' }, pace, () => 0).heartbeat();
    });
    expect(beats).toEqual([{ startedAt: 1 }, { startedAt: 1 }]);
  });
});
