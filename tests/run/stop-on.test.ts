import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityDeps } from '../../activities/deps.js';
import { attemptKey } from '../../activities/decide/keys.js';
import { createEffectActivities } from '../../activities/effect/index.js';
import type { EffectEnd } from '../../domain/effect.js';
import type { JsonObject } from '../../domain/json.js';
import { testCall } from '../../integrations/contract/testkit/call.js';
import { startTestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { shared } from '../../integrations/contract/testkit/shared.js';
import { createRegistry } from '../../integrations/registry.js';
import { connectSandbox, instance, restart } from '../../integrations/aws/testkit/samples.js';
import { hash, incident, policy, rule, runbook, setOf, target } from '../support/rules.js';
import { until } from './server.js';

// The real activity, action, check and SDK against the simulator on the wire; only the ledger's rows are made up.

const set = setOf(
  policy('profile: bench').replaceAll('read: R, act: A', 'read: OpsSentinelRead, act: OpsSentinelAct'),
  runbook(),
  rule(),
);
const id = 'i-0aa11bb22cc33dd44';
const action = 'aws.ssm.start-automation';
const alarm = 'ec2-memory-high';
const sandbox = shared(() => startTestSandbox(0.6));

const calls = async (operation: string): Promise<number> =>
  ((await sandbox.ask('calls')) as { operation: string }[]).filter((call) => call.operation === operation).length;
const stops = () => calls('ssm:StopAutomationExecution');

/** An automation that has begun, and the wait for it. `stopOn`: of the plan's step. `key`: another than the step's own. */
async function begun(stopOn: object | undefined, given?: string, stoppedBefore?: string) {
  const plan = {
    ref: incident().ref,
    rule: { logicHash: 'l' },
    target: target(),
    steps: [{ index: 0, ...(stopOn ? { stopOn } : {}) }],
  };
  const key = given ?? attemptKey({ hash }, plan as never, plan.steps[0] as never);
  const { registry } = createRegistry(sandbox.environment());
  const bound = registry.actions.get(action);
  if (!bound) throw new Error('no such action');
  const call = testCall(connectSandbox(sandbox.address));
  const params = bound.params.parse(restart(id)) as JsonObject;
  const preState = await bound.preState(call, params, instance(id));
  const { ref } = await bound.start(call, params, { key, startBy: Date.now() + 60_000, preState });
  const lines: { once: string; says: string; state: string }[] = [];
  if (stoppedBefore !== undefined) lines.push({ once: `execute.${key}.stoppedOn`, says: stoppedBefore, state: 'info' });
  const deps = {
    hash,
    now: () => Date.now(),
    rules: () => set,
    registry,
    ledger: {
      decision: async () => ({ plan }),
      permit: async () => ({ attemptKey: key, action, params, ref, preState, place: target() }),
      evidence: async () => ({ permits: [{ attempt_key: key, consumed_at: '2026-01-01', ended_at: null }] }),
      timeline: async () => lines,
      effectEnded: async () => undefined,
      record: async (line: (typeof lines)[number]) => void (lines.some(({ once }) => once === line.once) || lines.push(line)),
    },
  } as unknown as ActivityDeps;
  const wait = createEffectActivities(deps)[`${action}.wait`] as (input: object) => Promise<EffectEnd>;
  const environment = new MockActivityEnvironment();
  let beats = 0;
  environment.on('heartbeat', () => (beats += 1));
  const waiting = () => environment.run(wait, { incident: 'pagerduty:Q1', attemptKey: key }) as Promise<EffectEnd>;
  return { waiting, lines, environment, beats: () => beats, says: () => lines.map(({ says }) => says) };
}

const onAlarm = (name = alarm) => ({ check: 'aws.cloudwatch.alarm-ok', params: { alarm: name } });

describe('row 28: what runs is stopped when the named CloudWatch alarm fires', () => {
  it('while all is well it runs to its end', async () => {
    const { waiting, says } = await begun(onAlarm());
    expect(await waiting()).toMatchObject({ status: 'succeeded' });
    expect([await stops(), says().length]).toEqual([0, 1]);
  });

  it('the moment the alarm fires it is stopped, once, and how it ended is told', async () => {
    const { waiting, says, beats } = await begun(onAlarm());
    const end = waiting();
    await until(async () => (await calls('cloudwatch:DescribeAlarms')) > 2, 'nobody looks');
    await sandbox.alarm(alarm, 'ALARM');
    expect(await end).toMatchObject({
      status: 'failed',
      says: expect.stringContaining('Cancelled'),
      stopped: expect.stringMatching(/^stopped: aws\.cloudwatch\.alarm-ok of ec2-memory-high: alarm ALARM since /),
    });
    expect(await stops()).toBe(1);
    expect(says().map((line) => line.split(':')[0])).toEqual(['stopped', expect.stringContaining('Cancelled')]);
    expect(beats()).toBeGreaterThan(2);
  });

  it('what cannot be told is not "fires": it is said once, and looked at again', async () => {
    const { waiting, says } = await begun(onAlarm('no-such-alarm'));
    const end = await waiting();
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(end).not.toHaveProperty('stopped');
    expect(await stops()).toBe(0);
    expect(await calls('cloudwatch:DescribeAlarms')).toBeGreaterThan(1);
    expect(says().filter((line) => line.startsWith('it goes on unwatched'))).toEqual([
      expect.stringContaining('there is no alarm no-such-alarm'),
    ]);
  });

  it('a stop that AWS did not take is asked for again', async () => {
    await sandbox.fault('ssm:StopAutomationExecution', '503');
    await sandbox.alarm(alarm, 'ALARM');
    const { waiting, says } = await begun(onAlarm());
    expect(await waiting()).toMatchObject({ status: 'failed', stopped: expect.any(String) });
    expect(says()[0]).toContain('the stop was not taken');
  });

  it('whoever waits after a worker died does not stop it again, and still knows why it was', async () => {
    await sandbox.alarm(alarm, 'ALARM');
    const { waiting } = await begun(onAlarm(), undefined, 'stopped: by the worker before');
    expect(await waiting()).toMatchObject({ stopped: 'stopped: by the worker before' });
    expect(await stops()).toBe(0);
  });

  it('comes from the ledger’s plan: of a step without it, and of what puts something back, nothing is looked at', async () => {
    await sandbox.alarm(alarm, 'ALARM');
    for (const [stopOn, key] of [[undefined], [onAlarm(), 'ef'.repeat(32)]] as const) {
      const { waiting } = await begun(stopOn, key);
      const end = await waiting();
      expect(end).toMatchObject({ status: 'succeeded' });
      expect(end).not.toHaveProperty('stopped');
    }
    expect([await stops(), await calls('cloudwatch:DescribeAlarms')]).toEqual([0, 0]);
  });

  it('a wait that is cancelled ends, leaves what runs alone and looks no more', async () => {
    const { waiting, environment, lines } = await begun(onAlarm());
    const end = waiting();
    await until(async () => (await calls('cloudwatch:DescribeAlarms')) > 0, 'nobody looks');
    environment.cancel('worker stops' as never);
    await expect(end).rejects.toThrow();
    const looked = await calls('cloudwatch:DescribeAlarms');
    await sandbox.alarm(alarm, 'ALARM');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([await stops(), await calls('cloudwatch:DescribeAlarms'), lines]).toEqual([0, looked, []]);
  });
});
