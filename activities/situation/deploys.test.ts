import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { z } from 'zod';
import type { Deploy, DeployFacts } from '../../domain/deploy.js';
import type { JsonObject } from '../../domain/json.js';
import type { Plan } from '../../domain/plan.js';
import { VendorError } from '../../integrations/contract/errors.js';
import { incident, policy, rule, runbook, setOf, target } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import { deploysAround } from './deploys.js';

const now = Date.parse('2026-11-22T03:13:40Z');
const set = setOf(policy('profile: bench'), runbook(), rule());
const about = { incident: 'pagerduty:Q1', ref: incident().ref, trust: 'signed' as const };
const notice = (change: Partial<Deploy> = {}): Deploy => ({
  id: '1',
  service: 'x',
  says: 'checkout 1.4.2',
  startedAt: '2026-11-22T03:10:00Z',
  ...change,
});

interface World {
  told?: (Deploy & { from: string })[];
  /** What the incident's source answers. Absent: it knows nothing of deployments. */
  source?: () => Promise<Deploy[]>;
  type?: string;
  facts?: JsonObject;
  named?: string[];
}

const shapes: Record<string, z.ZodObject> = {
  'test.compute.instance': z.object({ state: z.string() }),
  'test.fleet.service': z.object({ deploying: z.boolean(), deployments: z.array(z.json()) }),
};

async function around({ told = [], source, type = 'test.compute.instance', facts = {}, named = [] }: World) {
  const asked: { services: readonly string[]; since: number }[] = [];
  const pagerduty = { id: 'pagerduty', with: (call: unknown) => call, ...(source ? { deploys: source } : {}) };
  const grafana = { id: 'grafana', with: (call: unknown) => call, deploys: async () => [] };
  const deps = {
    now: () => now,
    rules: () => set,
    registry: {
      sources: new Map([
        ['pagerduty', pagerduty],
        ['grafana', grafana],
      ]),
      targets: new Map(Object.entries(shapes).map(([name, shape]) => [name, { facts: shape }])),
    },
    ledger: {
      deploysOf: async (services: readonly string[], since: number) => {
        asked.push({ services, since });
        return told;
      },
    },
  } as unknown as ActivityDeps;
  const plan = {
    environment: 'staging',
    target: target({ type, facts }),
    limits: { deploysMs: 2_400_000, deploysFrom: named },
  } as unknown as Plan;
  const run = new MockActivityEnvironment().run(() => deploysAround(deps, about, incident(), plan));
  return { facts: (await run) as DeployFacts, asked };
}

describe('row 18: what is known of deployments', () => {
  it('nobody who could know: nothing is known, and nothing is claimed', async () => {
    expect((await around({})).facts).toEqual({ seen: [], known: [], unknown: [] });
  });

  it('asks the ledger by id and name of the service and by the name of the target', async () => {
    const { asked } = await around({});
    const { service } = incident();
    expect(asked[0]?.services).toEqual([service.id, service.name, target().name]);
  });

  it('what was told to us counts, and not what was told of another environment of the policy', async () => {
    const told = [
      { ...notice(), from: 'api' },
      { ...notice({ id: '2', environment: 'prod' }), from: 'api' },
      { ...notice({ id: '3', environment: 'Staging' }), from: 'api' },
      { ...notice({ id: '4', environment: 'production-eu' }), from: 'api' },
    ];
    const { facts } = await around({ told });
    expect(facts.seen).toHaveLength(3);
    expect(facts.known).toEqual(['api']);
  });

  it('the source of the incident is asked; one that fails is named with why, and stops nobody', async () => {
    expect((await around({ source: async () => [notice({ endedAt: '2026-11-22T03:12:00Z' })] })).facts).toEqual({
      seen: [
        {
          from: 'pagerduty',
          says: 'checkout 1.4.2',
          startedAt: Date.parse('2026-11-22T03:10:00Z'),
          endedAt: Date.parse('2026-11-22T03:12:00Z'),
        },
      ],
      known: ['pagerduty'],
      unknown: [],
    });
    const away = () => Promise.reject(new VendorError('pagerduty', 'unavailable', 'no answer'));
    expect((await around({ source: away })).facts).toMatchObject({
      unknown: [{ from: 'pagerduty', because: 'pagerduty: no answer' }],
    });
    await expect(around({ source: () => Promise.reject(new TypeError('a mistake')) })).rejects.toThrow('a mistake');
  });

  it('the target shows its own: rollouts with their beginning, or that one is under way', async () => {
    const type = 'test.fleet.service';
    const createdAt = '2026-11-22T03:00:00Z';
    const at = Date.parse(createdAt);
    const read = async (facts: JsonObject) => (await around({ type, facts })).facts;

    expect((await read({ deploying: true, deployments: [{ id: 'd/1', createdAt, rolloutState: 'IN_PROGRESS' }] })).seen).toEqual([
      { from: type, id: 'd/1', says: 'a deployment of i-0aa11', startedAt: at, onTarget: true },
    ]);
    expect((await read({ deploying: false, deployments: [{ createdAt, rolloutState: 'COMPLETED' }] })).seen).toMatchObject([
      { startedAt: at, endedAt: at },
    ]);
    expect(await read({ deploying: true })).toMatchObject({ seen: [{ onTarget: true }], known: [type] });
    expect(await read({})).toMatchObject({ seen: [], known: [], unknown: [{ from: type }] });
  });

  it('a source that the policy names is known or said not to be; what deploys other targets deploys nothing here', async () => {
    const named = ['api', 'pagerduty.change-events', 'test.fleet', 'grafana', 'jenkins'];
    const { facts } = await around({ named, source: async () => [] });
    expect(facts.known).toEqual(['api', 'pagerduty']);
    expect(facts.unknown).toEqual([
      { from: 'grafana', because: 'which knows its own incidents alone' },
      { from: 'jenkins', because: 'which is no source of deployments that is installed' },
    ]);
  });

  it('text of others is shortened to one line', async () => {
    const { facts } = await around({ told: [{ ...notice({ says: `a\n\u0007b ${'x'.repeat(500)}` }), from: 'api' }] });
    expect(facts.seen[0]?.says.length).toBeLessThanOrEqual(80);
    expect(facts.seen[0]?.says).not.toContain('\n');
  });
});
