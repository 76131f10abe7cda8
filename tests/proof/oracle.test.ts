import { describe, expect, it } from '@jest/globals';
import type { Approval } from '../../domain/approval.js';
import type { Decision, Plan } from '../../domain/plan.js';
import type { LedgerRecord } from '../../domain/record.js';
import { failureDomain } from '../../domain/target.js';
import { decisionOf, planOf } from '../run/scripted.js';
import { attributed } from './attribute.js';
import type { IncidentProof, Proof } from './proof.js';
import { invariants, violations } from './oracle.js';

// A judge that never says no proves nothing: each invariant is shown a proof that breaks it, and must name it, alone.

const id = 'pagerduty:Q1';
const at = (second: number) => new Date(Date.parse('2026-11-22T03:13:00Z') + second * 1000).toISOString();

const line = (phase: LedgerRecord['phase'], state: LedgerRecord['state'], second: number, data = {}): LedgerRecord => ({
  incident: id,
  phase,
  state,
  says: '',
  seq: second,
  at: at(second),
  prev: '',
  hash: '',
  data,
});

const effect = (change: Partial<Proof['effects'][number]> = {}): Proof['effects'][number] => ({
  seq: 1,
  at: at(10),
  vendor: 'aws',
  operation: 'ssm:StartAutomationExecution',
  target: 'i-1',
  key: 'key-0',
  outcome: 'done',
  ...change,
});

const decisionFor = (
  concluded: 'act' | 'ask' | 'observe',
  plan = planOf({ limits: { ...planOf().limits, cooldownMs: 60_000 } }),
): Decision => (decisionOf(concluded, plan) as { decision: Decision }).decision;

/** One incident with one effect, as it should be. */
function incidentProof(change: Partial<IncidentProof> = {}, key = 'key-0', incident = id): IncidentProof {
  return {
    row: {
      id: incident,
      title: '',
      service: 'web',
      environment: 'staging',
      failureDomain: '',
      rule: 'r',
      mode: 'auto',
      remediation: 'remediated',
      source: 'pagerduty',
      status: 'resolved',
      outcome: 'remediated',
      planHash: planOf().hash,
      effects: 1,
      startedAt: at(0),
      endedAt: at(30),
    },
    timeline: [line('guards', 'ok', 9), line('execute', 'ok', 20, { attemptKey: key }), line('outcome', 'ok', 30)],
    decision: decisionFor('act'),
    approvals: [],
    permits: [
      {
        id: 'permit',
        attemptKey: key,
        fence: 1,
        planHash: planOf().hash,
        paramsHash: 'p',
        admittedAt: at(9),
        ruleHash: 'r',
        runbookHash: 'b',
        action: 'test.restart',
        targetId: 'arn:i-1',
        place: { account: '111122223333', region: 'eu-west-1' },
        startBy: at(60),
        armed: 1,
        params: {},
        preState: {},
      },
    ],
    ...change,
  };
}

const proof = (change: Partial<Proof> = {}): Proof => ({
  effects: [effect()],
  unknownCalls: [],
  subscription: { disabled: false, deliveries: [{ eventId: 'ev-1', incident: 'Q1', attempts: [503, 202] }] },
  incidents: [incidentProof()],
  runs: [{ workflowId: `incident:${id}`, firstRunId: 'run-1', status: 'COMPLETED' }],
  chain: { ok: true, lines: 9 },
  holds: [],
  protected: [{ tag: { opssentinel: 'never' } }, { arn: 'arn:*:ledger-*' }],
  ourselves: ['PAGENT1'],
  secrets: ['s3cret'],
  unreplayable: [],
  ...change,
});

const withIncident = (change: Partial<IncidentProof>): Proof => proof({ incidents: [incidentProof(change)] });
const approval = (change: Partial<Approval> = {}): Approval => ({
  incident: id,
  planHash: planOf().hash,
  decision: 'approve',
  by: 'ada',
  via: 'api',
  verifiedIdentity: true,
  accepted: true,
  reason: '',
  at: at(5),
  ...change,
});
const asked = (approvals: Approval[], count = 1) =>
  withIncident({ decision: decisionFor('ask', planOf({ approval: { ...planOf().approval, count } })), approvals });
const second = 'pagerduty:Q2';
const other = incidentProof({}, 'key-1', second);
const permit = incidentProof().permits[0];
if (!permit) throw new TypeError('the sample has a permit');

const planWith = (target: Partial<Plan['target']>): Plan => planOf({ target: { ...planOf().target, ...target } });
const withLimits = (limits: Partial<Plan['limits']>): Plan =>
  planOf({ limits: { ...planOf().limits, cooldownMs: 0, ...limits } });
const tight = { count: 1, perMs: 3_600_000 };
const wide = { count: 9, perMs: 3_600_000 };
/** Two incidents, one effect each, forty seconds apart, under one plan. */
function twice(plan: Plan, change: Partial<IncidentProof> = {}): Proof {
  const about = { decision: decisionFor('act', plan), ...change };
  const timeline = [line('guards', 'ok', 39), line('execute', 'ok', 50, { attemptKey: 'key-1' }), line('outcome', 'ok', 51)];
  return proof({
    effects: [effect(), effect({ key: 'key-1', at: at(40) })],
    incidents: [incidentProof(about), { ...other, ...about, permits: other.permits, timeline }],
  });
}
const held = (change: Partial<Proof['holds'][number]>): Proof =>
  proof({ holds: [{ id: '1', kind: 'stop', scope: 'all', since: at(1), ...change }] });

/** Per invariant: what is wrong, and a proof in which just that is wrong. */
const broken: [string, string, Proof][] = [
  ['I1', 'one key, two effects', proof({ effects: [effect(), effect({ at: at(11) })] })],
  ['I2', 'accepted, and no run', proof({ runs: [] })],
  [
    'I2',
    'accepted, and only an incident whose id begins alike has a run',
    proof({ runs: [{ workflowId: 'incident:pagerduty:Q12', firstRunId: 'a', status: 'COMPLETED' }] }),
  ],
  [
    'I3',
    'a workflow id that was started twice',
    proof({ runs: [...proof().runs, { workflowId: `incident:${id}`, firstRunId: 'run-2', status: 'COMPLETED' }] }),
  ],
  ['I4', 'a permit without the hash of the rule', withIncident({ permits: [{ ...permit, ruleHash: '' }] })],
  ['I4', 'a permit without the hash of the runbook', withIncident({ permits: [{ ...permit, runbookHash: '' }] })],
  ['I4', 'an effect of a rule that only observes', withIncident({ decision: decisionFor('observe') })],
  ['I5', 'nobody was asked', asked([])],
  ['I5', 'one word where two people are wanted', asked([approval(), approval({ at: at(6) })], 2)],
  ['I5', 'approved after the effect', asked([approval({ at: at(11) })])],
  ['I5', 'a word that was not accepted', asked([approval({ accepted: false })])],
  ['I5', 'a word about another plan', asked([approval({ planHash: 'other' })])],
  ['I5', 'a no', asked([approval({ decision: 'reject' })])],
  [
    'I5',
    'a yes, and a no before the permit',
    proof({
      incidents: [
        incidentProof({
          decision: decisionFor('ask'),
          approvals: [approval()],
          timeline: [
            ...incidentProof().timeline,
            line('approval', 'ok', 6, { decision: 'reject', by: 'grace', planHash: planOf().hash }),
          ],
        }),
      ],
    }),
  ],
  ['I5', 'our own word', asked([approval({ by: 'PAGENT1' })])],
  ['I5', 'one person by two spellings', asked([approval(), approval({ by: ' ADA' })], 2)],
  [
    'I5',
    'two bare words, which are one',
    asked([approval({ verifiedIdentity: false }), approval({ by: 'grace', verifiedIdentity: false })], 2),
  ],
  ['I5', 'a word that had run out', asked([approval({ at: at(-60) })])],
  [
    'I6',
    'two incidents within the cooldown of one target',
    proof({
      effects: [effect(), effect({ key: 'key-1', at: at(40) })],
      incidents: [
        incidentProof(),
        {
          ...other,
          timeline: [line('guards', 'ok', 39), line('execute', 'ok', 50, { attemptKey: 'key-1' }), line('outcome', 'ok', 51)],
        },
      ],
    }),
  ],
  [
    'I6',
    'another incident acts while the first is still at it',
    proof({
      effects: [effect(), effect({ key: 'key-1', at: at(16) })],
      incidents: [
        incidentProof({ decision: decisionFor('act', withLimits({})) }),
        {
          ...other,
          decision: decisionFor('act', withLimits({})),
          timeline: [line('guards', 'ok', 15), line('execute', 'ok', 50, { attemptKey: 'key-1' }), line('outcome', 'ok', 51)],
        },
      ],
    }),
  ],
  ['I7', 'more than the budget of the rule', twice(withLimits({ budget: { rule: tight, service: wide, all: wide } }))],
  ['I7', 'more than the budget of the service', twice(withLimits({ budget: { rule: wide, service: tight, all: wide } }))],
  [
    'I7',
    'more than the budget of the team',
    twice(withLimits({ budget: { rule: wide, service: wide, all: wide, team: tight } })),
  ],
  ['I7', 'more than the budget of all', twice(withLimits({ budget: { rule: wide, service: wide, all: tight } }))],
  ['I8', 'after a stop of everything', held({})],
  ['I8', 'after a stop of its rule', held({ scope: 'rule:ec2-cpu-high' })],
  ['I8', 'after a stop of its target that was lifted later', held({ scope: 'target:arn:i-1', liftedAt: at(11) })],
  ['I8', 'in a freeze that has an end', held({ kind: 'freeze', scope: 'environment:staging', until: at(12) })],
  ['I8', 'after its rule was revoked', held({ scope: 'hash:r' })],
  ['I8', 'after the brake of its failure domain', held({ kind: 'brake', scope: `domain:${failureDomain(planOf().target)}` })],
  [
    'I8',
    'after a demotion that came since its admission',
    {
      ...withIncident({ permits: [{ ...permit, admittedAt: at(1) }] }),
      holds: [{ id: '1', kind: 'demotion', scope: 'rule:ec2-cpu-high', since: at(2) }],
    },
  ],
  ['I8', 'after its own time', withIncident({ permits: [{ ...permit, startBy: at(5) }] })],
  [
    'I9',
    'no admission before it',
    withIncident({
      timeline: [line('guards', 'ok', 11), line('execute', 'ok', 20, { attemptKey: 'key-0' }), line('outcome', 'ok', 30)],
    }),
  ],
  [
    'I9',
    'no end after it',
    withIncident({
      timeline: [line('guards', 'ok', 9), line('execute', 'info', 20, { attemptKey: 'key-0' }), line('outcome', 'ok', 30)],
    }),
  ],
  [
    'I9',
    'how it ended is unknown, and nobody was told',
    withIncident({
      timeline: [line('guards', 'ok', 9), line('execute', 'unknown', 20, { attemptKey: 'key-0' }), line('outcome', 'ok', 30)],
    }),
  ],
  ['I10', 'a line that was changed', proof({ chain: { ok: false, seq: 7, says: 'its hash is another' } })],
  [
    'I10',
    'two permits of one key',
    proof({ incidents: [incidentProof(), incidentProof({ timeline: [line('outcome', 'ok', 30)] }, 'key-0', second)] }),
  ],
  [
    'I10',
    'a secret in a line',
    withIncident({ timeline: [...incidentProof().timeline, { ...line('report', 'ok', 31), says: 'with s3cret' }] }),
  ],
  ['I11', 'another target than the plan', proof({ effects: [effect({ target: 'i-2' })] })],
  ['I11', 'a permit for another target', withIncident({ permits: [{ ...permit, targetId: 'arn:i-2' }] })],
  [
    'I11',
    'a target that is protected by its tag',
    withIncident({ decision: decisionFor('act', planWith({ tags: { opssentinel: 'never' } })) }),
  ],
  [
    'I11',
    'a target that is protected by its id',
    withIncident({
      decision: decisionFor('act', planWith({ id: 'arn:x:ledger-1' })),
      permits: [{ ...permit, targetId: 'arn:x:ledger-1' }],
    }),
  ],
  [
    'I11',
    'a permit in another account',
    withIncident({ permits: [{ ...permit, place: { ...permit.place, account: '999988887777' } }] }),
  ],
  [
    'I11',
    'a permit in another region',
    withIncident({ permits: [{ ...permit, place: { ...permit.place, region: 'us-east-1' } }] }),
  ],
  ['I12', 'the same facts make another plan', withIncident({ anew: decisionFor('act', planOf({ hash: 'another' })) })],
  ['I12', 'the same facts make another decision', withIncident({ anew: decisionFor('observe') })],
  ['I13', 'no outcome', withIncident({ timeline: incidentProof().timeline.slice(0, 2) })],
  ['I13', 'two outcomes', withIncident({ timeline: [...incidentProof().timeline, line('outcome', 'ok', 31)] })],
  ['I13', 'a line, but no outcome in the list', withIncident({ row: { ...incidentProof().row, outcome: null } })],
  ['I13', 'told twice', withIncident({ told: 2 })],
  ['I14', 'a history that does not replay', proof({ unreplayable: [{ workflowId: 'incident:x', says: 'nondeterminism' }] })],
  ['I15', 'the sender has switched us off', proof({ subscription: { disabled: true, deliveries: [] } })],
  ['I16', 'a call that no simulator knows', proof({ unknownCalls: [{ operation: 'ec2:TerminateInstances' }] })],
];

describe('the oracle', () => {
  it('says nothing about a good proof: one run, two incidents on two targets, a ladder, an approval, a reopening', () => {
    expect(violations(proof())).toEqual([]);
    expect(violations(asked([approval()]))).toEqual([]);
    expect(violations(asked([approval(), approval({ by: 'grace' })], 2))).toEqual([]);
    const ladder = [effect(), effect({ key: 'key-1', at: at(12) })];
    const lines = [...incidentProof().timeline, line('execute', 'ok', 21, { attemptKey: 'key-1' })];
    expect(
      violations(
        proof({
          effects: ladder,
          incidents: [incidentProof({ timeline: lines, permits: [permit, { ...permit, attemptKey: 'key-1' }] })],
        }),
      ),
    ).toEqual([]);
    expect(violations(asked([approval({ verifiedIdentity: false })]))).toEqual([]);
    const spent = withLimits({ budget: { rule: tight, service: wide, all: wide } });
    expect(violations(twice(spent, { approvals: [approval(), approval({ incident: second, at: at(12) })] }))).toEqual([]);
    for (const past of [
      { until: at(9) },
      { liftedAt: at(9) },
      { since: at(9) },
      { scope: 'rule:another' },
      { kind: 'demotion' as const },
    ])
      expect(violations(held(past))).toEqual([]);
    expect(
      violations(proof({ runs: [{ workflowId: `incident:${id}:r1790000000`, firstRunId: 'a', status: 'RUNNING' }] })),
    ).toEqual([]);
  });

  it.each(broken)('%s names what breaks it, and nothing else does: %s', (invariant, _what, bad) => {
    const named = violations(bad).map((says) => says.split(' ')[0]);
    expect([...new Set(named)]).toEqual([invariant]);
  });

  it('an effect that no permit allows is named by everything that asks for one', () => {
    const named = new Set(violations(proof({ effects: [effect({ key: 'forged' })] })).map((says) => says.split(' ')[0]));
    expect([...named]).toEqual(expect.arrayContaining(['I4', 'I9', 'I11']));
  });

  it('an effect without any key is one too many', () => {
    expect(violations(proof({ effects: [effect({ key: '' })] })).join('\n')).toMatch(/^I1 .*carries no key/);
  });

  it('an effect that could carry no key belongs to the attempt of which the ledger told next, and to one alone', () => {
    const keyless = effect({ key: '', target: 'i-1' });
    const incidents = [incidentProof()];
    expect(attributed([keyless], incidents).map(({ key }) => key)).toEqual(['key-0']);
    expect(attributed([keyless, { ...keyless, seq: 2 }], incidents).map(({ key }) => key)).toEqual(['key-0', '']);
    expect(attributed([{ ...keyless, target: 'i-2' }], incidents).map(({ key }) => key)).toEqual(['']);
    expect(attributed([{ ...keyless, at: at(25) }], incidents).map(({ key }) => key)).toEqual(['']);
  });

  it('every invariant has a proof here that breaks it', () => {
    const proved = new Set(broken.map(([invariant]) => invariant));
    expect(
      Object.keys(invariants)
        .map((name) => name.split(' ')[0])
        .filter((name) => !proved.has(String(name))),
    ).toEqual([]);
  });
});
