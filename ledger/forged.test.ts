import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestPostgres, type TestPostgres } from '../tests/support/postgres.js';
import { openLedger } from './open.js';
import type { AdmissionRequest, Ledger } from './port.js';
import { admissionRequest, shown, yes } from './requests.fixture.js';

let postgres: TestPostgres;
let url: string;
let ledger: Ledger;
let request: AdmissionRequest;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  url = await postgres.ledgerUrl();
  ledger = await openLedger({ url, deadlineMs: 10_000 });
  request = admissionRequest({ verifyWithinMs: 3_600_000 });
  await ledger.admit(request, yes);
});
afterEach(() => ledger.close());

const released = async () =>
  (await postgres.sql(url, 'select released_at from permit order by attempt_key')).map((row) => row['released_at']);
const verified = async () => (await postgres.sql(url, 'select verified from permit')).map((row) => row['verified']);

describe('what whoever reaches the activities may say of a permit', () => {
  it('it is not used in the name of another incident, in whose name the effect would be made and told', async () => {
    const other = { ...shown(request), incident: 'pagerduty:QOTHER' };
    expect(await ledger.consume(other)).toEqual({ consumed: false, because: 'no permit' });
    expect(await ledger.consume(shown(request))).toMatchObject({ consumed: true });
  });

  it('its target is not given back while its effect goes on, or may still be verified; that somebody asked is journalled', async () => {
    await ledger.consume(shown(request));
    expect(await ledger.releaseTarget(request.incident)).toEqual({ kept: 1 });
    await ledger.effectEnded(request.attemptKey, 'succeeded', 'done');
    expect(await ledger.releaseTarget(request.incident)).toEqual({ kept: 1 });
    expect(await released()).toEqual([null]);
    expect(await ledger.journalCount({ source: 'ledger', result: 'refused' })).toBe(2);
    const [line] = await postgres.sql(url, 'select * from journal');
    expect(line).toMatchObject({ incident: request.incident, says: expect.stringContaining(request.subject.targetId) });

    await ledger.effectVerified(request.attemptKey, true, 'alarm OK');
    expect(await ledger.releaseTarget(request.incident)).toEqual({ kept: 0 });
    expect(await released()).toEqual([expect.any(Date)]);
    expect(await ledger.journalCount({ source: 'ledger', result: 'refused' })).toBe(2);
  });

  it('nor for another incident, nor another target of the same one; whoever knows that the run is no more gives all back', async () => {
    const second = admissionRequest(
      { attemptKey: 'key-2', verifyWithinMs: 3_600_000 },
      'arn:aws:ec2:eu-west-1:444455556666:instance/i-2',
    );
    await ledger.admit(second, yes);
    await ledger.consume(shown(request));
    await ledger.consume(shown(second));
    await ledger.effectEnded(second.attemptKey, 'failed', 'no');
    await ledger.effectVerified(second.attemptKey, false, 'alarm ALARM');
    expect(await ledger.releaseTarget('pagerduty:QOTHER')).toEqual({ kept: 0 });
    expect(await released()).toEqual([null, null]);
    expect(await ledger.releaseTarget(request.incident)).toEqual({ kept: 1 });
    expect(await released()).toEqual([null, expect.any(Date)]);
    expect(await ledger.releaseTarget(request.incident, true)).toEqual({ kept: 0 });
    expect(await released()).toEqual([expect.any(Date), expect.any(Date)]);
  });

  it('of one target alone, where that is said: what was admitted on another one may still be used', async () => {
    const second = admissionRequest({ attemptKey: 'key-2' }, 'arn:aws:ec2:eu-west-1:444455556666:instance/i-2');
    await ledger.admit(second, yes);
    expect(await ledger.releaseTarget(request.incident, false, request.subject.targetId)).toEqual({ kept: 0 });
    expect(await released()).toEqual([expect.any(Date), null]);
    expect(await ledger.consume(shown(second))).toMatchObject({ consumed: true });
    expect(await ledger.releaseTarget(request.incident, false, request.subject.targetId)).toEqual({ kept: 0 });
    expect(await ledger.releaseTarget(request.incident, false, second.subject.targetId)).toEqual({ kept: 1 });
  });

  it.each(['unknown', 'not-done'] as const)('what ended as %s is never verified: its target is given back', async (status) => {
    await ledger.consume(shown(request));
    await ledger.effectEnded(request.attemptKey, status, 'no');
    expect(await ledger.releaseTarget(request.incident)).toEqual({ kept: 0 });
  });

  it('what was used in the same moment is either seen, or finds its permit given back: never both, fifty times', async () => {
    for (let round = 0; round < 50; round++) {
      const one = admissionRequest(
        { attemptKey: `race-${round}`, incident: `pagerduty:R${round}`, verifyWithinMs: 3_600_000 },
        `t-${round}`,
      );
      await ledger.admit(one, yes);
      const [{ consumed }, { kept }] = await Promise.all([ledger.consume(shown(one)), ledger.releaseTarget(one.incident)]);
      const [row] = await postgres.sql(url, `select released_at from permit where attempt_key = 'race-${round}'`);
      expect({ consumed, free: row?.['released_at'] !== null }).toEqual({ consumed, free: !consumed });
      if (kept > 0) expect(consumed).toBe(true);
    }
  });

  it('it is not verified before it was used, and the first word on it stands', async () => {
    await ledger.effectVerified(request.attemptKey, false, 'forged');
    expect(await verified()).toEqual([null]);
    await ledger.consume(shown(request));
    await ledger.effectVerified(request.attemptKey, true, 'alarm OK');
    await ledger.effectVerified(request.attemptKey, false, 'forged');
    expect(await verified()).toEqual([true]);
  });
});
