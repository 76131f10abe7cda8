import { afterEach, describe, expect, it } from '@jest/globals';
import type { Delivery } from '../domain/delivery.js';
import type { AnySource } from '../integrations/contract/registry.js';
import type { JournalEntry } from '../ledger/port.js';
import { startPolling } from './poll.js';

const delivery = (eventId: string, kind: Delivery['kind'] = 'triggered'): Delivery => ({
  eventId,
  eventType: `poll.${kind}`,
  kind,
  ref: { source: 'tracker', externalId: eventId, generation: '0' },
  occurredAt: '2026-11-22T03:00:00Z',
  receivedAt: '2026-11-22T03:00:01Z',
  actor: null,
  trust: 'token',
  authenticatedBy: 'asked by ourselves',
  bodyHash: '',
});

let polling: { stop: () => Promise<void> } | undefined;
afterEach(() => polling?.stop());

/** A source that answers from a list, the last answer over and over; and everything that was begun. */
function begin(answers: (Delivery[] | Error)[], more: { ended?: string[]; alone?: boolean } = {}) {
  const seen = { since: [] as string[], started: [] as string[], told: [] as string[], journal: [] as JournalEntry[], asked: 0 };
  const begun =
    (list: string[]) =>
    async (_type: unknown, { workflowId }: { workflowId: string }) => {
      if (more.ended?.includes(workflowId))
        throw Object.assign(new Error('there was one'), { name: 'WorkflowExecutionAlreadyStartedError' });
      list.push(workflowId);
    };
  const source = {
    id: 'tracker',
    with: (call: object) => call,
    poll: async (_call: unknown, since: string) => {
      seen.asked += 1;
      seen.since.push(since);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      return answer ?? [];
    },
  } as unknown as AnySource;
  polling = startPolling({
    ledger: {
      journal: async (entry) => void seen.journal.push(entry),
      followAlone: async () => (more.alone === false ? undefined : { lost: () => false, release: async () => undefined }),
    },
    client: { workflow: { start: begun(seen.started), signalWithStart: begun(seen.told) } } as never,
    polls: [{ source, everyMs: 10 }],
    pace: () => ({ profile: 'sandbox', pollMs: 10, heartbeatMs: 10, adoptEveryMs: 10 }),
    log: { info: () => undefined, warn: () => undefined },
    now: () => 1_000_000_000,
  });
  return seen;
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !holds(); turn++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(holds()).toBe(true);
}

describe('asking a source that cannot reach us', () => {
  it('begins what is new once, however often it is listed, and tells the rest to its run', async () => {
    const seen = begin([[delivery('A'), delivery('B', 'acknowledged')]]);
    await until(() => seen.asked > 5);
    expect(seen.started).toEqual(['incident:tracker:A']);
    expect(seen.told).toEqual(['incident:tracker:B']);
    expect(seen.journal.map(({ eventId, result }) => [eventId, result])).toEqual([
      ['A', 'started'],
      ['B', 'started'],
    ]);
  });

  it('leaves an incident alone whose run has ended', async () => {
    const seen = begin([[delivery('A')]], { ended: ['incident:tracker:A'] });
    await until(() => seen.journal.length === 1);
    expect(seen.started).toEqual([]);
    expect(seen.journal[0]).toMatchObject({ result: 'duplicate' });
  });

  it('asks again from the same moment when the source was away, so that nothing is missed', async () => {
    const seen = begin([new Error('away'), [delivery('A')], []]);
    await until(() => seen.asked > 3);
    expect(seen.since[1]).toBe(seen.since[0]);
    expect(seen.since[2]).not.toBe(seen.since[0]);
    expect(seen.started).toEqual(['incident:tracker:A']);
  });

  it('does not ask where another process does', async () => {
    const seen = begin([[delivery('A')]], { alone: false });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(seen.asked).toBe(0);
  });
});
