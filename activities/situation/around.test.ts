import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { installation, sha256 } from '../../cli/installation.js';
import type { Surroundings } from '../../domain/surroundings.js';
import type { Target } from '../../domain/target.js';
import { askAll, calmFacts, calmState } from '../../guards/facts.fixture.js';
import { testCall } from '../../integrations/contract/testkit/call.js';
import { startTestSandbox, type TestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { loadRules } from '../../rules/language/load.js';
import type { RuleSet } from '../../rules/language/set.js';
import { root } from '../../tests/support/root.js';
import type { ActivityDeps } from '../deps.js';
import { placeFor } from '../place.js';
import { aroundTarget } from './around.js';

// From what the vendor says, as the reading role of the policy, to what the guards make of it.

let sandbox: TestSandbox;
let installed: ReturnType<typeof installation>;
let set: RuleSet;
beforeAll(async () => {
  sandbox = await startTestSandbox();
  installed = installation(sandbox.environment());
  const loaded = await loadRules(join(root, 'rules', 'library'), installed.catalogue, sha256);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  set = loaded.set;
});
// A reset ends every session of a role: each test has clients of its own.
afterEach(async () => {
  await sandbox.reset();
  installed = installation(sandbox.environment());
});
afterAll(() => sandbox.close());

const one = 'i-0aa11bb22cc33dd44';
const staging = { account: '111122223333', region: 'eu-west-1' };
const about = {
  incident: 'pagerduty:Q1',
  ref: { source: 'pagerduty', externalId: 'Q1', generation: '0' },
  trust: 'signed' as const,
};

async function targetNow(): Promise<Target> {
  const type = installed.registry.targets.get('aws.ec2.instance');
  const call = testCall(undefined, { place: placeFor(set, staging, 'read') });
  const found = await type?.read(type.with(call), { InstanceId: one });
  if (!found) throw new Error(`there is no ${one}`);
  return { ...found, environment: 'staging' };
}

async function around(target?: Target): Promise<Surroundings> {
  const deps = { now: () => Date.now(), registry: installed.registry } as unknown as ActivityDeps;
  const wanted = target ?? (await targetNow());
  return (await new MockActivityEnvironment().run(() => aroundTarget(deps, about, wanted, set))) as Surroundings;
}

const decisive = (surroundings: Surroundings) => askAll(calmFacts({ surroundings }), calmState()).decisive;

describe('what stands around a target, and what is made of it', () => {
  it('row 24: a group that is well is touched, one that is not is left alone', async () => {
    expect(decisive(await around())).toBeUndefined();
    for (const n of [6, 7])
      await sandbox.tell('aws', 'settings', { instance: { id: `i-0bb22cc33dd44ee5${n}`, checks: 'impaired' } });
    expect(decisive(await around())).toMatchObject({
      guard: 'healthy',
      verdict: 'refuse',
      found: '3 of 6 would stay healthy in instances with service=web (50 %)',
    });
  });

  it('G14: somebody who is logged in is left alone, until they are gone', async () => {
    await sandbox.tell('aws', 'sessions', { instance: one, owner: 'ada' });
    expect(decisive(await around())).toMatchObject({
      guard: 'people',
      verdict: 'refuse',
      found: expect.stringMatching(/^ada by Session Manager since \d\d:\d\d:\d\dZ: hands off$/),
    });
    await sandbox.tell('aws', 'sessions', { instance: one, owner: 'ada', open: false });
    expect(decisive(await around())).toBeUndefined();
  });

  it.each([
    ['ec2:DescribeInstanceStatus', 'healthy'],
    ['ssm:DescribeSessions', 'people'],
  ])('what may not be read (%s) is a refusal that names the right', async (operation, guard) => {
    const target = await targetNow();
    await sandbox.fault(operation, '403');
    expect(decisive(await around(target))).toMatchObject({ guard, verdict: 'refuse', found: expect.stringContaining(operation) });
  });

  it('what cannot be answered now is asked again by Temporal, not refused', async () => {
    for (const [kind, fault] of [
      ['429', 'throttled'],
      ['503', 'unavailable'],
    ] as const) {
      const target = await targetNow();
      await sandbox.fault('ssm:DescribeSessions', kind);
      await expect(around(target)).rejects.toMatchObject({ fault });
      expect((await around(target)).unknown).toEqual([]);
    }
  });

  it('of a type that tells nothing, that is said of it, and refuses nobody', async () => {
    const nothing: Surroundings = { people: [], unknown: [], untold: ['group', 'people'] };
    expect(await around({ ...(await targetNow()), type: 'aws.ecs.service' })).toEqual(nothing);
    expect(await around({ ...(await targetNow()), type: 'nobody.knows.it' })).toEqual(nothing);
    expect(askAll(calmFacts({ surroundings: nothing }), calmState()).verdicts).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ guard: 'people', verdict: 'allow', found: expect.stringContaining('does not tell') }),
        expect.objectContaining({ guard: 'healthy', verdict: 'allow', found: expect.stringContaining('no floor is kept') }),
      ]),
    );
  });
});
