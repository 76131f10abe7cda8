import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, CallWith } from '../call.js';

/** A call as an activity would make it, at a pace for tests. Any part can be replaced. */
export function testCall<Client>(client: Client, over: Partial<Call> = {}): CallWith<Client> {
  const signal = over.signal ?? new AbortController().signal;
  return {
    place: { account: '111122223333', region: 'eu-west-1' },
    incident: 'pagerduty:QTEST0001',
    pace: { profile: 'sandbox', pollMs: 10, heartbeatMs: 1_000, adoptEveryMs: 60 },
    signal,
    heartbeat: () => {},
    now: () => Date.now(),
    sleep: (ms) => sleep(ms, undefined, { signal }),
    client,
    ...over,
  };
}
