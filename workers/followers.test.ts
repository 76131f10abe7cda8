import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LedgerRecord } from '../domain/record.js';
import { VendorError, type VendorFault } from '../integrations/contract/errors.js';
import type { AnyFollower } from '../integrations/contract/registry.js';
import { openLedger } from '../ledger/open.js';
import type { Ledger } from '../ledger/port.js';
import { startTestPostgres, type TestPostgres } from '../tests/support/postgres.js';
import { startFollowers } from './followers.js';

let postgres: TestPostgres;
let ledger: Ledger;
let started: { stop: () => Promise<void> }[] = [];
let count = 0;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ledger = await openLedger({ url: await postgres.freshUrl() });
});
afterAll(async () => {
  await ledger.close();
  await postgres.stop();
});
beforeEach(() => {
  count += 1;
});
afterEach(async () => {
  await Promise.all(started.map((one) => one.stop()));
  started = [];
});

/** A sink in memory that can be away, or refuse a line for good. */
function sink(more: Partial<AnyFollower> = {}) {
  const state = { stored: [] as LedgerRecord[], calls: 0, fails: undefined as VendorFault | undefined, poison: '' };
  const follower: AnyFollower = {
    id: `test.sink-${count}`,
    integration: 'test',
    summary: 'A sink.',
    permissions: [],
    with: (call) => ({ ...call, client: undefined }),
    deliver: async (_call, lines) => {
      state.calls += 1;
      if (state.fails) throw new VendorError('test', state.fails, 'away', 20);
      if (lines.some(({ says }) => says === state.poison)) throw new VendorError('test', 'refused', 'I do not take this');
      state.stored.push(...lines);
    },
    ...more,
  };
  return { state, follower };
}

async function begin(...followers: AnyFollower[]): Promise<void> {
  const pace = () => ({ profile: 'sandbox' as const, pollMs: 10, heartbeatMs: 1_000, adoptEveryMs: 10 });
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  started.push(await startFollowers({ ledger, followers, pace, log, now: Date.now, linkTo: (id) => `http://here/${id}` }));
  // It is new to the ledger: what comes from here on is its.
  await until(async () => (await ledger.cursors()).some(({ follower }) => follower === followers[0]?.id));
}

const write = (says: string) => ledger.record({ incident: 'pagerduty:Q1', phase: 'report', state: 'ok', says });

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('It did not come to pass.');
}

const behind = async (follower: AnyFollower) => (await ledger.cursors()).find((row) => row.follower === follower.id);

describe('followers', () => {
  it('that are not set up are not begun: no cursor moves past what they never took', async () => {
    const on = sink({ on: () => true });
    const off = sink({ id: `test.off-${count}`, on: () => false });
    await begin(on.follower, off.follower);
    await write('a line');
    await until(() => on.state.stored.length === 1);
    expect(off.state.calls).toBe(0);
    expect(await behind(off.follower)).toBeUndefined();
  });

  it('hand every line on, in order, once', async () => {
    const { state, follower } = sink();
    await begin(follower);
    for (let index = 0; index < 250; index++) await write(`line ${index}`);
    await until(() => state.stored.length === 250);
    expect(state.stored.map(({ says }) => says)).toEqual(Array.from({ length: 250 }, (_, index) => `line ${index}`));
    expect(await behind(follower)).toMatchObject({ behind: 0, skipped: 0 });
  });

  it('hand on together what comes together: a sink is asked less often than there are lines', async () => {
    const { state, follower } = sink();
    await begin(follower);
    await Promise.all(Array.from({ length: 20 }, (_, index) => write(`line ${index}`)));
    await until(() => state.stored.length === 20);
    expect(state.calls).toBeLessThan(20);
  });

  it('M14: a sink that is dead holds nobody up, and gets what it missed when it is back', async () => {
    const dead = sink({ id: `test.dead-${count}` });
    const well = sink();
    dead.state.fails = 'unavailable';
    await begin(dead.follower, well.follower);
    await until(async () => (await behind(dead.follower)) !== undefined);
    for (const says of ['one', 'two', 'three']) await write(says);
    await until(() => well.state.stored.length === 3);
    expect(dead.state.stored).toEqual([]);
    expect(await behind(dead.follower)).toMatchObject({ behind: 3 });
    dead.state.fails = undefined;
    await until(() => dead.state.stored.length === 3);
    expect(dead.state.stored.map(({ says }) => says)).toEqual(['one', 'two', 'three']);
  });

  it('goes on where it stopped, in another process too, and never begins anew', async () => {
    const first = sink();
    await begin(first.follower);
    await write('before');
    await until(() => first.state.stored.length === 1);
    await Promise.all(started.map((one) => one.stop()));
    started = [];
    await write('while nobody followed');
    const second = sink();
    await begin(second.follower);
    await until(() => second.state.stored.length === 1);
    expect(second.state.stored.map(({ says }) => says)).toEqual(['while nobody followed']);
  });

  it('leaves out a line that its sink refuses for good, and counts it; the lines around it arrive', async () => {
    const { state, follower } = sink();
    state.poison = 'poison';
    state.fails = 'unavailable';
    await begin(follower);
    for (const says of ['one', 'poison', 'three']) await write(says);
    state.fails = undefined;
    await until(() => state.stored.length === 2);
    expect(state.stored.map(({ says }) => says)).toEqual(['one', 'three']);
    await until(async () => (await behind(follower))?.skipped === 1);
  });

  it('row 58: of two processes one follows, and the other takes over when it ends', async () => {
    const one = sink();
    const other = sink();
    await begin(one.follower);
    await begin(other.follower);
    await write('first');
    await until(() => one.state.stored.length === 1);
    expect(other.state.calls).toBe(0);
    await started.shift()?.stop();
    await write('second');
    await until(() => other.state.stored.length === 1);
    expect(one.state.stored).toHaveLength(1);
  }, 20_000);

  it('asks only for what it wants, and still moves on', async () => {
    const { state, follower } = sink({ wants: ({ phase }) => phase === 'outcome' });
    await begin(follower);
    await write('not this');
    await until(async () => (await behind(follower))?.behind === 0);
    expect(state.calls).toBe(0);
  });
});
