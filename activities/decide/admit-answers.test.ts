import { describe, expect, it } from '@jest/globals';
import type { AdmissionState, Guard, GuardFacts } from '../../domain/admission.js';
import type { Incident } from '../../domain/incident.js';
import type { JsonObject } from '../../domain/json.js';
import type { GuardVerdict } from '../../domain/permit.js';
import { planIn, type PlanStep } from '../../domain/plan.js';
import type { NewRecord } from '../../domain/record.js';
import type { Call } from '../../integrations/contract/call.js';
import { VendorError } from '../../integrations/contract/errors.js';
import type { AdmissionRequest } from '../../ledger/port.js';
import { hash, policy, rule, runbook, setOf } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import { readSituation } from '../situation/read.js';
import { about, admissionOf, depsOf, inActivity, now, planNow } from '../testkit/deciding.js';
import type { StepInput } from '../types.js';
import { admit, permitLifeMs, preview, shadow } from './admit.js';
import { attemptKey, paramsHash } from './keys.js';

const ladder = 'ladder:\n  - run: restart\n  - run: restart';

interface World {
  mode?: string;
  incident?: Partial<Incident>;
  says?: Partial<GuardVerdict>[];
  /** What the action finds before it acts; an error is thrown. */
  preState?: JsonObject | Error;
  permits?: object[];
  approvals?: object[];
  timeline?: object[];
  /** What the target's type does beside. */
  type?: object;
}

const verdictOf = (change: Partial<GuardVerdict>, index: number): GuardVerdict => ({
  guard: `guard${index}`,
  verdict: 'allow',
  limit: '-',
  found: `found ${index}`,
  setBy: 'default',
  ...change,
});

function bench(world: World = {}) {
  const { mode = 'auto', says = [{}], preState = { state: 'running' }, permits = [], approvals = [], timeline = [] } = world;
  const calls: Call[] = [];
  const set = setOf(policy('profile: bench'), runbook(), rule('cpu', `mode: { staging: ${mode} }`, ladder));
  const requests: Omit<AdmissionRequest, 'preState'>[] = [];
  const told: NewRecord[] = [];
  const facts: GuardFacts[] = [];
  const guards: Guard[] = says.map((one, index) => ({
    id: one.guard ?? `guard${index}`,
    sentence: '',
    asked: index === 0 ? ['preview', 'admission'] : ['admission'],
    judge: (read) => {
      facts.push(read);
      return verdictOf(one, index);
    },
  }));
  const state = { effects: [], holds: [], approvals: [], incidents: [], lifted: [] } as unknown as AdmissionState;
  type Judge = (read: AdmissionState) => GuardVerdict[];
  const deps = depsOf(set, {
    guards,
    ourselves: ['PAGENT1'],
    own: ['arn:own'],
    offered: {
      incident: world.incident ?? {},
      type: world.type ?? {},
      preState: async (call) => {
        calls.push(call);
        if (preState instanceof Error) throw preState;
        return preState;
      },
    },
    ledger: {
      approvals: async () => approvals,
      timeline: async () => timeline,
      evidence: async () => ({ permits }),
      record: async (line: NewRecord) => void told.push(line),
      preview: async (request: Omit<AdmissionRequest, 'preState'>, judge: Judge) => {
        requests.push(request);
        return judge(state);
      },
      admit: async (request: AdmissionRequest, judge: Judge) => {
        requests.push(request);
        return admissionOf(judge(state));
      },
    },
  });
  /** With the hash of the plan as it is now, if there is one, unless another is given. */
  const run = <Answer>(
    activity: (deps: ActivityDeps, input: StepInput) => Promise<Answer>,
    change: Partial<StepInput> = {},
  ): Promise<Answer> =>
    inActivity(async () => {
      const { decision } = await readSituation(deps, about);
      return activity(deps, { ...about, planHash: planIn(decision)?.hash ?? 'none', step: 0, ...change });
    });
  const plan = () => inActivity(() => planNow(deps));
  return { run, plan, requests, told, facts, deps, calls };
}

const refusal = (guard: string, limit: string, found: string): GuardVerdict => ({
  guard,
  verdict: 'refuse',
  limit,
  found,
  setBy: 'design',
});

describe('what admission asks the ledger for', () => {
  it('binds plan, rule, runbook, parameters, target and place, as it derived them itself', async () => {
    const { run, plan, requests, facts } = bench();
    expect(await run(admit)).toMatchObject({ admitted: true });
    const derived = await plan();
    const [step] = derived.steps as [PlanStep];
    expect(requests).toEqual([
      {
        attemptKey: attemptKey({ hash }, derived, step),
        incident: 'pagerduty:Q1',
        step: 0,
        planHash: derived.hash,
        ruleHash: derived.rule.fileHash,
        runbookHash: step.runbookHash,
        paramsHash: paramsHash({ hash }, 'test.run', step.params),
        action: 'test.run',
        subject: {
          environment: 'staging',
          service: 'PSVC001',
          rule: 'cpu',
          action: 'test.run',
          targetId: 'arn:test:i-0aa11',
          hashes: [derived.rulesHash, derived.rule.fileHash, step.runbookHash],
          domain: '111122223333/eu-west-1/compute',
          team: 'team-web',
          runbook: 'restart',
        },
        verifyWithinMs: 15_000,
        failureDomain: '111122223333/eu-west-1/compute',
        place: { account: '111122223333', region: 'eu-west-1' },
        params: step.params,
        preState: { state: 'running' },
        startBy: now + 60_000,
      },
    ]);
    expect(permitLifeMs).toBe(60_000);
    expect(facts).toMatchObject([
      { now, readNow: now, incidentId: 'pagerduty:Q1', ourselves: ['PAGENT1'], own: ['arn:own'], mode: 'auto', approvers: [] },
    ]);
  });

  it('what it finds before the effect it reads with the role that reads, never with the one that acts', async () => {
    const { run, calls } = bench();
    await run(admit);
    expect(calls).toMatchObject([{ place: { account: '111122223333', region: 'eu-west-1', role: 'R' } }]);
  });

  it('shows the guards who may approve where somebody has, and who asked for it', async () => {
    const timeline = [{ data: { requestedBy: 'Eve' } }];
    const approvers = async (approvals: object[]) => {
      const { run, facts } = bench({ approvals, timeline });
      await run(admit);
      expect(facts[0]?.requesters).toEqual(['eve']);
      return facts[0]?.approvers;
    };
    expect(
      await approvers([
        { verifiedIdentity: false, accepted: true },
        { verifiedIdentity: true, accepted: true },
      ]),
    ).toEqual(['pada', 'ada@example.com']);
    expect(await approvers([{ verifiedIdentity: false, accepted: true }])).toEqual([]);
    expect(await approvers([{ verifiedIdentity: true, accepted: false }])).toEqual([]);
  });
});

describe('what admission refuses by itself, word for word, before any guard is asked', () => {
  it.each<[string, World, Partial<StepInput>, GuardVerdict]>([
    [
      "another incident's name",
      {},
      { incident: 'pagerduty:Q2' },
      refusal('incident', 'pagerduty:Q1', 'asked for as pagerduty:Q2'),
    ],
    [
      'a life that is over',
      { incident: { life: '1795384807' } },
      {},
      refusal('incident', 'its present life', 'pagerduty says it was reopened since'),
    ],
    [
      'an incident that was resolved',
      { incident: { status: 'resolved' } },
      {},
      refusal('incident', 'open', 'pagerduty says resolved'),
    ],
    ['a mode that only observes', { mode: 'observe' }, {}, refusal('mode', 'approve or auto', 'the rule only observes here')],
    ['a step that is not there', {}, { step: 2 }, refusal('plan', '2 steps', 'it has no step 3')],
    ['a step before its turn', {}, { step: 1 }, refusal('plan', 'one step after the other', 'step 1 has not been tried')],
    [
      'what an action finds changed',
      { preState: new VendorError('aws', 'conflict', 'it is stopped') },
      {},
      refusal('preState', 'as approved', 'aws: it is stopped'),
    ],
  ])('%s', async (_what, world, change, refusedBy) => {
    const { run, requests, told, facts } = bench(world);
    expect(await run(admit, change)).toEqual({ admitted: false, verdicts: [refusedBy], refusedBy });
    expect([requests, facts]).toEqual([[], []]);
    expect(told).toMatchObject([
      { phase: 'guards', state: 'refused', once: `guards.${change.step ?? 0}.${refusedBy.guard}.refuse` },
    ]);
  });

  it('another plan than the one that was decided', async () => {
    const { run, plan } = bench();
    const { hash: present } = await plan();
    expect(await run(admit, { planHash: 'f'.repeat(64) })).toMatchObject({
      refusedBy: refusal('plan', 'ffffffff', `the plan has changed to ${present.slice(0, 8)} since it was decided`),
    });
  });

  it('rules that do not act on it any more, and says what they say', async () => {
    const { run } = bench({ incident: { service: { id: 'PSVC999', name: 'elsewhere' } } });
    const answer = await run(admit);
    expect(answer).toMatchObject({ refusedBy: { guard: 'plan', limit: 'the pinned plan' } });
    expect(answer.admitted || answer.refusedBy.found).toMatch(/^the rules now say: .{5,}/);
  });

  it.each([
    ['throttled', new VendorError('aws', 'throttled', 'slow down')],
    ['not reachable', new VendorError('aws', 'unavailable', 'no answer')],
    ['broken', new TypeError('a bug')],
  ])('but not for a read that is %s: that is tried again', async (_what, problem) => {
    const { run, told } = bench({ preState: problem });
    await expect(run(admit)).rejects.toThrow(problem.message);
    expect(told).toEqual([]);
  });

  it('an action that no integration offers is a bug, not a refusal', async () => {
    const { run, deps } = bench();
    Object.assign(deps.registry.actions, { get: () => undefined });
    await expect(run(admit)).rejects.toThrow('No integration offers the action "test.run"');
  });
});

describe('a later step', () => {
  const ended = { ended_at: '2026-11-22T03:14:37.999Z' };
  const row = async (change: object) => {
    const { plan } = bench();
    const derived = await plan();
    return {
      attempt_key: attemptKey({ hash }, derived, derived.steps[0] as PlanStep),
      consumed_at: '2026-11-22T03:11:00Z',
      ...change,
    };
  };
  it.each<[object, string | undefined]>([
    [{ consumed_at: null }, 'step 1 has not been tried'],
    [{}, 'step 1 has not ended'],
    [{ ...ended, status: 'not-done' }, 'step 1 was not done'],
    [{ ...ended, status: 'unknown' }, 'whether step 1 was done is not known'],
    [{ ended_at: 'who knows' }, 'whether step 1 has helped is not known yet'],
    [{ ...ended, verified: true }, 'step 1 has helped'],
    [ended, 'whether step 1 has helped is not known yet'],
    [{ ...ended, verified: false }, undefined],
  ])('after one that is %j', async (change, found) => {
    const { run, told, facts } = bench({ permits: [await row(change)] });
    const answer = await run(admit, { step: 1 });
    expect(answer.admitted ? undefined : answer.refusedBy.found).toBe(found);
    expect(told).toMatchObject([{ says: expect.stringMatching(/^step 2: /) }]);
    expect(facts).toMatchObject(answer.admitted ? [{ laterStep: true }] : []);
  });

  it('waits until the one below has had all its time, to the millisecond', async () => {
    const { plan } = bench();
    const { withinMs } = (await plan()).steps[0]?.verify ?? { withinMs: 0 };
    const at = async (overAt: number) =>
      (await bench({ permits: [await row({ ended_at: new Date(overAt).toISOString() })] }).run(admit, { step: 1 })).admitted;
    expect([await at(now - withinMs), await at(now - withinMs + 1)]).toEqual([true, false]);
  });
});

describe('what is written down', () => {
  const line = async (says: Partial<GuardVerdict>[], change: Partial<StepInput> = {}, world: World = {}) => {
    const { run, told, deps } = bench({ ...world, says });
    await run(admit, change);
    expect(told).toHaveLength(1);
    const [one] = told as [NewRecord];
    expect(one).toMatchObject({
      incident: 'pagerduty:Q1',
      phase: 'guards',
      data: { step: change.step ?? 0, rulesHash: deps.rules().hash },
    });
    expect(one.data?.['verdicts']).toHaveLength(says.length);
    return { state: one.state, says: one.says, once: one.once };
  };
  const wait = { guard: 'oneAtATime', verdict: 'refuse', found: 'busy', wait: true, freeAt: '2026-11-22T03:20:00.000Z' } as const;

  it('leave: how many allow, and those that say most about this incident', async () => {
    const telling = ['firingFor', 'corroborate', 'approval', 'budget'].map((guard) => ({ guard, found: `${guard} says` }));
    expect(await line(telling.toReversed())).toEqual({
      state: 'ok',
      says: '4 allow: corroborate says; firingFor says',
      once: 'guards.0.allow',
    });
  });

  it('of its group where it has one: that a target has none is no news', async () => {
    const healthy = [{ guard: 'healthy', found: '3 of 4 stay well' }];
    const group = { name: 'asg-web', total: 4, healthy: 3, targetHealthy: false };
    const around = async () => ({ people: [], group, unknown: [], untold: [] });
    expect(await line(healthy, {}, { type: { around } })).toMatchObject({ says: '1 allow: 3 of 4 stay well' });
    expect(await line(healthy)).toMatchObject({ says: '1 allow: ' });
  });

  it.each<[string, Partial<GuardVerdict>, string, string, string]>([
    [
      'a refusal',
      { guard: 'cooldown', verdict: 'refuse', found: 'too soon' },
      'refused',
      'REFUSED by cooldown: too soon',
      'cooldown.refuse',
    ],
    ['a question', { guard: 'budget', verdict: 'ask', found: 'used up' }, 'waiting', 'asks by budget: used up', 'budget.ask'],
    ['a wait', wait, 'waiting', 'held by oneAtATime: busy, asks again 03:20:00Z', 'oneAtATime.refuse'],
  ])('%s, once per guard and answer', async (_what, verdict, state, says, once) => {
    expect(await line([{}, verdict])).toEqual({ state, says, once: `guards.0.${once}` });
  });
});

describe('asked before anybody is woken', () => {
  it('only the guards that are asked then, and nothing is written down', async () => {
    const { run, told, requests } = bench({ says: [{}, { verdict: 'refuse' }] });
    expect(await run(preview)).toEqual([verdictOf({}, 0)]);
    expect(told).toEqual([]);
    expect(requests[0]).not.toHaveProperty('preState');
    expect(await run(preview, { step: 5 })).toMatchObject([{ guard: 'plan' }]);
  });

  it('of a rule that only observes nobody is asked to allow anything', async () => {
    const { run, facts } = bench({ mode: 'observe' });
    expect(await run(preview)).toEqual([refusal('mode', 'approve or auto', 'the rule only observes here')]);
    expect(facts).toEqual([]);
  });
});

describe('a rule that observes', () => {
  const observed = async (says: Partial<GuardVerdict>[], change: Partial<StepInput> = {}) => {
    const { run, told, facts } = bench({ mode: 'observe', says });
    const answer = await run(shadow, change);
    expect(told).toMatchObject([
      {
        incident: 'pagerduty:Q1',
        phase: 'guards',
        state: 'info',
        says: answer.says,
        once: 'guards.observed',
        data: { step: change.step ?? 0 },
      },
    ]);
    expect(facts.every(({ mode }) => mode === 'auto')).toBe(true);
    return answer.says;
  };

  it('is told what every guard would have said to an automatic one', async () => {
    expect(await observed([{}, {}])).toBe('observing: 2 would have allowed it');
    expect(await observed([{}, { guard: 'budget', verdict: 'ask', found: 'used up' }])).toBe(
      'observing: would have asked by budget: used up',
    );
    expect(await observed([{ guard: 'stop', verdict: 'refuse', found: 'held' }])).toBe(
      'observing: would have been refused by stop: held',
    );
    expect(await observed([{}], { step: 7 })).toBe('observing: would have been refused by plan: it has no step 8');
  });
});
