import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestPostgres, type TestPostgres } from '../tests/support/postgres.js';
import { heldUp } from './held-up.fixture.js';
import { openLedger } from './open.js';
import type { AdmissionRequest, Ledger } from './port.js';
import { admissionRequest, askPeople, ifFree, no, shown, yes } from './requests.fixture.js';

let postgres: TestPostgres;
let url: string;
let ledger: Ledger;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  url = await postgres.ledgerUrl();
  ledger = await openLedger({ url, deadlineMs: 10_000 });
});
afterEach(() => ledger.close());

const permitRows = () => postgres.sql(url, 'select * from permit order by admitted_at');
const target = (n: number): string => `arn:aws:ec2:eu-west-1:444455556666:instance/i-${n}`;

async function admitted(request: AdmissionRequest) {
  const admission = await ledger.admit(request, yes);
  if (!admission.admitted) throw new Error('it should have been admitted');
  return admission.permit;
}

describe('admission', () => {
  it('gives the same permit for the same key, and numbers the permits of one target', async () => {
    const first = await admitted(admissionRequest());
    expect(await admitted(admissionRequest())).toEqual(first);
    expect(await ledger.permit('key-1')).toEqual(first);
    const next = await admitted(admissionRequest({ attemptKey: 'key-2', step: 1 }));
    expect([first.fence, next.fence]).toEqual([1, 2]);
    expect(await permitRows()).toHaveLength(2);
  });

  it('gives 20 concurrent askers of one key one permit', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => admitted(admissionRequest())));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(await permitRows()).toHaveLength(1);
  });

  it('row 23: 50 incidents on 5 targets at once: one run per target, and the others are told which', async () => {
    const requests = Array.from({ length: 50 }, (_, n) =>
      admissionRequest({ attemptKey: `key-${n}`, incident: `pagerduty:Q${n}` }, target(n % 5)),
    );
    const answers = await Promise.all(requests.map((request) => ledger.admit(request, ifFree)));
    expect(answers.filter(({ admitted }) => admitted)).toHaveLength(5);
    const rows = await permitRows();
    expect(new Set(rows.map((row) => row['target_id'])).size).toBe(5);
    for (const answer of answers) if (!answer.admitted) expect(answer.refusedBy.found).toMatch(/^pagerduty:Q\d+$/);
  });

  it.each([
    ['refuses', no, 'cooldown'],
    ['asks', askPeople, 'approval'],
    ['is missing', () => [], 'guards'],
  ])('writes no row when a guard %s', async (_what, judge, guard) => {
    expect(await ledger.admit(admissionRequest(), judge)).toMatchObject({
      admitted: false,
      refusedBy: { guard },
    });
    expect(await permitRows()).toEqual([]);
  });

  it('writes no row when the judge throws', async () => {
    await expect(
      ledger.admit(admissionRequest(), () => {
        throw new Error('broken judge');
      }),
    ).rejects.toThrow('broken judge');
    expect(await permitRows()).toEqual([]);
    await admitted(admissionRequest());
  });

  it('writes no row when its connection is ended in the middle', async () => {
    await admitted(admissionRequest());
    const stuck = await heldUp(url, async ({ untilSomebodyWaits }) => {
      const outcome = ledger
        .admit(admissionRequest({ attemptKey: 'key-2', incident: 'pagerduty:OTHER' }), yes)
        .catch((problem: Error) => problem);
      await untilSomebodyWaits();
      await postgres.sql(
        url,
        `select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      );
      return outcome;
    });
    expect(stuck).toMatchObject({ name: 'LedgerUnavailable' });
    expect((await permitRows()).map((row) => row['attempt_key'])).toEqual(['key-1']);
  });

  it('shows the guards effects of others, not yet used permits on other targets, holds and approvals', async () => {
    const used = admissionRequest({
      attemptKey: 'used',
      incident: 'pagerduty:A',
    });
    await admitted(used);
    await ledger.consume(shown(used));
    await ledger.releaseTarget('pagerduty:A', true);
    await admitted(admissionRequest({ attemptKey: 'pending', incident: 'pagerduty:B' }, target(2)));
    const hold = await ledger.placeHold({
      kind: 'freeze',
      scope: 'environment:prod',
      reason: 'year end',
      owner: 'sre',
    });
    await ledger.placeHold({
      kind: 'stop',
      scope: 'environment:staging',
      reason: 'other',
      owner: 'sre',
    });
    const approval = {
      incident: 'pagerduty:C',
      planHash: 'plan',
      decision: 'approve',
      by: 'ada',
      via: 'api',
      verifiedIdentity: true,
      accepted: true,
      reason: '',
      at: '2026-11-22T03:00:00.123Z',
    } as const;
    await ledger.putApproval(approval);
    await ledger.putApproval(approval);
    await ledger.putApproval({ ...approval, planHash: 'another' });
    await ledger.preview(admissionRequest({ attemptKey: 'mine', incident: 'pagerduty:C' }), (state) => {
      expect(state.effects.map(({ incident }) => incident).sort()).toEqual(['pagerduty:A', 'pagerduty:B']);
      expect(state.holds).toEqual([hold]);
      expect(state.approvals).toEqual([approval]);
      expect(state.targetHeldBy).toBeUndefined();
      return [];
    });
  });

  it('refuses a key that was used for another plan, incident or target', async () => {
    const request = admissionRequest();
    await admitted(request);
    await ledger.consume(shown(request));
    for (const other of [{ planHash: 'x' }, { incident: 'pagerduty:X' }, { action: 'x' }]) {
      expect(await ledger.admit({ ...request, ...other }, yes)).toMatchObject({
        admitted: false,
        refusedBy: { guard: 'permit' },
      });
    }
  });

  it('a permit that ran out unused holds the target no longer, and is judged anew when its own run asks', async () => {
    const late = admissionRequest({ startBy: Date.now() - 1 });
    await admitted(late);
    expect(await ledger.consume(shown(late))).toEqual({
      consumed: false,
      because: 'expired',
    });
    expect(await ledger.admit(late, no)).toMatchObject({
      admitted: false,
      refusedBy: { guard: 'cooldown' },
    });
    const other = admissionRequest({
      attemptKey: 'key-2',
      incident: 'pagerduty:OTHER',
    });
    expect(await ledger.admit(other, ifFree)).toMatchObject({ admitted: true });
    expect(await ledger.admit(admissionRequest(), ifFree)).toMatchObject({
      admitted: false,
      refusedBy: { found: 'pagerduty:OTHER' },
    });
    await ledger.releaseTarget('pagerduty:OTHER');
    const again = await ledger.admit(admissionRequest(), ifFree);
    expect(again).toMatchObject({ admitted: true, permit: { fence: 3 } });
  });

  it('a used permit holds the target until its run gives it back or is long dead, but not against the next step of its own ladder', async () => {
    let now = Date.parse('2026-11-22T03:00:00.000Z');
    const timed = await openLedger({ url: await postgres.ledgerUrl(), now: () => now });
    const first = admissionRequest({ startBy: now + 60_000 });
    await timed.admit(first, ifFree);
    await timed.consume(shown(first));
    now += 2 * 3_600_000;
    const other = admissionRequest({ attemptKey: 'other', incident: 'pagerduty:OTHER', startBy: now + 60_000 });
    expect(await timed.admit(other, ifFree)).toMatchObject({ refusedBy: { found: first.incident } });
    const next = await timed.admit(admissionRequest({ attemptKey: 'key-2', step: 1, startBy: now + 1000 }), ifFree);
    expect(next).toMatchObject({ admitted: true });
    now += 24 * 3_600_000;
    expect(await timed.admit({ ...other, startBy: now + 60_000 }, ifFree)).toMatchObject({ admitted: true });
    await timed.close();
  });

  it('N5, row 20: what was done is still known after the ledger is opened again', async () => {
    const request = admissionRequest();
    await admitted(request);
    await ledger.consume(shown(request));
    await ledger.placeHold({
      kind: 'stop',
      scope: 'all',
      reason: 'just looking',
      owner: 'ada',
    });
    await ledger.close();
    ledger = await openLedger({ url });
    expect(
      await ledger.admit(admissionRequest({ attemptKey: 'key-2', incident: 'pagerduty:OTHER' }), (state) => {
        expect(state.effects).toHaveLength(1);
        return ifFree(state);
      }),
    ).toMatchObject({
      admitted: false,
      refusedBy: { found: 'pagerduty:QSBX0001' },
    });
    expect(await ledger.holds()).toHaveLength(1);
  });
});

describe('consumption', () => {
  it('uses a permit once, also when 20 try at the same time', async () => {
    const request = admissionRequest();
    const permit = await admitted(request);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ledger.consume(shown(request))));
    expect(answers.filter(({ consumed }) => consumed)).toEqual([{ consumed: true, permit }]);
    expect(answers.filter(({ consumed }) => !consumed)).toEqual(
      Array.from({ length: 19 }, () => ({
        consumed: false,
        because: 'consumed before',
      })),
    );
    // Asked again, admission gives it back and does not open it.
    expect(await admitted(request)).toEqual(permit);
    expect(await ledger.consume(shown(request))).toEqual({
      consumed: false,
      because: 'consumed before',
    });
  });

  it('needs a permit', async () => {
    expect(await ledger.consume(shown(admissionRequest()))).toEqual({
      consumed: false,
      because: 'no permit',
    });
  });

  it.each(['planHash', 'paramsHash', 'ruleHash', 'runbookHash'] as const)(
    'refuses another %s, and the right one still works',
    async (which) => {
      const request = admissionRequest();
      await admitted(request);
      expect(await ledger.consume({ ...shown(request), [which]: 'other' })).toEqual({
        consumed: false,
        because: 'hashes differ',
      });
      expect(await ledger.consume(shown(request))).toMatchObject({
        consumed: true,
      });
    },
  );

  it.each([
    'all',
    'environment:prod',
    'service:PSVC002',
    'rule:ec2-cpu-high',
    'action:aws.ssm.start-automation',
    `target:${admissionRequest().subject.targetId}`,
  ])('row 26: a stop of %s between admission and effect forbids it until it is lifted', async (scope) => {
    const request = admissionRequest();
    await admitted(request);
    const hold = await ledger.placeHold({
      kind: 'stop',
      scope,
      reason: 'just looking',
      owner: 'ada',
    });
    expect(await ledger.consume(shown(request))).toEqual({
      consumed: false,
      because: 'held',
      hold,
    });
    if (hold.scope === 'all') expect(await ledger.liftHold(hold.id, { by: 'ada', admin: true })).toBe('one more');
    expect(await ledger.consume(shown(request))).toMatchObject({ consumed: false, because: 'held' });
    expect(await ledger.liftHold(hold.id, { by: 'grace', admin: false })).toBe('lifted');
    expect(await ledger.liftHold(hold.id, { by: 'grace', admin: false })).toBe('no such hold');
    expect(await ledger.consume(shown(request))).toMatchObject({
      consumed: true,
    });
  });

  it('is not stopped by a hold of something else, nor by one that has run out', async () => {
    const request = admissionRequest();
    await admitted(request);
    await ledger.placeHold({
      kind: 'stop',
      scope: 'environment:staging',
      reason: 'other',
      owner: 'ada',
    });
    await ledger.placeHold({
      kind: 'maintenance',
      scope: 'all',
      reason: 'over',
      owner: 'ada',
      until: new Date(Date.now() - 1).toISOString(),
    });
    expect(await ledger.holdsOn(request.subject)).toEqual([]);
    expect(await ledger.consume(shown(request))).toMatchObject({
      consumed: true,
    });
  });

  it('refuses what its own run has given up or given back', async () => {
    const [given, ended] = [
      admissionRequest(),
      admissionRequest({ attemptKey: 'key-2', incident: 'pagerduty:OTHER' }, target(2)),
    ];
    await admitted(given);
    await admitted(ended);
    await ledger.releaseTarget(given.incident);
    await ledger.effectEnded(ended.attemptKey, 'not-done', 'declined');
    expect(await ledger.consume(shown(given))).toEqual({
      consumed: false,
      because: 'expired',
    });
    expect(await ledger.consume(shown(ended))).toEqual({
      consumed: false,
      because: 'expired',
    });
  });

  it('refuses a permit that a newer one on the same target has overtaken', async () => {
    const [old, newer] = [admissionRequest(), admissionRequest({ attemptKey: 'key-2' })];
    await admitted(old);
    await admitted(newer);
    expect(await ledger.consume(shown(old))).toEqual({
      consumed: false,
      because: 'expired',
    });
    expect(await ledger.consume(shown(newer))).toMatchObject({
      consumed: true,
    });
  });
});

describe('arming again', () => {
  it('opens a used permit twice and never more', async () => {
    const request = admissionRequest();
    await admitted(request);
    expect(await ledger.rearm(request.attemptKey)).toBe(false);
    for (const armed of [1, 2, 3]) {
      expect(await ledger.consume(shown(request))).toMatchObject({
        consumed: true,
        permit: { armed },
      });
      expect(await ledger.rearm(request.attemptKey)).toBe(armed < 3);
    }
    expect(await ledger.consume(shown(request))).toEqual({
      consumed: false,
      because: 'consumed before',
    });
  });

  it('opens nothing whose effect has ended, whose run is over, or that does not exist', async () => {
    const [ended, over] = [admissionRequest(), admissionRequest({ attemptKey: 'key-2', incident: 'pagerduty:OTHER' }, target(2))];
    for (const request of [ended, over]) {
      await admitted(request);
      await ledger.consume(shown(request));
    }
    await ledger.effectEnded(ended.attemptKey, 'succeeded', 'done');
    await ledger.releaseTarget(over.incident, true);
    for (const key of [ended.attemptKey, over.attemptKey, 'nothing']) expect(await ledger.rearm(key)).toBe(false);
  });
});

describe('how an effect ended', () => {
  it('is said once: a later read-back that finds nothing, or a refusal, does not write over it', async () => {
    const request = admissionRequest();
    await admitted(request);
    await ledger.consume(shown(request));
    await ledger.effectEnded(request.attemptKey, 'succeeded', 'done');
    await ledger.effectEnded(request.attemptKey, 'unknown', 'not found any more');
    await ledger.effectEnded(request.attemptKey, 'not-done', 'refused');
    expect(await permitRows()).toMatchObject([{ status: 'succeeded', ended_says: 'done' }]);
  });
});
