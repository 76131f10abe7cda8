import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import fc from 'fast-check';
import type { Delivery } from '../../domain/delivery.js';
import { incidentId } from '../../domain/incident-id.js';
import type { Loose } from '../../integrations/pagerduty/testkit/given.js';
import { openStage, type Stage } from '../../integrations/pagerduty/testkit/stage.js';
import { createRegistry } from '../../integrations/registry.js';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.js';
import { policy, rule, runbook, setOf } from '../../tests/support/rules.js';
import type { ReconcileDeps } from './deps.js';
import { createReconcileActivities, createSubscriptionActivities } from './index.js';
import type { ReconcileActivities, SourceSwept, SwitchOnInput } from './types.js';

const set = setOf(policy('profile: bench'), runbook(), rule());

let postgres: TestPostgres;
let stage: Stage;
let ledger: Ledger;
beforeAll(async () => {
  postgres = await startTestPostgres();
  // Nobody is there: what PagerDuty sends is lost, by its own rules or ours.
  stage = await openStage({ webhookUrl: 'http://127.0.0.1:9/pagerduty/autonomous/action' });
});
beforeEach(async () => {
  await stage.control('DELETE', 'faults');
  await stage.control('POST', 'reset');
  await stage.control('POST', 'pagerduty/deliveries', { lost: true });
  ledger = await openLedger({ url: await postgres.freshUrl() });
});
afterEach(() => ledger.close());
afterAll(async () => {
  await stage.close();
  await postgres.stop();
});

const alarm = (name: string): Promise<Loose> => stage.control('POST', `alarms/${name}`, { state: 'ALARM' });
const atPagerDuty = async (): Promise<Loose[]> => (await stage.control('GET', 'pagerduty/incidents')).incidents;
const age = (id: string, minutes: number) => stage.control('POST', `pagerduty/incidents/${id}/age`, { minutes });
const enabled = async () => (await stage.effects()).filter(({ operation }) => operation.endsWith('/enable')).length;

/** Rounds on the real simulator and a real ledger; only Temporal is a set of ids here. */
function bench(environment: Record<string, string> = {}, change: Partial<ReconcileDeps> = {}) {
  const seen = { begun: [] as string[], failed: [] as string[], succeeded: [] as string[], states: [] as string[] };
  const runs = new Set<string>();
  const { registry, problems } = createRegistry({ ...stage.sandbox.environment(), ...environment });
  expect(problems).toEqual([]);
  const deps: ReconcileDeps = {
    registry,
    ledger,
    rules: () => set,
    now: Date.now,
    takeIn: async (_source, { ref }) => {
      const id = incidentId(ref);
      if (runs.has(id)) return 'duplicate';
      runs.add(id);
      seen.begun.push(id);
      return 'started';
    },
    signs: {
      succeeded: (source) => void seen.succeeded.push(source),
      failed: (_source, error) => void seen.failed.push(String(error)),
      subscription: (_source, { id, state }) => void seen.states.push(`${id} ${state}`),
    },
    ...change,
  };
  const activities = { ...createReconcileActivities(deps), ...createSubscriptionActivities(deps) };
  return {
    seen,
    sweep: (): Promise<SourceSwept[]> => new MockActivityEnvironment().run(() => activities.sweep()),
    switchOn: (input: Partial<SwitchOnInput> = {}) =>
      new MockActivityEnvironment().run(() =>
        activities.switchOn({ source: 'pagerduty', id: 'PSBXWHS', round: '2026-11-22T03:10:00.000Z', ...input }),
      ),
  };
}

describe('what is open and has no run', () => {
  it('row 4: is begun once, however many rounds look; of a service that the policy does not name it is not', async () => {
    for (const name of ['ec2-cpu-high', 'ec2-cpu-high-prod', 'service-overload']) await alarm(name);
    const [staging, prod] = (await atPagerDuty()).map(({ id }) => `pagerduty:${id}`);
    const { sweep, seen } = bench();
    const [first] = await sweep();
    expect(first).toMatchObject({ source: 'pagerduty', open: 2, begun: 2, left: 0 });
    for (let round = 0; round < 3; round += 1) expect((await sweep())[0]).toMatchObject({ open: 2, begun: 0 });
    expect(new Set(seen.begun)).toEqual(new Set([staging, prod]));
    expect(seen.begun).toHaveLength(2);
  }, 30_000);

  it('has the same event id in every round, and another in every life', async () => {
    await alarm('ec2-cpu-high');
    const [{ id }] = await atPagerDuty();
    const ids: string[] = [];
    const takeIn: ReconcileDeps['takeIn'] = async (_source, { eventId, kind, trust }) => {
      ids.push(`${kind} ${trust} ${eventId}`);
      return 'started';
    };
    const { sweep } = bench({}, { takeIn });
    await sweep();
    await sweep();
    await stage.control('POST', `pagerduty/incidents/${id}/resolve`, {});
    await sweep();
    await stage.control('POST', `pagerduty/incidents/${id}/reopen`, {});
    await sweep();
    expect(ids).toEqual([
      `reconcile token reconcile:${id}:0`,
      `reconcile token reconcile:${id}:0`,
      expect.stringMatching(new RegExp(`^reconcile token reconcile:${id}:[1-9][0-9]+$`)),
    ]);
  }, 30_000);

  it('is left to its webhook while that may be under way, and looked at again in the same round', async () => {
    await alarm('ec2-cpu-high');
    const [{ id, createdAt }] = await atPagerDuty();
    let looks = 0;
    const arriving: ReconcileDeps['ledger'] = {
      ...ledger,
      incident: async (incident) => {
        looks += 1;
        // The webhook arrives between the two looks.
        if (looks === 2) await ledger.putIncident({ id: incident });
        return ledger.incident(incident);
      },
    };
    // PagerDuty writes whole seconds: by our clock it was opened just now.
    const now = () => Date.parse(createdAt);
    const { sweep, seen } = bench({}, { ledger: arriving, now });
    expect((await sweep())[0]).toMatchObject({ open: 1, begun: 0 });
    expect([looks, seen.begun]).toEqual([2, []]);
    expect(await ledger.incident(`pagerduty:${id}`)).toBeDefined();
  }, 30_000);

  it('is not looked for further back than PagerDuty itself tries a webhook again', async () => {
    await alarm('ec2-cpu-high');
    const [{ id }] = await atPagerDuty();
    await age(id, 49 * 60);
    const { sweep } = bench();
    expect((await sweep())[0]).toMatchObject({ open: 0 });
  }, 30_000);

  it('is begun in shares, the newest first, where there is much of it', async () => {
    const began = Date.parse('2026-11-22T03:00:00Z');
    const many = Array.from({ length: 120 }, (_, index) => delivery(`Q${index}`, began - index * 1_000));
    const { sweep, seen } = inMemory(many, began + 60_000);
    expect((await sweep())[0]).toMatchObject({ open: 120, begun: 50, left: 70 });
    expect(seen.begun[0]).toBe('pagerduty:Q0');
    await sweep();
    expect((await sweep())[0]).toMatchObject({ begun: 20, left: 0 });
    expect(new Set(seen.begun).size).toBe(120);
  });

  it('property: whatever comes in which order, each has one run, and after a round each has one', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('open' as const), id: fc.nat(9) }),
      fc.record({ kind: fc.constant('webhook' as const), id: fc.nat(9) }),
      fc.record({ kind: fc.constant('decided' as const), id: fc.nat(9) }),
      fc.record({ kind: fc.constant('round' as const), id: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const at = Date.parse('2026-11-22T03:00:00Z');
        const open: Delivery[] = [];
        const { sweep, begin, decided, seen } = inMemory(open, at + 60_000);
        for (const { kind, id } of [...steps, { kind: 'round' as const, id: 0 }]) {
          const known = open.find(({ ref }) => ref.externalId === `Q${id}`);
          if (kind === 'open' && !known) open.push(delivery(`Q${id}`, at));
          if (kind === 'webhook' && known) begin(known);
          if (kind === 'decided' && known) decided(known);
          if (kind === 'round') await sweep();
        }
        expect(seen.begun.toSorted()).toEqual(open.map(({ ref }) => incidentId(ref)).toSorted());
      }),
      { numRuns: 100 },
    );
  });
});

const delivery = (externalId: string, began: number): Delivery => ({
  eventId: `reconcile:${externalId}:0`,
  eventType: 'reconcile',
  kind: 'reconcile',
  ref: { source: 'pagerduty', externalId, generation: '0' },
  occurredAt: new Date(began).toISOString(),
  receivedAt: new Date(began).toISOString(),
  actor: null,
  trust: 'token',
  authenticatedBy: '',
  bodyHash: '',
});

/** A source and a ledger in memory, for more than a simulator plays. `begin` is the door; a run writes its row only when it is `decided`. */
function inMemory(open: readonly Delivery[], now: number) {
  const seen = { begun: [] as string[] };
  const rows = new Set<string>();
  const begin = ({ ref }: Delivery): 'started' | 'duplicate' => {
    const id = incidentId(ref);
    if (seen.begun.includes(id)) return 'duplicate';
    seen.begun.push(id);
    return 'started';
  };
  const source = { id: 'pagerduty', integration: 'pagerduty', with: (call: object) => call, open: async () => open };
  const deps = {
    registry: { sources: new Map([['pagerduty', source]]), integrations: new Map([['pagerduty', { connected: true }]]) },
    ledger: { incident: async (id: string) => (rows.has(id) ? { id } : undefined), journal: async () => undefined },
    rules: () => set,
    now: () => now,
    takeIn: async (_source: string, one: Delivery) => begin(one),
    signs: { succeeded: () => undefined, failed: () => undefined, subscription: () => undefined },
  } as unknown as ReconcileDeps;
  const { sweep }: ReconcileActivities = createReconcileActivities(deps);
  return {
    seen,
    begin,
    decided: (one: Delivery) => void (seen.begun.includes(incidentId(one.ref)) && rows.add(incidentId(one.ref))),
    sweep: (): Promise<SourceSwept[]> => new MockActivityEnvironment().run(() => sweep()),
  };
}

describe('a source that cannot be asked', () => {
  it('fails the round, and is told of; the next one begins what was missed', async () => {
    await alarm('ec2-cpu-high');
    const { sweep, seen } = bench();
    await stage.control('POST', 'faults', [{ operation: 'GET /incidents', kind: '503', times: 1 }]);
    await expect(sweep()).rejects.toMatchObject({ type: 'unavailable' });
    expect([seen.failed.length, seen.succeeded.length]).toEqual([1, 0]);
    await sweep();
    expect([seen.succeeded, seen.begun.length]).toEqual([['pagerduty'], 1]);
  }, 30_000);

  it('without a right to read subscriptions: incidents are found, and the subscription is unknown, not well', async () => {
    await alarm('ec2-cpu-high');
    await stage.control('POST', 'faults', [{ operation: 'GET /webhook_subscriptions', kind: '403', times: 1 }]);
    const { sweep } = bench();
    const [swept] = await sweep();
    expect(swept).toMatchObject({
      begun: 1,
      subscriptions: [{ state: 'unknown', says: expect.stringContaining('cannot be read') }],
    });
  }, 30_000);

  it('that is not connected is not asked', async () => {
    const { sweep } = bench({ PAGERDUTY_API_TOKEN: '', PAGERDUTY_FROM: '', PAGERDUTY_ROUTING_KEY: '' });
    expect(await sweep()).toEqual([]);
  });
});

describe('row N9: our webhook subscription', () => {
  it('is known by its address, and suspended is told of once an hour', async () => {
    const { sweep, seen } = bench();
    await sweep();
    await stage.control('POST', 'pagerduty/subscription/suspend');
    await sweep();
    await sweep();
    expect(seen.states).toEqual(['PSBXWHS active', 'PSBXWHS suspended', 'PSBXWHS suspended']);
    expect(await ledger.journalCount({ source: 'pagerduty', result: 'recorded' })).toBe(1);
  }, 30_000);

  it('is not another installation’s: only those that are named are looked at', async () => {
    const sub = {
      type: 'webhook_subscription',
      delivery_method: { type: 'http_delivery_method', url: 'http://elsewhere.invalid/pagerduty/autonomous/action' },
      events: ['incident.triggered'],
      filter: { type: 'account_reference' },
    };
    const made = await fetch(`${stage.sandbox.address}/pagerduty/webhook_subscriptions`, {
      method: 'POST',
      headers: { authorization: 'Token token=x', from: 'opssentinel@sandbox', 'content-type': 'application/json' },
      body: JSON.stringify({ webhook_subscription: sub }),
    });
    const { id } = ((await made.json()) as Loose).webhook_subscription;
    const states = async (environment: Record<string, string>) =>
      (await bench(environment).sweep())[0]?.subscriptions.map((one) => one.id);
    expect(await states({})).toEqual(['PSBXWHS', id]);
    expect(await states({ PAGERDUTY_SUBSCRIPTION_ID: 'PSBXWHS' })).toEqual(['PSBXWHS']);
    const [gone] = await bench({ PAGERDUTY_SUBSCRIPTION_ID: 'PGONE' }).sweep();
    expect(gone?.subscriptions).toMatchObject([{ id: 'PGONE', state: 'inactive' }]);
  }, 30_000);

  it('suspended, it is switched on only where that is allowed; a repeat writes nothing more', async () => {
    await stage.control('POST', 'pagerduty/subscription/suspend');
    expect(await bench().switchOn()).toMatchObject({ enabled: false, wrote: false });
    expect(await enabled()).toBe(0);
    const { switchOn } = bench({ PAGERDUTY_REENABLE_SUBSCRIPTION: 'true' });
    expect(await switchOn()).toMatchObject({ enabled: true, wrote: true });
    expect(await switchOn()).toMatchObject({ enabled: true, wrote: false });
    expect(await enabled()).toBe(1);
    expect(await stage.control('GET', 'pagerduty/subscription')).toMatchObject({ disabled: false });
    expect(await ledger.journalCount({ eventId: 'subscription:PSBXWHS:enabled:2026-11-22T03:10:00.000Z' })).toBe(1);
  }, 30_000);

  it('that somebody has switched off stays off, whatever is allowed', async () => {
    await stage.control('POST', 'pagerduty/subscription/deactivate');
    expect(await bench({ PAGERDUTY_REENABLE_SUBSCRIPTION: 'true' }).switchOn()).toMatchObject({ enabled: false, wrote: false });
    expect(await enabled()).toBe(0);
  }, 30_000);

  it('with a token that may only read it is told, and the round goes on', async () => {
    await stage.control('POST', 'pagerduty/subscription/suspend');
    await stage.control('POST', 'faults', [{ operation: 'POST /webhook_subscriptions/{id}/enable', kind: '403', times: 1 }]);
    const answer = await bench({ PAGERDUTY_REENABLE_SUBSCRIPTION: 'true' }).switchOn();
    expect(answer).toMatchObject({ enabled: false, wrote: false, says: expect.stringContaining('could not be switched on') });
  }, 30_000);
});
