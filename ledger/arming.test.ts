import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AdmissionState } from '../domain/admission.js';
import type { HoldKind } from '../domain/hold.js';
import { ledgerForEach } from '../tests/support/ledger.js';
import type { AdmissionRequest } from './port.js';
import { admissionRequest, shown, yes } from './requests.fixture.js';

// A permit that is opened again keeps the moment of its admission: what was put in force since then, nobody who admitted it has seen.

const minute = 60_000;
const hour = 60 * minute;
const began = Date.parse('2026-11-22T03:00:00.000Z');
/** The ledger's clock, epoch milliseconds. */
let now: number;
beforeEach(() => {
  now = began;
});
const { ledger } = ledgerForEach(() => now);

const asking = (changes: Partial<AdmissionRequest> = {}, targetId?: string): AdmissionRequest =>
  admissionRequest({ startBy: now + minute, ...changes }, targetId);

async function used(): Promise<AdmissionRequest> {
  const request = asking();
  expect(await ledger.admit(request, yes)).toMatchObject({ admitted: true });
  now += 1_000;
  expect(await ledger.consume(shown(request))).toMatchObject({ consumed: true });
  return request;
}

const place = (kind: HoldKind) =>
  ledger.placeHold({ kind, scope: 'rule:ec2-cpu-high', reason: 'it did not help', owner: 'opssentinel' });

async function seen(targetId: string): Promise<AdmissionState> {
  let state: AdmissionState | undefined;
  await ledger.preview(asking({ attemptKey: 'mine', incident: 'pagerduty:MINE' }, targetId), (read) => {
    state = read;
    return [];
  });
  return state as AdmissionState;
}

describe('a permit that was opened again', () => {
  it.each(['demotion', 'brake', 'stop'] as const)(
    'is not used past a %s that was placed between its two armings',
    async (kind) => {
      const request = await used();
      now += 1_000;
      const hold = await place(kind);
      now += 1_000;
      expect(await ledger.rearm(request.attemptKey)).toBe(true);
      now += 1_000;
      expect(await ledger.consume(shown(request))).toMatchObject({ consumed: false, because: 'held', hold: { id: hold.id } });
      await ledger.liftHold(hold.id, { by: 'ada', admin: false });
      expect(await ledger.consume(shown(request))).toMatchObject({ consumed: true, permit: { armed: 2 } });
    },
  );

  it('is used under a demotion that stood when it was admitted: whoever admitted it had people’s word', async () => {
    await place('demotion');
    now += 1_000;
    const request = await used();
    expect(await ledger.rearm(request.attemptKey)).toBe(true);
    expect(await ledger.consume(shown(request))).toMatchObject({ consumed: true });
  });

  it('holds its target and its failure domain for as long as a new one would, and counts from then on', async () => {
    const { attemptKey, subject } = await used();
    now = began + hour - 1_000;
    expect(await ledger.rearm(attemptKey)).toBe(true);
    now += 30_000;
    const held = { incident: 'pagerduty:QSBX0001', since: began };
    expect((await seen(subject.targetId)).targetHeldBy).toEqual(held);
    const elsewhere = await seen('arn:aws:ec2:eu-west-1:444455556666:instance/i-other');
    expect(elsewhere).toMatchObject({ domainHeldBy: held, effects: [{ at: began + hour - 1_000 }] });
  });

  it('that ran out and is admitted anew has the life that it is given then', async () => {
    const request = await used();
    await ledger.rearm(request.attemptKey);
    now += hour;
    const again = asking({ startBy: now + 2 * minute });
    expect(await ledger.admit(again, yes)).toMatchObject({ admitted: true });
    await ledger.consume(shown(again));
    now += hour;
    expect(await ledger.rearm(request.attemptKey)).toBe(true);
    expect(await ledger.permit(request.attemptKey)).toMatchObject({ startBy: new Date(now + 2 * minute).toISOString() });
  });

  it('hears no word that was meant for an earlier use of it', async () => {
    const request = await used();
    expect(await ledger.rearm(request.attemptKey, 1)).toBe(true);
    await ledger.consume(shown(request));
    expect(await ledger.rearm(request.attemptKey, 1)).toBe(false);
    await ledger.effectEnded(request.attemptKey, 'unknown', 'late', 1);
    expect(await ledger.rearm(request.attemptKey, 2)).toBe(true);
    await ledger.consume(shown(request));
    await ledger.effectEnded(request.attemptKey, 'succeeded', 'done', 3);
    expect(await ledger.rearm(request.attemptKey, 3)).toBe(false);
    await ledger.effectEnded(request.attemptKey, 'failed', 'later', 3);
    expect((await ledger.evidence(request.incident))['permits']).toMatchObject([
      { attempt_key: 'key-1', armed: 3, status: 'succeeded', ended_says: 'done' },
    ]);
  });
});
