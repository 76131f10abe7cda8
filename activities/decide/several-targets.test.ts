import { describe, expect, it } from '@jest/globals';
import type { AdmissionState } from '../../domain/admission.js';
import type { GuardVerdict } from '../../domain/permit.js';
import { aimedAt, type Plan } from '../../domain/plan.js';
import { decisiveVerdict } from '../../domain/verdicts.js';
import { calmState } from '../../guards/facts.fixture.js';
import { target as guardOfTarget } from '../../guards/target.js';
import type { AdmissionRequest } from '../../ledger/port.js';
import { hash, policy, rule, runbook, setOf, target } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import { about, admissionOf, depsOf, inActivity, planNow } from '../testkit/deciding.js';
import type { StepInput } from '../types.js';
import { admit, preview } from './admit.js';
import { attemptKey } from './keys.js';

const several = rule('cpu', 'mode: { staging: auto }', 'run: restart').replace(
  'alert.labels.InstanceId',
  '{ tagged: { service: web }, max: 4 }',
);
const set = setOf(policy('profile: bench'), runbook('restart', 'check: test.well'), several);
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
    list: async () => ids.map((InstanceId) => ({ InstanceId })),
    read: async (_call: unknown, { InstanceId: id = '' }: Record<string, string>) => ({
      ...target(),
      id: arn(id),
      name: id,
      ...(tags[id] ? { tags: tags[id] } : {}),
    }),
  };
  const deps = depsOf(set, {
    guards: [guardOfTarget],
    offered: { type },
    ledger: {
      evidence: async () => ({ permits: rows }),
      preview: async (request: AdmissionRequest, judge: Judge) => answers(request, judge),
      admit: async (request: AdmissionRequest, judge: Judge) => admissionOf(answers(request, judge)),
    },
  });
  const run = <Answer>(
    activity: (deps: ActivityDeps, input: StepInput) => Promise<Answer>,
    change: Partial<StepInput> = {},
  ): Promise<Answer> =>
    inActivity(async () => {
      const plan = await planNow(deps);
      rows = permits(plan);
      return activity(deps, { ...about, planHash: plan.hash, step: 0, ...change });
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
