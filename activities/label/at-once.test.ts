import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LabelRow, NewLabel } from '../../domain/label.js';
import { planOf, severalTargets } from '../../tests/run/scripted.js';
import type { ActivityDeps } from '../deps.js';
import { labelledAtOnce } from './at-once.js';

const about = {
  incident: 'pagerduty:Q1',
  ref: { source: 'pagerduty', externalId: 'Q1', generation: '0' },
  trust: 'signed',
} as const;
const [a, b] = ['arn:i-1', 'arn:i-2'];
const permit = (over: object = {}) => ({
  target_id: a,
  step: 0,
  consumed_at: '2026-11-22T03:00:00Z',
  ended_at: '2026-11-22T03:00:01Z',
  status: 'succeeded',
  verified: true,
  verified_says: 'alarm OK for 3 s',
  ...over,
});

interface World {
  /** `null`: the run has come to none. */
  plan?: object | null;
  permits: object[];
  approvals?: object[];
  before?: Partial<LabelRow>;
  demotes?: object;
}

/** What came of asking, and what the ledger was told meanwhile. */
async function asked({ plan = planOf(), permits, approvals = [], before, demotes }: World) {
  const rows: NewLabel[] = [];
  const lines: { once: string; says: string }[] = [];
  const ledger = {
    decision: async () => (plan === null ? { because: 'no rule matches' } : { plan }),
    evidence: async () => ({ permits }),
    approvals: async () => approvals,
    timeline: async () => [],
    putLabel: async (row: NewLabel) => {
      if (before) return { row: { ...row, ...before }, written: false };
      rows.push(row);
      return { row, written: true };
    },
    record: async (line: { once: string; says: string }) => lines.push(line),
    demote: async () => demotes,
  };
  return { labelled: await labelledAtOnce({ ledger } as unknown as ActivityDeps, about), rows, lines };
}

describe('N3: a run that has helped is judged with its report', () => {
  it('right, by the ledger: the same row and the same line that its own run would write', async () => {
    const { labelled, rows, lines } = await asked({ permits: [permit()] });
    expect(labelled).toBe(true);
    expect(rows).toEqual([
      {
        incident: 'pagerduty:Q1',
        rule: 'ec2-cpu-high',
        logicHash: 'l',
        runbookHash: 'b',
        environment: 'staging',
        mode: 'auto',
        label: 'right',
        kind: 'auto-verified',
        because: 'verified: alarm OK for 3 s',
        by: 'machine',
        refusedBy: '',
      },
    ]);
    expect(lines).toEqual([expect.objectContaining({ once: 'label', says: 'judged right: verified: alarm OK for 3 s' })]);
  });

  it('approved ones count too', async () => {
    const { rows } = await asked({ permits: [permit()], approvals: [{ accepted: true, decision: 'approve', by: 'ada' }] });
    expect(rows).toEqual([expect.objectContaining({ kind: 'approved-verified' })]);
  });

  it('a later step that helped makes up for the one before it', async () => {
    expect((await asked({ permits: [permit({ verified: false }), permit({ step: 1 })] })).labelled).toBe(true);
  });

  it.each([
    ['it only observed', { plan: planOf({ mode: 'observe' }), permits: [permit()] }],
    ['nothing was done', { permits: [] }],
    ['it did not help', { permits: [permit({ verified: false })] }],
    ['whether it was done is not known', { permits: [permit(), permit({ step: 1, status: 'unknown', verified: null })] }],
    ['one of several targets is still to come', { plan: severalTargets(['i-1', 'i-2']), permits: [permit()] }],
    [
      'one of several did not recover',
      { plan: severalTargets(['i-1', 'i-2']), permits: [permit(), permit({ target_id: b, verified: false })] },
    ],
    ['there is no plan', { plan: null, permits: [permit()] }],
  ] satisfies [string, World][])('is left to a run of its own where %s', async (_, world) => {
    expect(await asked(world)).toEqual({ labelled: false, rows: [], lines: [] });
  });

  it('so is whoever has to be told: a judgement from before that asks for people', async () => {
    const hold = { id: '7', reason: 'in staging: wrong' };
    const told = await asked({
      permits: [permit()],
      before: { label: 'wrong', kind: 'not-verified' },
      demotes: { hold, placed: false },
    });
    expect(told.labelled).toBe(false);
  });

  it('never a label before every target of the plan has been seen to help', async () => {
    const rows = fc.record({
      target_id: fc.constantFrom(a, b),
      step: fc.nat(2),
      status: fc.constantFrom('succeeded', 'failed', 'unknown', null),
      verified: fc.constantFrom(true, false, null),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { maxLength: 5 }), async (given) => {
        const permits = given.map((row) => permit(row));
        const { labelled, rows: written } = await asked({ plan: severalTargets(['i-1', 'i-2']), permits });
        const last = (id: string) =>
          Math.max(-1, ...given.filter((one) => one.target_id === id && one.verified !== null).map(({ step }) => step));
        const helped = (id: string) =>
          given.some((one) => one.target_id === id && one.step === last(id) && one.verified === true);
        if (labelled)
          expect([helped(a), helped(b), given.some(({ status }) => status === 'unknown')]).toEqual([true, true, false]);
        expect(written.every(({ label }) => label === 'right')).toBe(true);
        expect(written).toHaveLength(labelled ? 1 : 0);
      }),
    );
  });
});
