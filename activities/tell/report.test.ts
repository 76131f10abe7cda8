import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { NewRecord } from '../../domain/record.js';
import type { StepStory, Story } from '../../domain/story.js';
import { VendorError, type VendorFault } from '../../integrations/contract/errors.js';
import { LedgerUnavailable } from '../../ledger/port.js';
import { alert, incident, policy, rule, runbook, setOf, witness } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import type { ReportInput } from '../types.js';
import { createTellActivities } from './index.js';

const set = setOf(policy('profile: bench'), runbook(), rule());
const fault = (kind: VendorFault) => async () => {
  throw new VendorError('pagerduty', kind, 'it said no');
};

interface World {
  escalate?: () => Promise<void>;
  page?: () => Promise<void>;
  note?: () => Promise<void>;
  normalise?: () => unknown;
  ledgerDown?: boolean;
  decision?: unknown;
  /** The workflow that reports; the incident's own unless told. */
  caller?: string;
  alarm?: 'firing' | 'clear';
  /** What the ledger knows of the effect. */
  verified?: boolean | null;
}

/** One report, as Temporal sees it. */
async function reported(world: World, input: Partial<ReportInput> = {}) {
  const done: string[] = [];
  const lines: NewRecord[] = [];
  const does =
    (name: string, how: () => Promise<void> = async () => undefined) =>
    async () => {
      done.push(name);
      await how();
    };
  const ledger = async <Value>(value: Value): Promise<Value> => {
    if (world.ledgerDown) throw new LedgerUnavailable('the ledger does not answer');
    return value;
  };
  const pagerduty = {
    id: 'pagerduty',
    serves: () => true,
    with: (call: unknown) => call,
    note: does('note', world.note),
    escalate: does('escalate', world.escalate),
    page: does('page', world.page),
    resolve: async () => (done.push('resolve'), 'resolved'),
  };
  const deps = {
    now: () => Date.now(),
    rules: () => set,
    linkTo: () => 'http://console',
    registry: {
      channels: [pagerduty],
      sources: new Map([
        [
          'pagerduty',
          {
            with: (call: unknown) => call,
            read: async () => ({}),
            normalise: world.normalise ?? (() => ({ incident: incident(), alert: alert() })),
          },
        ],
      ]),
      witnesses: [
        {
          id: 'test.alarm',
          covers: () => true,
          with: (call: unknown) => call,
          read: async () => witness({ state: world.alarm ?? 'clear' }),
        },
      ],
      bodies: [],
    },
    ledger: {
      releaseTarget: () => ledger({ kept: 0 }),
      putIncident: () => ledger(undefined),
      timeline: () => ledger([]),
      decision: () => ledger(world.decision),
      evidence: () => ledger({ permits: [{ verified: world.verified === undefined ? true : world.verified }] }),
      record: (line: NewRecord) => ledger(undefined).then(() => void lines.push(line)),
    },
  } as unknown as ActivityDeps;
  const story: Story = { steps: [], approvals: [], effects: 0 };
  const about = {
    incident: 'pagerduty:Q1',
    ref: { source: 'pagerduty', externalId: 'Q1', generation: '0' },
    trust: 'signed' as const,
  };
  const whole: ReportInput = { ...about, story, ending: { kind: 'escalated', says: 'nobody approved', page: true }, ...input };
  const caller = { workflowId: world.caller ?? 'incident:pagerduty:Q1', runId: 'r' };
  const failure = await new MockActivityEnvironment({ workflowExecution: caller })
    .run(createTellActivities(deps).report, whole)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  return {
    done,
    lines,
    failure,
    again: failure !== undefined && !(failure instanceof ApplicationFailure && failure.nonRetryable),
  };
}

describe('whoever must be woken is woken, and telling does not give up', () => {
  it('escalating fails: paged by the other way', async () => {
    expect((await reported({ escalate: fault('forbidden') })).done).toEqual(['escalate', 'page', 'note']);
  });

  it('the incident cannot be read at all: paged all the same', async () => {
    const unreadable = () => {
      throw new Error('cannot be understood');
    };
    expect((await reported({ normalise: unreadable })).done).toEqual(['page', 'note']);
  });

  it('the ledger is away: people are woken, and the report is made again', async () => {
    const { done, again } = await reported({ ledgerDown: true });
    expect(done).toEqual(['escalate']);
    expect(again).toBe(true);
  });

  it.each(['ambiguous', 'forbidden', 'throttled', 'unavailable'] as const)(
    'a note that fails with %s is tried again, and the timeline says so',
    async (kind) => {
      const { again, lines } = await reported({ note: fault(kind) });
      expect(again).toBe(true);
      expect(lines).toContainEqual(expect.objectContaining({ phase: 'report', state: 'failed' }));
    },
  );

  it.each(['refused', 'forbidden', 'ambiguous'] as const)('nobody can be woken, last by %s: it is tried again', async (kind) => {
    const { again } = await reported({ escalate: fault('unavailable'), page: fault(kind) });
    expect(again).toBe(true);
  });
});

describe('whoever says that a run has ended', () => {
  it.each(['label:pagerduty:Q1', 'incident:pagerduty:Q2', ''])(
    'changes nothing and tells nobody where it is another one: %p',
    async (caller) => {
      const { done, lines, again, failure } = await reported({ caller });
      expect([done, again]).toEqual([[], false]);
      // That somebody said so is all that is written.
      expect(lines).toMatchObject([{ phase: 'report', state: 'failed', once: 'untold.report' }]);
      expect(String(failure)).toContain('its own run says and nobody else');
    },
  );
});

describe('what is said is true when it is said', () => {
  const verifiedStep: StepStory = {
    index: 0,
    runbook: 'restart',
    says: 'restart',
    effect: 'succeeded',
    effectSays: 'done',
    verification: { verified: true, readings: [], says: 'ok' },
  };
  const remediated: Partial<ReportInput> = {
    ending: { kind: 'remediated', says: 'ok', page: false },
    story: { steps: [verifiedStep], approvals: [], effects: 1 },
  };
  const resolving = {
    plan: {
      report: { resolve: 'whenVerified' },
      rule: { name: 'r', fileHash: 'f' },
      target: { name: 'i-1' },
      steps: [{ verify: { alertCleared: true } }],
    },
    alert: alert(),
    witness: witness(),
  };

  it('resolved when it is well', async () => {
    expect((await reported({ decision: resolving }, remediated)).done).toEqual(['note', 'resolve']);
  });

  it.each([false, null])(
    'said to be well where the ledger knows of no effect that helped (%s): not resolved',
    async (verified) => {
      expect((await reported({ decision: resolving, verified }, remediated)).done).toEqual(['note']);
    },
  );

  it('told late, and the alert fires again by then: not resolved', async () => {
    const { done } = await reported({ decision: resolving, alarm: 'firing' }, remediated);
    expect(done).not.toContain('resolve');
  });

  it('told late, and reopened by then: the new life is not resolved', async () => {
    const reopened = () => ({ incident: incident({ life: '1795384807' }), alert: alert() });
    expect((await reported({ decision: resolving, normalise: reopened }, remediated)).done).not.toContain('resolve');
  });

  it('an effect that may have happened is never "nothing was done"', async () => {
    const maybe = { ...verifiedStep, effect: 'unknown' as const, verification: undefined };
    const { lines } = await reported({}, { story: { steps: [maybe], approvals: [], effects: 0 } });
    const text = JSON.stringify(lines);
    expect(text).toContain('may');
    expect(text).not.toMatch(/nothing was done|changed nothing|nothing to put back/i);
  });
});
