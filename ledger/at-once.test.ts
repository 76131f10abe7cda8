import { beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { ledgerForEach } from '../tests/support/ledger.js';
import { heldUp } from './held-up.fixture.js';
import type { AdmissionRequest } from './port.js';
import { admissionRequest, ifFree, shown, yes } from './requests.fixture.js';

// A permit that is used in the same moment in which another is being granted.

const minute = 60_000;
const began = Date.parse('2026-11-22T03:00:00.000Z');
/** The ledger's clock, epoch milliseconds. */
let now: number;
beforeEach(() => {
  now = began;
});
const { ledger, place } = ledgerForEach(() => now);

const asking = (changes: Partial<AdmissionRequest> = {}): AdmissionRequest =>
  admissionRequest({ startBy: now + minute, ...changes });
const ofAnother = (): AdmissionRequest => asking({ attemptKey: 'key-b', incident: 'pagerduty:B' });

describe('while an admission is under way', () => {
  it('one that is used in its last moment holds the target, though the admission began to look before that was written', async () => {
    await ledger.admit(asking(), yes);
    const used = `update permit set consumed_at = '${new Date(began + minute - 1).toISOString()}'`;
    const answer = await heldUp(
      place.url,
      async ({ untilSomebodyWaits, commit }) => {
        now = began + minute;
        const admission = ledger.admit(ofAnother(), ifFree);
        await Promise.race([admission, untilSomebodyWaits()]);
        await commit();
        return { admission };
      },
      used,
    );
    expect(await answer.admission).toMatchObject({ admitted: false, refusedBy: { found: 'pagerduty:QSBX0001' } });
  });

  it('one that is bound to another plan is not used under the one before', async () => {
    await ledger.admit(ofAnother(), yes);
    await ledger.admit(asking(), yes);
    const changed = asking({ planHash: 'plan 2' });
    const answers = await heldUp(
      place.url,
      async ({ untilSomebodyWaits }) => {
        const admission = ledger.admit(changed, yes);
        await Promise.race([admission, untilSomebodyWaits()]);
        const use = ledger.consume(shown(asking()));
        await Promise.race([use, sleep(300)]);
        return { admission, use };
      },
      "select * from permit where attempt_key = 'key-b' for update",
    );
    expect(await answers.admission).toMatchObject({ admitted: true, permit: { planHash: 'plan 2' } });
    expect(await answers.use).toEqual({ consumed: false, because: 'hashes differ' });
    expect(await ledger.consume(shown(changed))).toMatchObject({ consumed: true });
  });
});
