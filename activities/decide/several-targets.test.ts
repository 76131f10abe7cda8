import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { AdmissionState } from '../../domain/admission.js';
import type { Admission, GuardVerdict } from '../../domain/permit.js';
import { aimedAt, type Plan } from '../../domain/plan.js';
import { decisiveVerdict } from '../../domain/verdicts.js';
import { calmState } from '../../guards/facts.fixture.js';
import { target as guardOfTarget } from '../../guards/target.js';
import type { AdmissionRequest } from '../../ledger/port.js';
import { alert, catalogue, hash, incident, policy, rule, runbook, setOf, target, witness } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import { readSituation } from '../situation/read.js';
import type { StepInput } from '../types.js';
import { admit, attemptKey, preview } from './admit.js';

const several = rule('cpu', 'mode: { staging: auto }', 'run: restart').replace(
  'alert.labels.InstanceId',
  '{ tagged: { service: web }, max: 4 }',
);
const set = setOf(policy('profile: bench'), runbook('restart', 'check: test.well'), several);
const ref = incident().ref;
const about = { incident: 'pagerduty:Q1', ref, trust: 'signed' as const };
const ids = ['i-000a', 'i-000b', 'i-000c'];
const arn = (id: string): string => `arn:test:${id}`;

type Judge = (read: AdmissionState) => GuardVerdict[];

/** Three targets by tags, in batches of one and two; the guard of targets as it is shipped. `permits`: what the ledger has of them. */
function bench(tags: Record<string, object> = {}, permits: (plan: Plan) => object[] = () => []) {
  const asked: string[] = [];
  let rows: object[] = [];
  const answers = (request: Pick<AdmissionRequest, 'subject'>, judge: Judge): GuardVerdict[] => {
    asked.push(request.subject.targetId);
    return judge(calmState());
  };
  const type = {
    with: (call: unknown) => call,
    list: async () => ids.map((InstanceId) => ({ InstanceId })),
    read: async (_call: unknown, { InstanceId: id = '' }: Record<string, string>) => ({
      ...target(),
      id: arn(id),
      name: id,
      ...(tags[id] ? { tags: tags[id] } : {}),
    }),
  };
  const deps = {
    now: () => Date.parse(alert().startedAt) + 120_000,
    hash,
    catalogue,
    guards: [guardOfTarget],
    ourselves: [],
    own: [],
    rules: () => set,
    registry: {
      sources: new Map([
        [
          'pagerduty',
          {
            with: (call: unknown) => call,
            read: async () => ({}),
            normalise: () => ({ incident: incident(), alert: alert() }),
          },
        ],
      ]),
      witnesses: [{ id: 'test.alarm', covers: () => true, with: (call: unknown) => call, read: async () => witness() }],
      targets: { get: () => type },
      actions: { get: () => ({ with: (call: unknown) => call, preState: async () => ({}) }) },
      bodies: [],
      calendars: new Map(),
    },
    ledger: {
      approvals: async () => [],
      timeline: async () => [],
      evidence: async () => ({ permits: rows }),
      deploysOf: async () => [],
      record: async () => undefined,
      preview: async (request: AdmissionRequest, judge: Judge) => answers(request, judge),
      admit: async (request: AdmissionRequest, judge: Judge): Promise<Admission> => {
        const verdicts = answers(request, judge);
        const refusedBy = decisiveVerdict(verdicts);
        return refusedBy ? { admitted: false, verdicts, refusedBy } : { admitted: true, permit: {} as never, verdicts };
      },
    },
  } as unknown as ActivityDeps;
  const run = async <Answer>(
    activity: (deps: ActivityDeps, input: StepInput) => Promise<Answer>,
    change: Partial<StepInput> = {},
  ): Promise<Answer> =>
    new MockActivityEnvironment().run(async () => {
      const { decision } = await readSituation(deps, about);
      if (!('plan' in decision)) throw new Error('because' in decision ? decision.because : 'no plan');
      rows = permits(decision.plan);
      return activity(deps, { ...about, planHash: decision.plan.hash, step: 0, ...change });
    });
  return { run, asked };
}

const untagged = { 'i-000c': {} };

describe('row 25: nobody is woken for several targets of which one is refused anyway', () => {
  it('each of them is asked about', async () => {
    const { run, asked } = bench();
    expect(decisiveVerdict(await run(preview))).toBeUndefined();
    expect(asked).toEqual(ids.map(arn));
  });

  it('the last of them, of a later batch, may not be touched: that is said before people are asked', async () => {
    const { run } = bench(untagged);
    expect(decisiveVerdict(await run(preview))).toMatchObject({ guard: 'target', found: expect.stringContaining('i-000c') });
  });
});

describe('row 25: a batch that is asked for out of its turn, by whoever reaches Temporal', () => {
  const permitOf = (plan: Plan, id: string, row: object): object => {
    const one = aimedAt(plan, arn(id)) as Plan;
    return { attempt_key: attemptKey({ hash }, one, one.steps[0] as never), target_id: arn(id), ...row };
  };
  const done = { consumed_at: '2026-11-22T03:14:00Z', ended_at: '2026-11-22T03:14:30Z', status: 'succeeded' };

  it.each<[string, object | undefined, boolean]>([
    ['before the first was acted on', undefined, false],
    ['while nobody knows whether the first helped', { ...done, verified: null }, false],
    ['while nobody knows whether it was done', { ...done, status: 'unknown', verified: null }, false],
    ['after the first did not help', { ...done, verified: false }, false],
    ['after the first helped', { ...done, verified: true }, true],
  ])('%s', async (_what, row, admitted) => {
    const { run, asked } = bench({}, (plan) => (row ? [permitOf(plan, 'i-000a', row)] : []));
    expect((await run(admit, { target: arn('i-000b') })).admitted).toBe(admitted);
    expect(asked).toHaveLength(admitted ? 1 : 0);
  });

  it('and a target that is none of the plan is none', async () => {
    const { run, asked } = bench();
    expect(await run(admit, { target: 'arn:test:i-9999' })).toMatchObject({ refusedBy: { guard: 'target' } });
    expect(asked).toEqual([]);
  });
});
