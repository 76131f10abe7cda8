import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GuardVerdict } from '../domain/permit.js';
import { brake } from '../guards/brake.js';
import { calmFacts, standard } from '../guards/facts.fixture.js';
import { judgeAll } from '../guards/judge.js';
import { sameFix } from '../guards/same-fix.js';
import { ledgerForEach } from '../tests/support/ledger.js';
import type { AdmissionRequest } from './port.js';
import { admissionRequest, shown, yes } from './requests.fixture.js';

// From the rows to the guards: what nobody saw help is not tried for ever.

const minute = 60_000;
const began = Date.parse('2026-11-22T03:00:00.000Z');
const runbook = calmFacts().step.runbook;
/** The ledger's clock, epoch milliseconds. */
let now: number;
beforeEach(() => {
  now = began;
});
const { ledger } = ledgerForEach(() => now);

function asking(n: number, changes: Partial<AdmissionRequest> = {}): AdmissionRequest {
  const request = admissionRequest({ attemptKey: `key-${n}`, incident: `pagerduty:Q${n}`, startBy: now + minute, ...changes });
  return { ...request, subject: { ...request.subject, runbook, targetId: calmFacts().target.id } };
}

/** Used, and then its run was never heard of again. */
async function used(n: number, changes: Partial<AdmissionRequest> = { verifyWithinMs: 25 * minute }): Promise<string> {
  const request = asking(n, changes);
  expect(await ledger.admit(request, yes)).toMatchObject({ admitted: true });
  expect(await ledger.consume(shown(request))).toMatchObject({ consumed: true });
  now += 1_000;
  return request.attemptKey;
}

/** What the two guards say now about one more of them. */
async function said(): Promise<Record<string, GuardVerdict['verdict']>> {
  const verdicts = await ledger.preview(asking(99), (state) => judgeAll([sameFix, brake], calmFacts({ now }), state, standard));
  return Object.fromEntries(verdicts.map(({ guard, verdict }) => [guard, verdict]));
}

describe('row 22, G7, G12: what was used and never seen to help', () => {
  it('counts once its own time and its verification are long over, and not before', async () => {
    for (const n of [1, 2, 3]) await used(n);
    now = began + 30 * minute;
    expect(await said()).toEqual({ sameFix: 'allow', brake: 'allow' });
    now += 3_000;
    expect(await said()).toEqual({ sameFix: 'refuse', brake: 'refuse' });
  });

  it('counts at once where nobody knows how it ended', async () => {
    for (const n of [1, 2, 3]) await ledger.effectEnded(await used(n), 'unknown', 'no answer');
    expect(await said()).toEqual({ sameFix: 'refuse', brake: 'refuse' });
  });

  it('does not count where it was not done, where it puts something back, or where it helped', async () => {
    for (const n of [1, 2, 3]) await ledger.effectEnded(await used(n), 'not-done', 'refused');
    for (const n of [4, 5, 6]) await ledger.effectEnded(await used(n, {}), 'succeeded', 'put back');
    for (const n of [7, 8, 9]) await ledger.effectEnded(await used(n, {}), 'unknown', 'no answer');
    for (const n of [10, 11, 12]) await ledger.effectVerified(await used(n), true, 'alarm OK');
    now = began + 40 * minute;
    expect(await said()).toEqual({ sameFix: 'allow', brake: 'allow' });
  });
});

it('row 18: the deployment that an effect began is known by the name that the vendor gave it', async () => {
  const [redeployed, rebooted] = [await used(1), await used(2)];
  await ledger.effectStarted(redeployed, { deployment: 'ecs-svc/1' }, 'began');
  await ledger.effectStarted(rebooted, { instance: 'i-1' }, 'began');
  const names: (string | undefined)[] = [];
  await ledger.preview(asking(99), ({ effects }) => {
    names.push(...effects.map(({ deployment }) => deployment));
    return [];
  });
  expect(names).toEqual([undefined, 'ecs-svc/1']);
});
