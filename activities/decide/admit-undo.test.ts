import { describe, expect, it } from '@jest/globals';
import { calmState } from '../../guards/facts.fixture.js';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { AdmissionState } from '../../domain/admission.js';
import type { Hold } from '../../domain/hold.js';
import type { Incident } from '../../domain/incident.js';
import type { Admission, GuardVerdict } from '../../domain/permit.js';
import { guards } from '../../guards/index.js';
import type { AdmissionRequest } from '../../ledger/port.js';
import { decisionOf, planOf, step } from '../../tests/run/scripted.js';
import { alert, hash, incident, policy, rule, runbook, setOf, witness } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import { about, admissionOf } from '../testkit/deciding.js';
import type { UndoAdmission, UndoInput } from '../types.js';
import { admitUndo } from './admit-undo.js';
import { attemptKey } from './keys.js';

const set = setOf(policy('profile: bench'), runbook(), rule());
const ref = incident().ref;
const now = Date.parse('2026-11-22T05:00:00Z');
const steps = [0, 1].map((index) =>
  step(index, 'scale-out', { action: 'test.scale', undo: 'restore', giveBackMs: 60_000, params: { to: 4 } }),
);
const base = planOf();
const plan = planOf({ steps, ref, target: { ...base.target, id: 'arn:test:i-1', tags: { opssentinel: 'allow' } } });
const keyOf = (index: number) => attemptKey({ hash }, plan, plan.steps[index] as never);
const failed = { consumed_at: '2026-11-22T03:00:00Z', ended_at: '2026-11-22T03:01:00Z', status: 'succeeded', verified: false };
const helped = { ...failed, verified: true, verified_at: '2026-11-22T03:05:00Z' };

interface World {
  /** Of the first step's permit. */
  row?: object;
  /** Incidents as their source tells them, by their id there. */
  incidents?: Record<string, Partial<Incident>>;
  alarm?: 'firing' | 'clear' | 'unknown';
  /** Ids of permits that the ledger has beside. */
  more?: { attempt_key: string }[];
  holds?: Hold[];
}

/** A ledger that has one effect, and the real guards. */
async function asked(
  input: Partial<UndoInput>,
  { row = {}, incidents = {}, alarm = 'clear', more = [], holds = [] }: World = {},
) {
  const requests: AdmissionRequest[] = [];
  const rows = [{ attempt_key: keyOf(0), ...(input.why === 'giveBack' ? helped : failed), ...row }, ...more];
  const { decision } = decisionOf('act', plan) as { decision: object };
  const withCall = { with: (call: unknown) => call };
  const scale = {
    ...withCall,
    id: 'test.scale',
    params: { safeParse: (data: unknown) => ({ success: true, data }) },
    preState: async () => ({}),
    wait: async () => undefined,
    undo: { action: 'test.scale', params: () => ({ to: 3 }), says: () => 'back to 3' },
  };
  const deps = {
    now: () => now,
    hash,
    guards,
    own: [],
    ourselves: ['PAGENT'],
    rules: () => set,
    registry: {
      sources: new Map([
        [
          'pagerduty',
          {
            ...withCall,
            read: async (_call: unknown, { externalId }: { externalId: string }) => externalId,
            normalise: (id: string) => ({
              incident: incident({ ref: { ...ref, externalId: id }, ...incidents[id] }),
              alert: alert(),
            }),
          },
        ],
      ]),
      witnesses: [{ ...withCall, id: 'test.alarm', covers: () => true, read: async () => witness({ state: alarm }) }],
      targets: { get: () => ({ ...withCall, read: async () => plan.target }) },
      actions: { get: () => scale },
      bodies: [],
    },
    ledger: {
      decision: async () => decision,
      permit: async (key: string) =>
        rows.some((one) => one.attempt_key === key)
          ? { attemptKey: key, planHash: plan.hash, action: 'test.scale', preState: {}, params: { to: 4 }, place: {} }
          : undefined,
      evidence: async () => ({ permits: rows }),
      record: async () => undefined,
      admit: async (request: AdmissionRequest, judge: (state: AdmissionState) => GuardVerdict[]): Promise<Admission> => {
        const answer = admissionOf(judge(calmState({ now, holds })));
        if (answer.admitted) requests.push(request);
        return answer;
      },
    },
  } as unknown as ActivityDeps;
  const whole: UndoInput = { ...about, planHash: plan.hash, step: 0, attemptKey: keyOf(0), why: 'undo', ...input };
  const answer = await new MockActivityEnvironment().run((given: UndoInput) => admitUndo(deps, given), whole);
  return { ...(answer as UndoAdmission), requests };
}
const by = ({ admission }: UndoAdmission) => (admission.admitted ? undefined : admission.refusedBy.guard);
const closed = { Q1: { status: 'resolved' as const } };
const hold = (kind: Hold['kind']): Hold => ({
  id: '7',
  kind,
  scope: 'rule:ec2-cpu-high',
  reason: 'it did not help',
  owner: 'opssentinel',
  since: '2026-11-22T03:06:00Z',
});

describe('what did not help is put back', () => {
  it('while its run has the incident', async () => {
    expect((await asked({})).admission.admitted).toBe(true);
  });

  it.each<[string, Partial<UndoInput>, World, string]>([
    [
      'by a person who acknowledged, although their webhook was lost',
      {},
      { incidents: { Q1: { heldBy: [{ id: 'PADA', name: 'Ada' }] } } },
      'onAcknowledge',
    ],
    ['after its run has ended: people have it as it is', {}, { row: { released_at: '2026-11-22T03:10:00Z' } }, 'permit'],
    ['in another life of the incident', {}, { incidents: { Q1: { life: '1795384807' } } }, 'incident'],
    ['of another step than the one that the key is of', { step: 1 }, {}, 'permit'],
    ['where it helped', {}, { row: { verified: true } }, 'permit'],
    ['where nobody has looked yet', {}, { row: { verified: null } }, 'permit'],
  ])('not %s', async (_what, input, world, guard) => {
    expect(by(await asked(input, world))).toBe(guard);
  });

  it('and is never verified: it counts for no guard as what was not seen to help', async () => {
    const { requests } = await asked({});
    expect(requests).toHaveLength(1);
    expect(requests[0]).not.toHaveProperty('verifyWithinMs');
  });

  it('never what was put back itself, although its permit is of the same plan and action', async () => {
    const ofUndo = { attempt_key: 'u'.repeat(64), ...failed };
    expect(by(await asked({ attemptKey: ofUndo.attempt_key }, { more: [ofUndo] }))).toBe('permit');
  });

  it('row 22: also where its rule was demoted for it: whoever allowed the effect allowed its undo, and nobody is asked again', async () => {
    expect((await asked({}, { holds: [hold('demotion')] })).admission.admitted).toBe(true);
    expect((await asked({ why: 'giveBack' }, { holds: [hold('demotion')], incidents: closed })).admission.admitted).toBe(true);
  });

  it.each(['stop', 'freeze', 'maintenance', 'brake'] as const)('not while a %s stands, demoted or not', async (kind) => {
    expect(by(await asked({}, { holds: [hold('demotion'), hold(kind)] }))).toBe('stop');
  });

  it('with a reference to another incident nothing is read and nothing admitted', async () => {
    await expect(asked({ ref: { ...ref, externalId: 'QOTHER' } })).rejects.toThrow('QOTHER');
  });
});

describe('what helped and was lent is given back', () => {
  const giveBack = { why: 'giveBack' as const };

  it('when its incident is closed and its alert is quiet', async () => {
    expect((await asked(giveBack, { incidents: closed })).admission.admitted).toBe(true);
  });

  it('not with the reference of another incident, that is closed', async () => {
    const other = { ...giveBack, ref: { ...ref, externalId: 'QCLOSED' } };
    await expect(asked(other, { incidents: { QCLOSED: { status: 'resolved' } } })).rejects.toThrow('QCLOSED');
  });

  it.each<[string, World, string]>([
    ['while its incident is open', {}, 'incident'],
    [
      'while the incident that it was merged into is open',
      { incidents: { Q1: { status: 'resolved', mergedInto: 'Q2' } } },
      'incident',
    ],
    ['while its alert fires again, about another incident', { incidents: closed, alarm: 'firing' }, 'corroborate'],
    ['while nobody can tell whether its alert fires', { incidents: closed, alarm: 'unknown' }, 'corroborate'],
    ['too early', { incidents: closed, row: { verified_at: '2026-11-22T04:59:30Z' } }, 'permit'],
  ])('not %s', async (_what, world, guard) => {
    expect(by(await asked(giveBack, world))).toBe(guard);
  });

  it('when what it was merged into is closed as well', async () => {
    const incidents = { Q1: { status: 'resolved' as const, mergedInto: 'Q2' }, Q2: { status: 'resolved' as const } };
    expect((await asked(giveBack, { incidents })).admission.admitted).toBe(true);
  });
});
