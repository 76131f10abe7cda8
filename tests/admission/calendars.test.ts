import { afterAll, beforeAll, beforeEach, afterEach, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityDeps } from '../../activities/deps.js';
import { calendarsNow } from '../../activities/situation/calendars.js';
import type { CalendarFacts } from '../../domain/calendar.js';
import type { Admission } from '../../domain/permit.js';
import { calmFacts } from '../../guards/facts.fixture.js';
import { guards } from '../../guards/index.js';
import { judgeAll } from '../../guards/judge.js';
import { startTestSandbox, type TestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { createRegistry } from '../../integrations/registry.js';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { shown } from '../../ledger/requests.fixture.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres.js';
import { incident, policy, runbook, setOf } from '../support/rules.js';
import { requestOf, roomy } from './asker.fixture.js';

// Calendars over the wire, every guard, and the real ledger: while one is closed there is no permit, and so nothing that could begin.

let postgres: TestPostgres;
let sandbox: TestSandbox;
let ledger: Ledger;
beforeAll(async () => {
  [postgres, sandbox] = await Promise.all([startTestPostgres(), startTestSandbox()]);
});
afterAll(async () => {
  await sandbox.close();
  await postgres.stop();
});
beforeEach(async () => {
  ledger = await openLedger({ url: await postgres.freshUrl(), deadlineMs: 10_000 });
});
afterEach(() => ledger.close());

const set = setOf(policy(), runbook());
const request = requestOf({ incident: 1 });

async function admitted(): Promise<Admission> {
  const now = Date.now();
  const { registry } = createRegistry(sandbox.environment());
  const deps = { registry, now: () => now } as unknown as ActivityDeps;
  const { target } = calmFacts();
  const of = incident();
  const about = { incident: request.incident, ref: of.ref, trust: 'signed' as const };
  const read = new MockActivityEnvironment().run(() => calendarsNow(deps, about, of, target, set));
  const facts = calmFacts({
    now,
    calendars: (await read) as CalendarFacts,
    incidentId: request.incident,
    alertStartedAt: now - 120_000,
    planHash: request.planHash,
    rule: request.subject.rule,
    target: { ...target, id: request.subject.targetId, account: request.place.account },
  });
  return ledger.admit(request, (state) => judgeAll(guards, facts, state, roomy));
}

const window = (from: number, to: number) => {
  const iso = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
  return sandbox.tell('pagerduty', 'maintenance', { services: ['PSVC001'], from: iso(from), to: iso(to) });
};

it('row 27: while a maintenance window covers the service there is no permit; once it is over there is', async () => {
  await window(-10, 20);
  expect(await admitted()).toMatchObject({ admitted: false, refusedBy: { guard: 'freeze', verdict: 'refuse' } });
  expect(await ledger.consume(shown(request))).toMatchObject({ consumed: false });
  await sandbox.reset();
  await window(-20, -10);
  expect(await admitted()).toMatchObject({ admitted: true });
  expect(await ledger.consume(shown(request))).toMatchObject({ consumed: true });
});

it('row 27: nor is there one while nobody can tell', async () => {
  await sandbox.fault('GET /maintenance_windows', 'reset-before');
  expect(await admitted()).toMatchObject({
    admitted: false,
    refusedBy: { guard: 'freeze', found: expect.stringMatching(/^not known/) },
  });
  expect(await admitted()).toMatchObject({ admitted: true });
});
