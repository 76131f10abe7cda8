import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Admission } from '../../domain/permit.js';
import { calmFacts, hour, standard } from '../../guards/facts.fixture.js';
import { guards } from '../../guards/index.js';
import { judgeAll } from '../../guards/judge.js';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { admissionRequest, shown } from '../../ledger/requests.fixture.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres.js';

// Every guard that is shipped, over the real ledger: what a guard forbids must hold for many that ask at the same moment.

let postgres: TestPostgres;
let url: string;
let ledger: Ledger;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  url = await postgres.freshUrl();
  ledger = await openLedger({ url, deadlineMs: 10_000 });
});
afterEach(() => ledger.close());

/** Who asks: an incident, a target, and the account that the target is in. */
interface Asker {
  incident: number;
  target?: number;
  account?: string;
}

const limits = { ...standard, budget: { ...standard.budget, rule: { count: 3, perMs: hour } } };

function requestOf({ incident, target = 0, account = '444455556666' }: Asker) {
  const id = `arn:aws:ec2:eu-west-1:${account}:instance/i-0aa11bb22cc33d${String(target).padStart(3, '0')}`;
  const place = { account, region: 'eu-west-1' };
  return admissionRequest(
    {
      attemptKey: `key-${incident}-${target}`,
      incident: `pagerduty:Q${incident}`,
      failureDomain: `${account}/eu-west-1/ec2`,
      place,
    },
    id,
  );
}

async function ask(asker: Asker): Promise<Admission> {
  const request = requestOf(asker);
  const now = Date.now();
  const { target } = calmFacts();
  const facts = calmFacts({
    now,
    incidentId: request.incident,
    alertStartedAt: now - 120_000,
    planHash: request.planHash,
    rule: request.subject.rule,
    target: { ...target, id: request.subject.targetId, name: `i-${asker.target ?? 0}`, account: request.place.account },
  });
  return ledger.admit(request, (state) => judgeAll(guards, facts, state, limits));
}

const through = (answers: Admission[]) => answers.filter(({ admitted }) => admitted).length;
const refusals = (answers: Admission[]) =>
  new Set(
    answers.flatMap((answer) =>
      answer.admitted ? [] : [`${answer.refusedBy.guard} ${answer.refusedBy.wait === true ? 'waits' : 'ends'}`],
    ),
  );

describe('row 23: incidents on one target at the same moment', () => {
  it('one gets the target, the others wait for it; once it has acted, the cooldown sends them away', async () => {
    const askers = Array.from({ length: 20 }, (_, incident) => ({ incident }));
    const answers = await Promise.all(askers.map(ask));
    expect(through(answers)).toBe(1);
    expect(refusals(answers)).toEqual(new Set(['oneAtATime waits']));
    const winner = answers.findIndex(({ admitted }) => admitted);
    expect(await ledger.consume(shown(requestOf({ incident: winner })))).toMatchObject({ consumed: true });
    await ledger.releaseTarget(`pagerduty:Q${winner}`);
    const again = await Promise.all(askers.filter(({ incident }) => incident !== winner).map(ask));
    expect(through(again)).toBe(0);
    expect(refusals(again)).toEqual(new Set(['cooldown ends']));
  });
});

describe('row 21: at most so many per window', () => {
  it.each([
    ['in one account', () => '444455556666'],
    ['in twelve accounts', (n: number) => String(444455556000 + n)],
  ])(
    'twelve incidents of one rule at once, on twelve targets %s: the budget lets three through, a human decides about the rest',
    async (_what, account) => {
      const askers = Array.from({ length: 12 }, (_, n) => ({ incident: n, target: n, account: account(n) }));
      const answers = await Promise.all(askers.map(ask));
      expect(through(answers)).toBe(3);
      expect(refusals(answers)).toEqual(new Set(['budget ends']));
      for (const asker of askers) await ledger.consume(shown(requestOf(asker)));
      await ledger.close();
      ledger = await openLedger({ url, deadlineMs: 10_000 });
      expect(await ask({ incident: 99, target: 99 })).toMatchObject({
        admitted: false,
        refusedBy: { guard: 'budget', verdict: 'ask' },
      });
    },
  );
});
