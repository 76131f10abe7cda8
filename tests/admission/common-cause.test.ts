import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Hold } from '../../domain/hold.js';
import type { Admission } from '../../domain/permit.js';
import type { GuardLimits } from '../../domain/plan.js';
import { standard } from '../../guards/facts.fixture.js';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { shown } from '../../ledger/requests.fixture.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres.js';
import { ask, type Asker, refusals, requestOf, roomy, through } from './asker.fixture.js';

// Many single fixes must not add up to an outage: every guard that is shipped, over the real ledger.

let postgres: TestPostgres;
let ledger: Ledger;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  ledger = await openLedger({ url: await postgres.freshUrl(), deadlineMs: 30_000 });
});
afterEach(() => ledger.close());

const domain = '444455556666/eu-west-1/ec2';
const action = 'aws.ssm.start-automation';
/** Ten different instances of one failure domain. */
const ten: Asker[] = Array.from({ length: 10 }, (_, n) => ({ incident: n, target: n }));
/** Budgets and cooldown leave the word to the brake. */
const braked: GuardLimits = { ...roomy, brake: standard.brake };

/** As a run does it once the plan is made: from then on the incident counts. */
const begins = (asker: Asker): Promise<void> => {
  const { incident, failureDomain } = requestOf(asker);
  return ledger.putIncident({ id: incident, failureDomain, service: 'PSVC002' });
};

/** The whole way of one that was let through; whether it helped, if that is looked at. */
async function acts(asker: Asker, verified?: boolean): Promise<void> {
  const request = requestOf(asker);
  expect(await ledger.consume(shown(request))).toMatchObject({ consumed: true });
  await ledger.effectEnded(request.attemptKey, 'succeeded', 'done');
  if (verified !== undefined) await ledger.effectVerified(request.attemptKey, verified, 'looked at');
  await ledger.releaseTarget(request.incident);
}

/** Begins, asks, and acts where it may. */
async function tries(asker: Asker, limits: GuardLimits, verified?: boolean): Promise<Admission> {
  await begins(asker);
  const answer = await ask(ledger, asker, limits);
  if (answer.admitted) await acts(asker, verified);
  return answer;
}

/** Lifted by a human; what comes afterwards comes at a later millisecond. */
async function lifts(hold: Hold | undefined): Promise<void> {
  expect(await ledger.liftHold(hold?.id ?? '', { by: 'ada', admin: false })).toBe('lifted');
  await sleep(5);
}

describe('N6: ten single fixes in one failure domain', () => {
  it('at the same time: one gets through at a time, the others wait in line, until all have acted', async () => {
    const left = new Set(ten);
    while (left.size > 0) {
      const askers = [...left];
      const answers = await Promise.all(askers.map((asker) => ask(ledger, asker, roomy)));
      expect(through(answers)).toBe(1);
      if (left.size > 1) expect(refusals(answers)).toEqual(new Set(['domainLease waits']));
      const winner = askers[answers.findIndex(({ admitted }) => admitted)] as Asker;
      // What is under way keeps the others out; only its end lets the next one in.
      expect(await ledger.consume(shown(requestOf(winner)))).toMatchObject({ consumed: true });
      const next = askers.find((asker) => asker !== winner);
      if (next) expect(await ask(ledger, next, roomy)).toMatchObject({ refusedBy: { guard: 'domainLease' } });
      await ledger.releaseTarget(requestOf(winner).incident, true);
      left.delete(winner);
    }
  });

  it('another failure domain does not wait for this one', async () => {
    const elsewhere = { incident: 77, target: 77, account: '111122223333' };
    const answers = await Promise.all([...ten, elsewhere].map((asker) => ask(ledger, asker, roomy)));
    expect([through(answers), answers.at(-1)?.admitted]).toEqual([2, true]);
  });

  it('N6, G7: one after the other: the third in ten minutes trips the brake, and nothing more is done there', async () => {
    const answers: Admission[] = [];
    for (const asker of ten) answers.push(await tries(asker, braked));
    expect(answers.map(({ admitted }) => admitted)).toEqual([true, true, ...Array<boolean>(8).fill(false)]);
    expect(answers[2]).toMatchObject({
      refusedBy: { guard: 'brake', found: expect.stringContaining(`3 incidents in ${domain}`) },
    });
    expect(answers[3]).toMatchObject({
      refusedBy: { guard: 'stop', found: expect.stringContaining(`brake of domain:${domain}`) },
    });
    expect(await ledger.holds()).toMatchObject([
      { kind: 'brake', scope: `domain:${domain}`, owner: 'opssentinel', reason: `3 incidents in ${domain} in 10 min` },
    ]);
    expect(await ask(ledger, { incident: 77, target: 77, account: '111122223333' }, braked)).toMatchObject({ admitted: true });
  });

  it('N6: at the same time: nobody gets through, and the brake is there once', async () => {
    await Promise.all(ten.map(begins));
    const answers = await Promise.all(ten.map((asker) => ask(ledger, asker, braked)));
    expect(through(answers)).toBe(0);
    expect(await ledger.holds()).toHaveLength(1);
    for (const asker of ten) expect(await ledger.consume(shown(requestOf(asker)))).toMatchObject({ consumed: false });
  });

  it('N6: what was let through before the brake tripped does not begin after it', async () => {
    await begins({ incident: 0, target: 0 });
    expect(await ask(ledger, { incident: 0, target: 0 }, braked)).toMatchObject({ admitted: true });
    await Promise.all(ten.slice(1).map(begins));
    expect(await ask(ledger, { incident: 1, target: 1 }, braked)).toMatchObject({ admitted: false });
    expect(await ledger.consume(shown(requestOf({ incident: 0, target: 0 })))).toMatchObject({
      consumed: false,
      because: 'held',
      hold: { kind: 'brake', scope: `domain:${domain}` },
    });
  });

  it('lifting it begins the count anew', async () => {
    for (const asker of ten.slice(0, 3)) await tries(asker, braked);
    await lifts((await ledger.holds())[0]);
    const after: boolean[] = [];
    for (const asker of ten.slice(3, 7)) after.push((await tries(asker, braked)).admitted);
    expect(after).toEqual([true, true, false, false]);
    expect(await ledger.holds()).toMatchObject([{ kind: 'brake', scope: `domain:${domain}` }]);
  });
});

describe('G7: an action that keeps not helping', () => {
  it('three times within an hour, wherever: the action stops until somebody lifts it', async () => {
    const spread: Asker[] = ten.map((asker, n) => ({ ...asker, account: String(444455556000 + n) }));
    const limits: GuardLimits = { ...roomy, brake: { ...roomy.brake, unverified: standard.brake.unverified } };
    const answers: Admission[] = [];
    for (const asker of spread.slice(0, 5)) answers.push(await tries(asker, limits, false));
    expect(answers.map(({ admitted }) => admitted)).toEqual([true, true, true, false, false]);
    expect(answers[3]).toMatchObject({ refusedBy: { guard: 'brake' } });
    const holds = await ledger.holds();
    expect(holds).toMatchObject([{ kind: 'brake', scope: `action:${action}`, owner: 'opssentinel' }]);
    await lifts(holds[0]);
    expect(await tries(spread[5] as Asker, limits, true)).toMatchObject({ admitted: true });
  });
});

describe('row 22: a fix that has not helped twice', () => {
  const again = (incident: number): Asker => ({ incident, target: 0 });

  it('row 22: is refused the third time, and its rule asks from then on, on every target, until somebody lifts that', async () => {
    expect(await tries(again(1), roomy, false)).toMatchObject({ admitted: true });
    expect(await tries(again(2), roomy, false)).toMatchObject({ admitted: true });
    expect(await tries(again(3), roomy)).toMatchObject({
      admitted: false,
      refusedBy: {
        guard: 'sameFix',
        verdict: 'refuse',
        found: expect.stringContaining('restart-ec2-instance did not help on i-0 2 times'),
      },
    });
    const holds = await ledger.holds();
    expect(holds).toMatchObject([{ kind: 'demotion', scope: 'rule:ec2-cpu-high', owner: 'opssentinel' }]);

    const elsewhere = { incident: 4, target: 5 };
    expect(await tries(elsewhere, roomy)).toMatchObject({ admitted: false, refusedBy: { guard: 'stop', verdict: 'ask' } });
    await ledger.putApproval({
      incident: requestOf(elsewhere).incident,
      planHash: requestOf(elsewhere).planHash,
      decision: 'approve',
      by: 'ada',
      via: 'api',
      verifiedIdentity: true,
      accepted: true,
      reason: '',
      at: new Date().toISOString(),
    });
    expect(await ask(ledger, elsewhere, roomy)).toMatchObject({ admitted: true });
    await acts(elsewhere, true);

    await lifts(holds[0]);
    expect(await tries({ incident: 5, target: 6 }, roomy, true)).toMatchObject({ admitted: true });
    // The count begins anew where it had not helped, too.
    expect(await tries(again(6), roomy, false)).toMatchObject({ admitted: true });
    expect(await tries(again(7), roomy, false)).toMatchObject({ admitted: true });
    expect(await tries(again(8), roomy)).toMatchObject({ refusedBy: { guard: 'sameFix' } });
  });

  it('row 22: what was let through without people before the demotion does not begin after it', async () => {
    const early = { incident: 50, target: 9, account: '111122223333' };
    expect(await ask(ledger, early, roomy)).toMatchObject({ admitted: true });
    for (const n of [1, 2, 3]) await tries(again(n), roomy, false);
    expect(await ledger.holds()).toMatchObject([{ kind: 'demotion' }]);
    expect(await ledger.consume(shown(requestOf(early)))).toMatchObject({
      consumed: false,
      because: 'held',
      hold: { kind: 'demotion' },
    });
  });

  it('row 22: what helped in between does not wipe the failures out', async () => {
    for (const [n, verified] of [false, true, false].entries())
      expect(await tries(again(n), roomy, verified)).toMatchObject({ admitted: true });
    expect(await tries(again(9), roomy)).toMatchObject({ refusedBy: { guard: 'sameFix' } });
  });
});
