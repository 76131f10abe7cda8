import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AdmissionState } from '../domain/admission.js';
import { ledgerForEach } from '../tests/support/ledger.js';
import { heldUp } from './held-up.fixture.js';
import type { AdmissionRequest } from './port.js';
import { admissionRequest, shown, yes } from './requests.fixture.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const began = Date.parse('2026-11-22T03:00:00.000Z');
const other = 'arn:aws:ec2:eu-west-1:444455556666:instance/i-other';

/** The ledger's clock, epoch milliseconds. */
let now: number;
beforeEach(() => {
  now = began;
});
const { ledger, place, sql } = ledgerForEach(() => now);

const asking = (changes: Partial<AdmissionRequest> = {}, targetId?: string): AdmissionRequest =>
  admissionRequest({ startBy: now + minute, ...changes }, targetId);
const iso = (ms: number): string => new Date(ms).toISOString();
const rows = () => sql('select * from permit order by attempt_key');

async function admitted(request: AdmissionRequest) {
  const admission = await ledger.admit(request, yes);
  if (!admission.admitted) throw new Error('it should have been admitted');
  return admission.permit;
}
async function used(request: AdmissionRequest): Promise<AdmissionRequest> {
  await admitted(request);
  expect(await ledger.consume(shown(request))).toMatchObject({ consumed: true });
  return request;
}
/** What the guards would be shown now. */
async function seen(changes: Partial<AdmissionRequest> = {}, targetId?: string): Promise<AdmissionState> {
  let state: AdmissionState | undefined;
  await ledger.preview(asking({ attemptKey: 'mine', incident: 'pagerduty:MINE', ...changes }, targetId), (read) => {
    state = read;
    return [];
  });
  return state as AdmissionState;
}

describe('a permit', () => {
  it('holds everything that it was asked for, and is the same wherever it is read', async () => {
    const permit = await admitted(asking());
    expect(permit).toEqual({
      id: expect.stringMatching(/./),
      attemptKey: 'key-1',
      fence: 1,
      planHash: 'plan',
      paramsHash: 'params',
      ruleHash: 'rule',
      runbookHash: 'runbook',
      action: 'aws.ssm.start-automation',
      targetId: 'arn:aws:ec2:eu-west-1:444455556666:instance/i-0aa11bb22cc33dd44',
      place: { account: '444455556666', region: 'eu-west-1' },
      admittedAt: iso(began),
      startBy: iso(began + minute),
      armed: 1,
      params: { instance: 'i-0aa11bb22cc33dd44' },
      preState: { state: 'running' },
    });
    expect(await ledger.permit('key-1')).toEqual(permit);
    expect(await ledger.permit('key-2')).toBeUndefined();
    await ledger.effectStarted('key-1', { id: 'x' }, 'begun');
    expect(await ledger.permit('key-1')).toEqual({ ...permit, ref: { id: 'x' } });
  });

  it('lives for five minutes at most, whatever is asked for', async () => {
    expect((await admitted(asking({ startBy: now + hour }))).startBy).toBe(iso(now + 5 * minute));
    expect((await admitted(asking({ startBy: now + 1_000, attemptKey: 'key-2' }))).startBy).toBe(iso(now + 1_000));
  });

  it('may be used until the moment at which it ends, and not at it', async () => {
    const [early, late] = [asking(), asking({ attemptKey: 'key-2' }, other)];
    await admitted(early);
    await admitted(late);
    now = began + minute - 1;
    expect(await ledger.consume(shown(early))).toMatchObject({ consumed: true });
    now += 1;
    expect(await ledger.consume(shown(late))).toEqual({ consumed: false, because: 'expired' });
  });

  it('that is armed again lives as long as the first did, from then on', async () => {
    const request = await used(asking());
    now = began + 10 * minute;
    expect(await ledger.rearm('key-1')).toBe(true);
    expect(await ledger.permit('key-1')).toMatchObject({ armed: 2, admittedAt: iso(began), startBy: iso(now + minute) });
    now += 1_000;
    expect(await ledger.consume(shown(request))).toMatchObject({ consumed: true });
    now += hour;
    expect(await ledger.rearm('key-1')).toBe(true);
    expect(await ledger.permit('key-1')).toMatchObject({ armed: 3, admittedAt: iso(began), startBy: iso(now + minute) });
    now += minute;
    expect(await ledger.consume(shown(request))).toEqual({ consumed: false, because: 'expired' });
    expect(await ledger.rearm('key-1')).toBe(false);
  });

  it('of one attempt is asked for again under another plan before it was used: it is judged anew and bound to that', async () => {
    await admitted(asking());
    const changed = asking({ planHash: 'plan 2', paramsHash: 'p2', ruleHash: 'r2', runbookHash: 'b2', params: { a: 2 } });
    expect(await admitted(changed)).toMatchObject({ fence: 2, planHash: 'plan 2', params: { a: 2 } });
    expect(await ledger.consume(shown(asking()))).toEqual({ consumed: false, because: 'hashes differ' });
    expect(await ledger.consume(shown(changed))).toMatchObject({ consumed: true });
    for (const hash of ['planHash', 'paramsHash', 'ruleHash', 'runbookHash'] as const)
      expect(await ledger.admit({ ...changed, [hash]: 'x' }, yes)).toMatchObject({
        admitted: false,
        verdicts: [{ guard: 'permit' }],
        refusedBy: {
          guard: 'permit',
          verdict: 'refuse',
          limit: 'one attempt, one permit',
          found: 'this attempt was used for another plan',
          setBy: 'design',
        },
      });
    for (const wrong of [
      { ...changed, action: 'x' },
      { ...changed, incident: 'pagerduty:B' },
      asking({ planHash: 'plan 2' }, other),
    ])
      expect(await ledger.admit(wrong, yes)).toMatchObject({ refusedBy: { found: 'another attempt has this key' } });
  });

  it('that was given up or given back unused is opened again as a new one', async () => {
    for (const close of [
      () => ledger.effectEnded('key-1', 'not-done', 'declined'),
      () => ledger.releaseTarget('pagerduty:QSBX0001'),
    ]) {
      await admitted(asking());
      await close();
      expect(await ledger.consume(shown(asking()))).toMatchObject({ because: 'expired' });
      await admitted(asking());
      expect(await rows()).toMatchObject([{ ended_at: null, status: null, ended_says: null, released_at: null }]);
    }
    expect(await ledger.consume(shown(asking()))).toMatchObject({ consumed: true });
  });

  it('is numbered among those of its own target', async () => {
    await used(asking());
    await used(asking({ attemptKey: 'key-2', step: 1 }));
    expect(await admitted(asking({ attemptKey: 'key-3', incident: 'pagerduty:B' }, other))).toMatchObject({ fence: 1 });
  });

  it('at the moment at which it ends it is judged anew, and no other permit with it', async () => {
    await admitted(asking({ attemptKey: 'key-0', incident: 'pagerduty:B' }, other));
    await admitted(asking());
    now += minute;
    expect(await admitted(asking())).toMatchObject({ attemptKey: 'key-1', fence: 2, admittedAt: iso(now) });
    expect(await ledger.permit('key-0')).toMatchObject({ fence: 1, admittedAt: iso(began) });
  });

  it('whether it would be granted is said also while another is being granted on the same target', async () => {
    await used(asking());
    await heldUp(place.url, async () => {
      expect(await seen()).toMatchObject({ targetHeldBy: { incident: 'pagerduty:QSBX0001' } });
    });
  });

  it('is refused where no guard answered, and says so', async () => {
    const refusedBy = { guard: 'guards', verdict: 'refuse', limit: '-', found: 'no guard answered', setBy: 'design' };
    expect(await ledger.admit(asking(), () => [])).toEqual({ admitted: false, verdicts: [refusedBy], refusedBy });
  });
});

describe('how an effect went', () => {
  it('is written to its own permit alone, each word where it belongs', async () => {
    await used(asking());
    await used(asking({ attemptKey: 'key-2', incident: 'pagerduty:B' }, other));
    now += 1_000;
    await ledger.effectStarted('key-1', { id: 'x' }, 'begun');
    now += 1_000;
    await ledger.effectEnded('key-1', 'succeeded', 'done');
    now += 1_000;
    await ledger.effectVerified('key-1', true, 'alarm OK');
    await ledger.releaseTarget('pagerduty:QSBX0001');
    const first = now;
    now += 1_000;
    await ledger.releaseTarget('pagerduty:QSBX0001');
    expect(await rows()).toMatchObject([
      {
        attempt_key: 'key-1',
        started_at: new Date(began + 1_000),
        started_says: 'begun',
        ref: { id: 'x' },
        ended_at: new Date(began + 2_000),
        status: 'succeeded',
        ended_says: 'done',
        verified_at: new Date(began + 3_000),
        verified: true,
        verified_says: 'alarm OK',
        released_at: new Date(first),
      },
      {
        attempt_key: 'key-2',
        started_at: null,
        ended_at: null,
        status: null,
        verified: null,
        verified_at: null,
        released_at: null,
      },
    ]);
  });
});

describe('who has the target, and who acts in its failure domain', () => {
  it('one that may still be used holds it until it ends; one that was used, until it is given back, or an hour and a day later', async () => {
    await admitted(asking());
    const held = { incident: 'pagerduty:QSBX0001', since: began };
    now = began + minute - 1;
    expect(await seen()).toMatchObject({ targetHeldBy: held, domainHeldBy: undefined });
    expect((await seen({ incident: 'pagerduty:QSBX0001' })).targetHeldBy).toBeUndefined();
    expect(await seen({}, other)).toMatchObject({ targetHeldBy: undefined, domainHeldBy: held });
    expect((await seen({ incident: 'pagerduty:QSBX0001' }, other)).domainHeldBy).toBeUndefined();
    expect((await seen({ failureDomain: 'elsewhere' }, other)).domainHeldBy).toBeUndefined();
    now += 1;
    expect([(await seen()).targetHeldBy, (await seen({}, other)).domainHeldBy]).toEqual([undefined, undefined]);

    now = began;
    await ledger.consume(shown(asking()));
    await ledger.effectEnded('key-1', 'succeeded', 'done');
    now = began + hour - 1;
    expect([(await seen()).targetHeldBy, (await seen({}, other)).domainHeldBy]).toEqual([held, held]);
    now += 1;
    expect([(await seen()).targetHeldBy, (await seen({}, other)).domainHeldBy]).toEqual([held, undefined]);
    now = began + day - 1;
    expect((await seen()).targetHeldBy).toEqual(held);
    now += 1;
    expect((await seen()).targetHeldBy).toBeUndefined();
    now = began + hour / 2;
    await ledger.releaseTarget('pagerduty:QSBX0001');
    expect([(await seen()).targetHeldBy, (await seen({}, other)).domainHeldBy]).toEqual([undefined, undefined]);
  });

  it('one that was given up unused holds nothing', async () => {
    await admitted(asking());
    await ledger.effectEnded('key-1', 'not-done', 'declined');
    expect([(await seen()).targetHeldBy, (await seen({}, other)).domainHeldBy]).toEqual([undefined, undefined]);
  });

  it('of several the one who acts longest in the domain is named, and the newest on the target', async () => {
    await used(asking({ incident: 'pagerduty:A' }));
    now += 1_000;
    await used(asking({ attemptKey: 'key-2', incident: 'pagerduty:B' }));
    const named = async () => [(await seen()).targetHeldBy?.incident, (await seen({}, other)).domainHeldBy?.incident];
    expect(await named()).toEqual(['pagerduty:B', 'pagerduty:A']);
    // Nor does it matter whose row was written last.
    await ledger.effectStarted('key-1', {}, 'begun');
    expect(await named()).toEqual(['pagerduty:B', 'pagerduty:A']);
  });
});

describe('what was done lately', () => {
  const elsewhere = { environment: 'prod', service: 'PSVC9', rule: 'another', action: 'x', targetId: other };
  const did = async () => (await seen()).effects.map(({ incident }) => incident);

  it('everything of a day, and what concerns this target, rule, service or team for 31 days', async () => {
    const subject = admissionRequest().subject;
    await used(asking({ attemptKey: 'a', incident: 'target', subject: { ...elsewhere, targetId: subject.targetId } }));
    await used(asking({ attemptKey: 'b', incident: 'rule', subject: { ...elsewhere, rule: subject.rule } }));
    await used(asking({ attemptKey: 'c', incident: 'service', subject: { ...elsewhere, service: subject.service } }));
    await used(asking({ attemptKey: 'd', incident: 'team', subject: { ...elsewhere, team: 'team-web' } }));
    await used(asking({ attemptKey: 'e', incident: 'none', subject: elsewhere }));
    const mine = { subject: { ...subject, team: 'team-web' } };
    const names = async () => (await seen(mine)).effects.map(({ incident }) => incident).sort();
    now = began + day - 1;
    expect(await names()).toEqual(['none', 'rule', 'service', 'target', 'team']);
    now += 1;
    expect(await names()).toEqual(['rule', 'service', 'target', 'team']);
    // Rules of no team share what is left to them.
    expect((await did()).sort()).toEqual(['none', 'rule', 'service', 'target']);
    now = began + 31 * day - 1;
    expect(await names()).toEqual(['rule', 'service', 'target', 'team']);
    now += 1;
    expect(await names()).toEqual([]);
  });

  it('the newest first, with what became of it, and never the attempt itself', async () => {
    const subject = { ...admissionRequest().subject, runbook: 'restart', team: 'web' };
    await used(asking({ incident: 'pagerduty:A', subject, verifyWithinMs: hour }));
    await ledger.effectStarted('key-1', { deployment: 'ecs-svc/1' }, 'begun');
    now += 1_000;
    await ledger.effectEnded('key-1', 'succeeded', 'done');
    await ledger.effectVerified('key-1', false, 'still firing');
    await used(asking({ attemptKey: 'key-2', incident: 'pagerduty:B', subject: elsewhere }));
    const [second, first] = (await seen()).effects;
    expect(first).toEqual({
      incident: 'pagerduty:A',
      rule: 'ec2-cpu-high',
      service: 'PSVC002',
      action: 'aws.ssm.start-automation',
      targetId: admissionRequest().subject.targetId,
      runbook: 'restart',
      team: 'web',
      at: began,
      overAt: began + 1_000,
      verified: false,
      verifiedAt: began + 1_000,
      verifyBy: began + hour,
      status: 'succeeded',
      deployment: 'ecs-svc/1',
    });
    expect(second).toEqual({
      incident: 'pagerduty:B',
      rule: 'another',
      service: 'PSVC9',
      action: 'aws.ssm.start-automation',
      targetId: other,
      runbook: '',
      team: '',
      at: began + 1_000,
      overAt: began + 1_000,
    });
    expect((await seen({ attemptKey: 'key-1' })).effects).toHaveLength(1);
  });

  it('what may be used any moment on another target counts as if it had been, and on this one not', async () => {
    await admitted(asking({ subject: elsewhere }));
    await admitted(asking({ attemptKey: 'key-2', incident: 'pagerduty:B' }));
    expect((await seen()).effects).toMatchObject([{ targetId: other, at: began }]);
    now = began + minute - 1;
    expect(await did()).toHaveLength(1);
    now += 1;
    expect(await did()).toEqual([]);
    now = began;
    await ledger.effectEnded('key-1', 'not-done', 'declined');
    expect(await did()).toEqual([]);
  });

  it('one that was given back unused does not', async () => {
    await admitted(asking({ subject: elsewhere }));
    await ledger.releaseTarget('pagerduty:QSBX0001');
    expect(await did()).toEqual([]);
  });
});
