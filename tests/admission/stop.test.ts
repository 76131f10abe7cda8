import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createEffectActivities } from '../../activities/effect/index.js';
import type { ActivityDeps } from '../../activities/deps.js';
import type { StartEffect } from '../../activities/types.js';
import type { Hold } from '../../domain/hold.js';
import { createRegistry } from '../../integrations/registry.js';
import { openLedger } from '../../ledger/open.js';
import type { AdmissionRequest, Ledger } from '../../ledger/port.js';
import { admissionRequest, shown, yes } from '../../ledger/requests.fixture.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres.js';
import { policy, rule, runbook, setOf } from '../support/rules.js';

// The stop of every action that is installed, at the point of effect: a permit was given, then somebody stopped.

let postgres: TestPostgres;
let ledger: Ledger;
beforeAll(async () => {
  postgres = await startTestPostgres();
  ledger = await openLedger({ url: await postgres.freshUrl(), deadlineMs: 10_000 });
});
afterAll(async () => {
  await ledger.close();
  await postgres.stop();
});

const { registry } = createRegistry({});
const actions = [...registry.actions.keys()];
const set = setOf(policy('profile: bench'), runbook(), rule());

/** Starts one action with a permit of its own; what would have reached the vendor is counted. */
async function start(action: string, request: AdmissionRequest, outOfBand?: Hold) {
  let called = 0;
  const installed = registry.actions.get(action);
  const counting = {
    ...installed,
    with: (call: unknown) => call,
    params: { parse: (params: unknown) => params },
    start: async () => void called++,
  };
  const deps = {
    now: () => Date.now(),
    hash: () => request.paramsHash,
    rules: () => set,
    ledger,
    outOfBandStop: async () => outOfBand,
    registry: { integrations: registry.integrations, actions: new Map([[action, counting]]) },
  } as unknown as ActivityDeps;
  const activity = createEffectActivities(deps)[action] as StartEffect;
  const answer = await new MockActivityEnvironment().run(activity, shown(request)).catch(() => undefined);
  return { called, answer };
}

const requestFor = (action: string, n: number): AdmissionRequest => {
  const request = admissionRequest({ attemptKey: `${action}-${n}`, incident: `pagerduty:Q${n}`, action }, `arn:${action}-${n}`);
  return { ...request, subject: { ...request.subject, action, domain: 'd', team: 'team-web', runbook: 'restart' } };
};

const scopesOf = ({ subject }: AdmissionRequest): string[] => [
  'all',
  `environment:${subject.environment}`,
  `service:${subject.service}`,
  `rule:${subject.rule}`,
  `action:${subject.action}`,
  `target:${subject.targetId}`,
  'domain:d',
  'team:team-web',
  'runbook:restart',
];

describe('row 26, G18: a stop holds at the point of effect, for every action that is installed', () => {
  it.each(actions)('%s: in every scope, and begins when nothing stops it', async (action) => {
    const free = requestFor(action, 0);
    await ledger.admit(free, yes);
    expect((await start(action, free)).called).toBe(1);
    for (const [index, scope] of scopesOf(free).entries()) {
      const request = requestFor(action, index + 1);
      const place = scope.startsWith('target:') ? `target:${request.subject.targetId}` : scope;
      expect(await ledger.admit(request, yes)).toMatchObject({ admitted: true });
      const hold = await ledger.placeHold({ kind: 'stop', scope: place, reason: 'a drill', owner: 'ada' });
      const { called, answer } = await start(action, request);
      expect([scope, called, answer]).toMatchObject([scope, 0, { started: false, retryable: false }]);
      await ledger.liftHold(hold.id, { by: 'ada', admin: false });
      await ledger.liftHold(hold.id, { by: 'grace', admin: true });
      await ledger.releaseTarget(request.incident);
    }
  });

  it.each(actions)('%s: out of band, with nothing written anywhere', async (action) => {
    const request = requestFor(action, 99);
    await ledger.admit(request, yes);
    const file = { id: 'out-of-band-file', kind: 'stop', scope: 'all', reason: 'a drill', owner: 'ada', since: '' } as const;
    expect(await start(action, request, file)).toMatchObject({ called: 0, answer: { started: false } });
  });
});
