import { describe, expect, it } from '@jest/globals';
import type { AdmissionState, GuardFacts } from '../domain/admission.js';
import type { GuardVerdict } from '../domain/permit.js';
import type { GuardLimits } from '../domain/plan.js';
import { approvalBy, askAll, calmFacts, calmState, effectAgo, hour, minute, now, standard } from './facts.fixture.js';
import { guards } from './index.js';
import { judgeAll } from './judge.js';

const { incident, target, witness, step } = calmFacts();
const mine = target.id;

interface Case {
  facts?: Partial<GuardFacts>;
  state?: Partial<AdmissionState>;
  limits?: Partial<GuardLimits>;
}
const shown = (guard: string, { facts = {}, state = {}, limits = {} }: Case): GuardVerdict | undefined =>
  askAll(calmFacts(facts), calmState(state), { ...standard, ...limits }).of(guard);

/** What people read on the page, in `explain` and in a refusal: limit and finding, word for word. */
describe('what each guard says, and by which limit', () => {
  it.each<[string, string, Case, string, string, string]>([
    ['stop', 'no hold', {}, 'allow', 'no hold', 'none in force'],
    ['target', 'the one', {}, 'allow', 'one, opssentinel=allow', 'i-0aa11bb22cc33dd44, tag opssentinel=allow'],
    [
      'target',
      'none',
      { facts: { target: { ...target, id: ' ' } } },
      'refuse',
      'one, opssentinel=allow',
      'no target was resolved',
    ],
    ['incident', 'open', {}, 'allow', 'open', 'pagerduty says triggered'],
    [
      'incident',
      'acknowledged by ourselves',
      { facts: { incident: { ...incident, status: 'acknowledged', heldBy: [{ id: 'PAGENT1', name: '' }] } } },
      'allow',
      'open',
      'pagerduty says acknowledged',
    ],
    [
      'incident',
      'resolved',
      { facts: { incident: { ...incident, status: 'resolved' } } },
      'refuse',
      'open',
      'pagerduty says resolved',
    ],
    [
      'incident',
      'merged',
      { facts: { incident: { ...incident, mergedInto: 'Q7' } } },
      'refuse',
      'open',
      'pagerduty says merged into Q7',
    ],
    ['corroborate', 'firing', {}, 'allow', 'yes', 'DescribeAlarms: ALARM since 03:12:38Z'],
    [
      'corroborate',
      'unknown',
      { facts: { witness: { ...witness, state: 'unknown', says: 'no answer' } } },
      'refuse',
      'yes',
      'no answer (unknown)',
    ],
    ['onAcknowledge', 'nobody', {}, 'allow', 'standDown', 'nobody acknowledged'],
    [
      'onAcknowledge',
      'two, one without a name',
      { facts: { incident: { ...incident, heldBy: ['Ada', ''].map((name) => ({ id: `P${name}`, name })) } } },
      'refuse',
      'standDown',
      'Ada and P has it',
    ],
    ['oneAtATime', 'nobody', {}, 'allow', 'one', 'nobody else has the target'],
    ['cooldown', 'never acted on', {}, 'allow', '30 min', 'not acted on lately'],
    [
      'cooldown',
      'long ago',
      { state: { effects: [effectAgo(hour, { targetId: mine })] } },
      'allow',
      '30 min',
      'acted 60 min ago (Q0HX1B4)',
    ],
    [
      'cooldown',
      'at a time that cannot be read',
      { state: { effects: [effectAgo(Number.NaN, { targetId: mine })] } },
      'refuse',
      '30 min',
      'acted 0 s ago (Q0HX1B4)',
    ],
    ['budget', 'unused', {}, 'allow', '5/1h', '0 used'],
    [
      'budget',
      "used by the rule, of which the service's and everybody's are other figures",
      {
        state: {
          effects: [1, 2]
            .map((n) => effectAgo(n * minute, { rule: 'ec2-cpu-high' }))
            .concat(effectAgo(minute), effectAgo(2 * minute)),
        },
      },
      'allow',
      '5/1h',
      '2 used',
    ],
    [
      'budget',
      'used up by a service without a name',
      {
        facts: { incident: { ...incident, service: { id: 'PSVC002', name: '' } } },
        state: { effects: Array.from({ length: 10 }, () => effectAgo(minute, { service: 'PSVC002' })) },
      },
      'ask',
      '10/1h',
      '10 used of 10/1h for service PSVC002',
    ],
    ['startBy', 'in time', {}, 'allow', '10 min', 'began 62 s ago, until 03:22:38Z'],
    [
      'startBy',
      'a later step',
      { facts: { laterStep: true, alertStartedAt: now - hour } },
      'allow',
      '10 min',
      'the first step began in time',
    ],
    [
      'startBy',
      'approved since',
      { facts: { mode: 'approve' }, state: { approvals: [approvalBy('ada', { at: new Date(now - 30_000).toISOString() })] } },
      'allow',
      '10 min',
      'approved 30 s ago, until 03:23:10Z',
    ],
    [
      'startBy',
      'approved before it began, after a reopening',
      { facts: { alertStartedAt: now - 30_000 }, state: { approvals: [approvalBy('ada')] } },
      'allow',
      '10 min',
      'began 30 s ago, until 03:23:10Z',
    ],
    [
      'startBy',
      'approved at the very moment that it began: it is said that it began',
      { facts: { alertStartedAt: now - minute }, state: { approvals: [approvalBy('ada')] } },
      'allow',
      '10 min',
      'began 60 s ago, until 03:22:40Z',
    ],
    [
      'startBy',
      'at an unknown time',
      { facts: { alertStartedAt: Number.NaN } },
      'refuse',
      '10 min',
      'it is not known when the alert began',
    ],
    ['approval', 'mode auto', {}, 'allow', '-', 'not needed'],
    ['approval', 'mode observe', { facts: { mode: 'observe' } }, 'refuse', '-', 'the mode is observe: nothing is ever done'],
    [
      'approval',
      'one whose name nobody checked',
      { facts: { mode: 'approve' }, state: { approvals: [approvalBy('ada', { verifiedIdentity: false })] } },
      'allow',
      '1 approval',
      'approved by ada (identity not checked)',
    ],
    [
      'approval',
      'rejected without a reason',
      { state: { approvals: [approvalBy('ada', { decision: 'reject' })] } },
      'refuse',
      '-',
      'rejected by ada',
    ],
  ])('%s, %s', (guard, _what, given, verdict, limit, found) => {
    expect(shown(guard, given)).toMatchObject({ guard, verdict, limit, found });
  });

  it('who set a limit is said, or that it is the default', () => {
    expect([shown('cooldown', {})?.setBy, shown('budget', {})?.setBy]).toEqual(['opssentinel.yaml:22', 'default']);
  });
});

describe('when it is free', () => {
  it('the run in line looks forty times within the time in which an effect may begin, at most four times a second', () => {
    const targetHeldBy = { incident: 'pagerduty:Q0HX1B4', since: now };
    const again = (startByMs: number) =>
      Date.parse(shown('oneAtATime', { state: { targetHeldBy }, limits: { startByMs } })?.freeAt ?? '') - now;
    expect([again(10 * minute), again(10_000), again(9_999), again(0)]).toEqual([15_000, 250, 250, 250]);
    expect(shown('oneAtATime', { state: { targetHeldBy } })).toMatchObject({ limit: 'one', wait: true });
  });

  it('never, where no time is known: no date is promised', () => {
    const unread = effectAgo(Number.NaN, { targetId: mine });
    expect(shown('cooldown', { state: { effects: [unread] } })?.freeAt).toBeUndefined();
    const none = { budget: { ...standard.budget, rule: { count: 0, perMs: hour } } };
    expect(shown('budget', { limits: none })?.freeAt).toBeUndefined();
  });

  it('of two budgets that are empty, the one that is never free is named', () => {
    const budget = { ...standard.budget, all: { count: 0, perMs: hour } };
    const effects = Array.from({ length: 5 }, () => effectAgo(minute, { rule: 'ec2-cpu-high' }));
    expect(shown('budget', { state: { effects }, limits: { budget } })).toMatchObject({
      verdict: 'ask',
      limit: '0/1h',
      found: '5 used of 0/1h for everything',
    });
  });

  it('a team has a budget where the policy gives it one, and its own effects alone use it up', () => {
    const budget = { ...standard.budget, team: { count: 2, perMs: hour } };
    const by = (...teams: string[]) => ({
      state: { effects: teams.map((team) => effectAgo(minute, { team })) },
      limits: { budget },
    });
    expect(shown('budget', by('team-web', 'team-other', 'team-other'))).toMatchObject({ verdict: 'allow', found: '0 used' });
    expect(shown('budget', by('team-web', 'team-web'))).toMatchObject({
      verdict: 'ask',
      limit: '2/1h',
      found: '2 used of 2/1h for team team-web',
    });
  });

  it('of a budget: when its oldest effect but so many leaves the window, in whatever order they are read', () => {
    const agos = [50, 10, 30, 20, 40, 55].map((minutes) => minutes * minute);
    const effects = agos.map((ago) => effectAgo(ago, { rule: 'ec2-cpu-high' }));
    for (const list of [effects, effects.toReversed()])
      expect(shown('budget', { state: { effects: list } })).toMatchObject({
        found: '6 used of 5/1h for rule ec2-cpu-high',
        freeAt: '2026-11-22T03:23:40.000Z',
      });
  });
});

it('before what was done is put back, only what forbids any touch is asked', () => {
  const when = (asked: 'preview' | 'admission' | 'undo') => guards.filter((one) => one.asked.includes(asked)).map(({ id }) => id);
  for (const id of ['stop', 'target', 'oneAtATime']) expect(when('undo')).toContain(id);
  for (const id of ['cooldown', 'budget', 'startBy', 'approval', 'deploys', 'incident', 'corroborate', 'firingFor'])
    expect(when('undo')).not.toContain(id);
  for (const { asked } of guards) expect(['preview', 'admission', 'undo']).toEqual(expect.arrayContaining([...asked]));
});

describe('what was demoted', () => {
  const hold = {
    id: 'H7',
    kind: 'demotion',
    scope: 'rule:ec2-cpu-high',
    reason: 'did not help',
    owner: 'brake',
    since: '',
  } as const;
  it('asks, and says how that is ended; a stop beside it refuses', () => {
    expect(shown('stop', { state: { holds: [hold] } })).toMatchObject({
      verdict: 'ask',
      limit: 'no hold',
      found: 'rule:ec2-cpu-high asks: did not help; lift it with opssentinel resume H7',
    });
    const stop = { ...hold, id: 'H8', kind: 'stop', scope: 'all', owner: 'ada', reason: 'looking' } as const;
    for (const holds of [
      [hold, stop],
      [stop, hold],
    ])
      expect(shown('stop', { state: { holds } })).toMatchObject({
        verdict: 'refuse',
        found: 'stop of all by ada: looking; it stands until two people lift it: opssentinel resume H8',
      });
  });
});

describe('judging', () => {
  const limits = standard;
  it('approval wants people for a destructive step in mode auto, also where no other guard asks', () => {
    const approval = guards.filter(({ id }) => id === 'approval');
    const facts = calmFacts({ step: { ...step, risk: 'destructive' } });
    expect(judgeAll(approval, facts, calmState(), limits)).toMatchObject([{ verdict: 'ask' }]);
    expect(judgeAll(approval, calmFacts(), calmState(), limits)).toMatchObject([{ verdict: 'allow' }]);
  });

  it('without any guard says so', () => {
    expect(judgeAll([], calmFacts(), calmState(), limits)).toEqual([
      { guard: 'guards', verdict: 'refuse', limit: '-', found: 'there is no guard to ask', setBy: 'design' },
    ]);
  });

  it('says what a broken guard threw, and that an odd one gave no verdict', () => {
    const broken = (judge: () => never) => ({ id: 'odd', sentence: '', asked: [], judge });
    const said = (judge: () => never) => judgeAll([broken(judge)], calmFacts(), calmState(), limits);
    const wanted = { guard: 'odd', verdict: 'refuse', limit: '-', setBy: 'default' };
    const thrown = (what: unknown) => () => {
      throw what;
    };
    expect(said(thrown(new TypeError('no such member')))).toEqual([{ ...wanted, found: 'it could not judge: no such member' }]);
    expect(said(thrown('words'))).toEqual([{ ...wanted, found: 'it could not judge: words' }]);
    const odd = { ...wanted, found: 'it gave no verdict that can be read' };
    expect(said(() => undefined as never)).toEqual([odd]);
    expect(said(() => ({ verdict: 'yes' }) as never)).toEqual([odd]);
  });

  it('where a guard asks in mode auto, approval is asked as in mode approve, and its own answer is shown', () => {
    const effects = Array.from({ length: 20 }, () => effectAgo(minute));
    expect(shown('approval', { state: { effects } })).toMatchObject({ verdict: 'ask', found: '0 of 1 given for this plan' });
    expect(shown('approval', { facts: { mode: 'observe' }, state: { effects, approvals: [approvalBy('ada')] } })).toMatchObject({
      verdict: 'refuse',
      found: 'the mode is observe: nothing is ever done',
    });
    const asks = { ...step, risk: 'destructive' } as const;
    expect(shown('approval', { facts: { step: asks }, state: { effects } })).toMatchObject({ verdict: 'ask' });
  });
});
