import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AdmissionState } from '../../domain/admission.js';
import type { Approval } from '../../domain/approval.js';
import type { Hold } from '../../domain/hold.js';
import type { Admission, Consumption, GuardVerdict, Permit } from '../../domain/permit.js';
import { openLedger } from '../../ledger/open.js';
import type { AdmissionRequest, Ledger } from '../../ledger/port.js';
import { admissionRequest, ifFree, no, shown, yes } from '../../ledger/requests.fixture.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres.js';
import { createLedger, type ModelLedger } from './ledger.js';

// What the simulation's ledger answers is worth as much as its likeness to the real one: the same random calls to both, at the same
// moments of one clock, must be answered alike.

const begin = Date.parse('2026-11-22T03:00:00Z');
let postgres: TestPostgres;
let url: string;
let real: Ledger;
let now = begin;

beforeAll(async () => {
  postgres = await startTestPostgres();
  url = await postgres.freshUrl();
  real = await openLedger({ url, deadlineMs: 20_000, now: () => now });
});
afterAll(async () => {
  await real.close();
  await postgres.stop();
});

const brakes = (): GuardVerdict[] => [
  {
    guard: 'brake',
    verdict: 'refuse',
    limit: '3/10m',
    found: 'too many',
    setBy: 'default',
    places: [{ kind: 'brake', scope: 'domain:d1', reason: 'too many' }],
  },
];
const judges = { yes, no, ifFree, brakes, none: () => [] } as const;

type Call =
  | { call: 'admit'; key: number; target: number; plan: number; judge: keyof typeof judges; lifeMs: number }
  | { call: 'consume'; key: number; target: number; plan: number; stranger: boolean }
  | { call: 'rearm' | 'end' | 'start'; key: number; target: number; armed?: number | undefined }
  | { call: 'verify'; key: number; target: number; verified: boolean }
  | { call: 'release'; incident: number; over: boolean }
  | { call: 'hold'; scope: string; kind: Hold['kind']; lastsMs: number | undefined }
  | { call: 'lift'; which: number; by: string; admin: boolean }
  | { call: 'word'; incident: number; by: string; accepted: boolean; offMs: number }
  | { call: 'later'; ms: number };

const key = fc.nat({ max: 3 });
const target = fc.nat({ max: 2 });
const plan = fc.nat({ max: 1 });
/** Which use of a permit is meant; none: whichever is the last. */
const armed = fc.constantFrom(undefined, undefined, 1, 2);
const judge = fc.constantFrom<keyof typeof judges>('yes', 'yes', 'yes', 'ifFree', 'ifFree', 'no', 'brakes', 'none');
const times = fc.constantFrom(1, 500, 20_000, 59_999, 60_000, 60_001, 299_999, 300_000, 3_600_000, 86_400_000, 2_678_400_000);

const calls: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      call: fc.constant('admit' as const),
      key,
      target,
      plan,
      judge,
      lifeMs: fc.constantFrom(60_000, -1, 3_600_000),
    }),
  },
  { weight: 5, arbitrary: fc.record({ call: fc.constant('consume' as const), key, target, plan, stranger: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ call: fc.constantFrom('rearm' as const, 'end' as const, 'start' as const), key, target, armed }),
  },
  { weight: 1, arbitrary: fc.record({ call: fc.constant('verify' as const), key, target, verified: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ call: fc.constant('release' as const), incident: target, over: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      call: fc.constant('hold' as const),
      scope: fc.constantFrom('all', 'rule:r1', 'target:t1', 'environment:staging', 'domain:d1'),
      kind: fc.constantFrom<Hold['kind']>('stop', 'freeze', 'demotion'),
      lastsMs: fc.constantFrom(undefined, 500, 60_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      call: fc.constant('lift' as const),
      which: fc.nat({ max: 5 }),
      by: fc.constantFrom('ada', 'Ada', 'grace'),
      admin: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      call: fc.constant('word' as const),
      incident: target,
      by: fc.constantFrom('ada', 'grace'),
      accepted: fc.boolean(),
      offMs: fc.constantFrom(-3_600_000, 0, 3_600_000),
    }),
  },
  { weight: 4, arbitrary: fc.record({ call: fc.constant('later' as const), ms: times }) },
);

/** Three targets in two failure domains; a key belongs to a target, and now and then to a second one. */
function requestOf(one: { key: number; target: number; plan?: number; lifeMs?: number }): AdmissionRequest {
  const targetId = `t${one.target}`;
  const domain = `d${one.target % 2}`;
  return admissionRequest(
    {
      attemptKey: `k${one.key}.${one.key === 0 ? 0 : one.target}`,
      incident: `pagerduty:Q${(one.key + one.target) % 3}`,
      planHash: `p${one.plan ?? 0}`,
      subject: {
        environment: one.target === 2 ? 'staging' : 'prod',
        service: `s${one.target % 2}`,
        rule: `r${one.key % 2}`,
        action: 'aws.ssm.start-automation',
        targetId,
        domain,
        team: 'team-web',
        runbook: 'restart',
      },
      failureDomain: domain,
      startBy: now + (one.lifeMs ?? 60_000),
      // The last of them puts something back.
      ...(one.key === 3 ? {} : { verifyWithinMs: 900_000 }),
    },
    targetId,
  );
}

/** One of the two ledgers, and its answers without what may differ. */
class Asked {
  private readonly ledger: Ledger | ModelLedger;
  /** Ids of the holds that it has placed, in their order. */
  private readonly holds: string[] = [];
  constructor(ledger: Ledger | ModelLedger) {
    this.ledger = ledger;
  }

  async answer(one: Call): Promise<unknown> {
    const { ledger } = this;
    switch (one.call) {
      case 'admit':
        return this.admitted(one);
      case 'consume': {
        const request = shown(requestOf(one));
        return plainConsumption(
          await ledger.consume(one.stranger && one.key === 3 ? { ...request, incident: 'other' } : request),
        );
      }
      case 'rearm':
        return ledger.rearm(requestOf(one).attemptKey, one.armed);
      case 'start':
        return ledger.effectStarted(requestOf(one).attemptKey, one.key === 1 ? { deployment: 'ecs-svc/1' } : {}, '');
      case 'end':
        return ledger.effectEnded(requestOf(one).attemptKey, 'succeeded', '', one.armed);
      case 'verify':
        return ledger.effectVerified(requestOf(one).attemptKey, one.verified, '');
      case 'release':
        return ledger.releaseTarget(`pagerduty:Q${one.incident}`, one.over);
      case 'hold': {
        const until = one.lastsMs === undefined ? {} : { until: new Date(now + one.lastsMs).toISOString() };
        const hold = await ledger.placeHold({ kind: one.kind, scope: one.scope, reason: '', owner: 'ada', ...until });
        this.holds.push(hold.id);
        return plainHold(hold);
      }
      case 'lift':
        return ledger.liftHold(this.holds[one.which] ?? '0', { by: one.by, admin: one.admin });
      case 'word':
        return ledger.putApproval(wordOf(one));
      case 'later':
        return undefined;
    }
  }

  private async admitted(one: Call & { call: 'admit' }): Promise<unknown> {
    const seen: unknown[] = [];
    const judged = (state: AdmissionState): GuardVerdict[] => {
      seen.push(plainState(state));
      return judges[one.judge](state);
    };
    const request = requestOf(one);
    const wouldSay = await this.ledger.preview(request, judged);
    return [plainAdmission(await this.ledger.admit(request, judged)), wouldSay, ...seen];
  }
}

const wordOf = ({ incident, by, accepted, offMs }: Call & { call: 'word' }): Approval => ({
  incident: `pagerduty:Q${incident}`,
  planHash: 'p0',
  decision: 'approve',
  by,
  via: 'api',
  verifiedIdentity: true,
  accepted,
  reason: '',
  at: new Date(now + offMs).toISOString(),
});

const plainHold = ({ id: _id, ...hold }: Hold) => hold;
const plainPermit = ({ id: _id, ...permit }: Permit) => permit;
const plainAdmission = (answer: Admission) => (answer.admitted ? { ...answer, permit: plainPermit(answer.permit) } : answer);
const plainConsumption = (answer: Consumption) =>
  answer.consumed
    ? { ...answer, permit: plainPermit(answer.permit) }
    : // Of several, any may be named.
      { ...answer, hold: answer.hold !== undefined };

/** What happened in one and the same millisecond has no order. */
const sorted = <Item>(items: readonly Item[]): Item[] =>
  [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** With its members in one order. */
const inOrder = (value: object): object => Object.fromEntries(sorted(Object.entries(value)));

function plainState({ holds, effects, lifted, domainHeldBy, ...state }: AdmissionState): unknown {
  const byKeys = effects.map((effect) => inOrder(effect));
  return {
    ...state,
    domainHeld: domainHeldBy?.since,
    holds: sorted(holds.map(plainHold).map((hold) => inOrder(hold))),
    effects: sorted(byKeys),
    lifted: sorted(lifted),
  };
}

describe('the simulated ledger', () => {
  it('answers as PostgreSQL does, whatever is asked of it in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(calls, { minLength: 10, maxLength: 30 }), async (sequence) => {
        await postgres.sql(url, 'truncate permit, hold, approval');
        now = begin;
        const model = new Asked(createLedger(() => now));
        const database = new Asked(real);
        for (const [index, one] of sequence.entries()) {
          if (one.call === 'later') now += one.ms;
          // Nothing but a call of its own happens in one millisecond.
          else now += 1;
          const [modelled, answered] = [await model.answer(one), await database.answer(one)];
          expect({ index, one, answer: modelled }).toEqual({ index, one, answer: answered });
        }
      }),
      { numRuns: 150, endOnFailure: false },
    );
  }, 300_000);
});
