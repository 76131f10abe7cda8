import { describe, expect, it } from '@jest/globals';
import type { AdmissionState, Guard } from '../../domain/admission.js';
import type { GuardVerdict } from '../../domain/permit.js';
import { aimedAt, type Plan } from '../../domain/plan.js';
import type { NewRecord } from '../../domain/record.js';
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
const setWith = (rollout: string) =>
  setOf(policy('profile: bench'), runbook('restart', 'check: test.well'), `${several}${rollout}`);
const ids = ['i-000a', 'i-000b', 'i-000c'];
const arn = (id: string): string => `arn:test:${id}`;

type Judge = (read: AdmissionState) => GuardVerdict[];

/** Three targets by tags, in batches of one and two unless `rollout` says otherwise; the guard of targets as it is shipped. `permits`: what the ledger has of them. */
function bench(tags: Record<string, object> = {}, permits: (plan: Plan) => object[] = () => [], rollout = '') {
  const asked: string[] = [];
  const later: boolean[] = [];
  const told: NewRecord[] = [];
  const looks: Guard = {
    ...guardOfTarget,
    judge: (facts, ...rest) => {
      later.push(facts.laterStep);
      return guardOfTarget.judge(facts, ...rest);
    },
  };
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
  const deps = depsOf(setWith(rollout), {
    guards: [looks],
    offered: { type },
    ledger: {
      evidence: async () => ({ permits: rows }),
      record: async (line: NewRecord) => void told.push(line),
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
  return { run, asked, later, told };
}

const untagged = { 'i-000c': {} };

describe('row 25: nobody is woken for several targets of which one is refused anyway', () => {
  it('each of them is asked about', async () => {
    const { run, asked } = bench();
    expect(decisiveVerdict(await run(preview))).toBeUndefined();
    expect(asked).toEqual(ids.map(arn));
  });

  it('where one of them is meant it alone', async () => {
    const { run, asked } = bench();
    await run(preview, { target: arn('i-000a') });
    expect(asked).toEqual([arn('i-000a')]);
  });

  it('the last of them, of a later batch, may not be touched: that is said before people are asked', async () => {
    const { run } = bench(untagged);
    expect(decisiveVerdict(await run(preview))).toMatchObject({ guard: 'target', found: expect.stringContaining('i-000c') });
  });
});

const permitOf = (plan: Plan, id: string, row: object): object => {
  const one = aimedAt(plan, arn(id)) as Plan;
  return { attempt_key: attemptKey({ hash }, one, one.steps[0] as never), target_id: arn(id), ...row };
};
const done = { consumed_at: '2026-11-22T03:14:00Z', ended_at: '2026-11-22T03:14:30Z', status: 'succeeded' };
const helped = { ...done, verified: true };
const not = { ...done, verified: false };

describe('row 25: a batch that is asked for out of its turn, by whoever reaches Temporal', () => {
  const found = async (target: string, rows: Record<string, object>, rollout = ''): Promise<string | undefined> => {
    const permits = (plan: Plan) => Object.entries(rows).map(([id, row]) => permitOf(plan, id, row));
    const { run, asked } = bench({}, permits, rollout);
    const answer = await run(admit, { target: arn(target) });
    expect(asked).toHaveLength(answer.admitted ? 1 : 0);
    if (!answer.admitted) expect(answer.refusedBy).toMatchObject({ guard: 'plan', limit: 'one step after the other' });
    return answer.admitted ? undefined : answer.refusedBy.found;
  };

  it.each<[string, object | undefined, string | undefined]>([
    ['before the first was acted on', undefined, 'i-000a of an earlier batch has not been acted on'],
    ['while its permit is not used', { consumed_at: null }, 'i-000a of an earlier batch has not been acted on'],
    ['while nobody knows whether the first helped', { ...done, verified: null }, 'whether it helped on i-000a is not known yet'],
    [
      'while nobody knows whether it was done',
      { ...done, status: 'unknown', verified: null },
      'whether it was done on i-000a is not known',
    ],
    ['after the first did not help', not, '1 of the batches before did not help; the rule bears 0'],
    ['after the first helped', helped, undefined],
  ])('%s', async (_what, row, says) => {
    expect(await found('i-000b', row ? { 'i-000a': row } : {})).toBe(says);
  });

  it('so many may not have helped as the rule bears, and not one more', async () => {
    const one = '\nrollout: { batches: [1], maxErrors: 1 }';
    expect(await found('i-000b', { 'i-000a': not }, one)).toBeUndefined();
    expect(await found('i-000c', { 'i-000a': not, 'i-000b': helped }, one)).toBeUndefined();
    expect(await found('i-000c', { 'i-000a': not, 'i-000b': not }, one)).toBe(
      '2 of the batches before did not help; the rule bears 1',
    );
    expect(await found('i-000c', { 'i-000a': helped }, one)).toBe('i-000b of an earlier batch has not been acted on');
  });

  it('those of one batch do not wait for one another', async () => {
    expect(await found('i-000c', { 'i-000a': helped })).toBeUndefined();
    expect(await found('i-000a', {})).toBeUndefined();
  });

  it('and a target that is none of the plan is none', async () => {
    const { run, asked } = bench();
    expect(await run(admit, { target: 'arn:test:i-9999' })).toMatchObject({
      refusedBy: { guard: 'target', limit: 'a target of the plan', found: 'it does not act on arn:test:i-9999' },
    });
    expect(asked).toEqual([]);
  });
});

describe('row 25: a rollout began in time when its first target did', () => {
  const begun = async (target: string | undefined, rows: Record<string, object>): Promise<boolean[]> => {
    const { run, later } = bench({}, (plan) => Object.entries(rows).map(([id, row]) => permitOf(plan, id, row)));
    await run(admit, target === undefined ? {} : { target: arn(target) });
    return later;
  };

  it('so whatever comes later is not late', async () => {
    expect(await begun('i-000b', { 'i-000a': helped, 'i-000b': { consumed_at: null } })).toEqual([true]);
    expect(await begun('i-000a', {})).toEqual([false]);
  });

  it('a permit of its own, or one that was not used, has begun nothing', async () => {
    expect(await begun('i-000a', { 'i-000a': helped })).toEqual([false]);
    expect(await begun('i-000a', { 'i-000b': { consumed_at: null } })).toEqual([false]);
    expect(await begun(undefined, { 'i-000a': helped })).toEqual([false]);
  });
});

it('row 25: what guards say is written down once for each target', async () => {
  const { run, told } = bench(untagged);
  await run(admit, { target: arn('i-000a') });
  await run(admit);
  expect(told.map(({ once }) => once)).toEqual(['guards.0.arn:test:i-000a.allow', 'guards.0.allow']);
});
