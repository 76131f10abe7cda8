import { describe, expect, it } from '@jest/globals';
import type { Admission } from '../domain/permit.js';
import type { Decision } from '../domain/plan.js';
import { planIn } from '../domain/plan.js';
import type { RuleSet } from '../rules/language/set.js';
import { policy, rule, runbook, setOf } from '../tests/support/rules.js';
import { admit } from './decide/admit.js';
import { judgeApproval } from './decide/judge-approval.js';
import type { ActivityDeps } from './deps.js';
import { underItsRules } from './pinned.js';
import { placeFor } from './place.js';
import { readSituation } from './situation/read.js';
import { about, admissionOf, depsOf, inActivity } from './testkit/deciding.js';

// A run keeps the rules that it began with, but for what the policy has taken back since.

const ground =
  'staging: { accounts: { "111122223333": { regions: [eu-west-1], read: R, act: A } }, pagerduty: [PSVC001], ceiling: auto }';
const withPolicy = (text: string, mode = 'auto'): RuleSet => setOf(text, runbook(), rule('cpu', `mode: { staging: ${mode} }`));
/** The policy with another word in its staging environment. */
const changed = (from: string, to: string): string => policy().replace(ground, ground.replace(from, to));

/** A run that was decided under the first rules, while the second ones are in force. */
async function later(before: RuleSet, today: RuleSet) {
  const decision = await inActivity<Decision>(async () => (await readSituation(depsOf(before), about)).decision);
  const planHash = planIn(decision)?.hash ?? '';
  const deps: ActivityDeps = depsOf(today, {
    rulesOf: async (hash: string) => (hash === before.hash ? before : undefined),
    ledger: {
      decision: async () => decision,
      admit: async (): Promise<Admission> => admissionOf([]),
      putApproval: async () => undefined,
    },
  });
  const pinned = await underItsRules(deps, about.incident);
  return { pinned, planHash, admitted: () => inActivity(() => admit(pinned, { ...about, planHash, step: 0 })) };
}

const found = async (before: RuleSet, today: RuleSet): Promise<string> => {
  const answer = await (await later(before, today)).admitted();
  return answer.admitted ? 'admitted' : `${answer.refusedBy.guard}: ${answer.refusedBy.found}`;
};

describe('row 34: what the policy has taken back counts for runs that began before', () => {
  const before = withPolicy(policy());

  it.each([
    ['the mode', changed('ceiling: auto', 'ceiling: approve'), 'plan: the policy now allows approve at most in staging'],
    [
      'every mode that acts',
      changed('ceiling: auto', 'ceiling: observe'),
      'plan: the policy now allows observe at most in staging',
    ],
    [
      'the account',
      changed('"111122223333"', '"999911112222"'),
      'plan: the rules now say: account 111122223333 in eu-west-1 is in no environment of the policy; add it to one',
    ],
    [
      'the region',
      changed('[eu-west-1]', '[eu-central-1]'),
      'plan: the rules now say: account 111122223333 in eu-west-1 is in no environment of the policy; add it to one',
    ],
    [
      'the service',
      changed('[PSVC001]', '[PSVC009]'),
      'plan: the rules now say: PagerDuty service PSVC001 is in no environment of the policy; add it to one',
    ],
    [
      'the environment',
      policy().replace('staging:', 'sandbox:'),
      'plan: the rules now say: PagerDuty service PSVC001 is in no environment of the policy; add it to one',
    ],
    ['approvals from Temporal', policy('approval: { signals: refuse }'), 'plan: the policy now takes no approvals from Temporal'],
  ])('%s', async (_what, text, says) => {
    // Of an environment that is gone no rule may speak.
    const today = text.includes('staging:') ? withPolicy(text) : setOf(text, runbook(), rule('cpu'));
    expect(await found(before, today)).toBe(says);
  });

  it('and what it gives since does not: the older, tighter ground stays', async () => {
    const tight = withPolicy(changed('ceiling: auto', 'ceiling: approve'));
    expect(await found(tight, before)).toBe('admitted');
    const { pinned } = await later(tight, before);
    expect(pinned.rules().policy.doc.environments['staging']?.ceiling).toBe('approve');
    const refusing = withPolicy(policy('approval: { signals: refuse }'));
    expect((await later(refusing, before)).pinned.rules().policy.doc.approval).toEqual({ signals: 'refuse' });
  });

  it.each([
    ['nothing was changed', before, before],
    ['another environment was', before, withPolicy(policy().replace('ceiling: approve', 'ceiling: observe'))],
    [
      'the ceiling still lies as high as the plan',
      withPolicy(policy(), 'approve'),
      withPolicy(changed('ceiling: auto', 'ceiling: approve'), 'approve'),
    ],
    [
      'another account came',
      before,
      withPolicy(changed('{ "111122223333"', '{ "111122220000": { regions: [eu-west-1], read: R, act: A }, "111122223333"')),
    ],
  ])('the plan is the same, and so is its hash, where %s', async (_what, older, today) => {
    expect(await found(older, today)).toBe('admitted');
  });

  it('goes by the roles of today', async () => {
    const { pinned, admitted } = await later(before, withPolicy(changed('read: R,', 'read: R2,')));
    expect(placeFor(pinned.rules(), { account: '111122223333', region: 'eu-west-1' }, 'read')).toMatchObject({ role: 'R2' });
    expect(await admitted()).toMatchObject({ admitted: true });
  });

  it('a bare signal counts no more where today’s policy takes none', async () => {
    const asking = withPolicy(policy(), 'approve');
    const word = async (today: RuleSet) => {
      const { pinned, planHash } = await later(asking, today);
      const request = { by: 'somebody', decision: 'approve' as const, planHash };
      return (await inActivity(() => judgeApproval(pinned, { ...about, via: 'signal', planHash, request }))).answer;
    };
    expect(await word(asking)).toMatchObject({ accepted: true });
    expect(await word(withPolicy(policy('approval: { signals: refuse }'), 'approve'))).toEqual({
      accepted: false,
      reason: 'the policy takes no approvals from Temporal: use opssentinel approve',
    });
  });

  it('a team’s own ground is what both policies name', async () => {
    const named = (team: string) => withPolicy(policy().replace(/teams:[^\n]*/, `teams: { team-web: ${team} }`));
    const both = async (older: string, today: string) => {
      const { accounts, regions } = (await later(named(older), named(today))).pinned.rules().policy.doc.teams['team-web'] ?? {};
      return [accounts, regions];
    };
    expect(await both('{ accounts: ["111122223333", "444455556666"] }', '{ accounts: ["444455556666"] }')).toEqual([
      ['444455556666'],
      undefined,
    ]);
    expect(await both('{}', '{ regions: [eu-west-1] }')).toEqual([undefined, ['eu-west-1']]);
    expect(await both('{ accounts: ["111122223333"] }', '{ accounts: ["444455556666"] }')).toEqual([[], undefined]);
  });

  it('so are a team’s tags, and a team that the policy did not name before is bounded as it is now', async () => {
    const named = (teams: string) => withPolicy(policy().replace(/teams:[^\n]*/, `teams: ${teams}`));
    const ground = async (older: string, today: string) =>
      (await later(named(older), named(today))).pinned.rules().policy.doc.teams['team-web'] ?? {};
    expect(await ground('{ team-web: { tags: { a: "1" } } }', '{ team-web: { tags: { b: "2" } } }')).toEqual({
      tags: { a: '1', b: '2' },
    });
    expect(await ground('{ team-web: { tags: { a: "1" } } }', '{ team-web: { tags: { a: "2" } } }')).toEqual({
      tags: { a: '2' },
    });
    expect(await ground('{ team-web: { pagerduty: PTEAM01 } }', '{ team-web: { pagerduty: PTEAM02 } }')).toEqual({
      pagerduty: 'PTEAM02',
    });
    const bounds = '{ approvers: [ada@example.com], accounts: ["444455556666"], regions: [eu-west-1], tags: { a: "1" } }';
    expect(await ground('{}', `{ team-web: ${bounds} }`)).toEqual({
      approvers: ['ada@example.com'],
      accounts: ['444455556666'],
      regions: ['eu-west-1'],
      tags: { a: '1' },
    });
  });

  it('an environment has what holds the labels of both policies; those of another go on to contradict', async () => {
    const labelled = (labels: string) => withPolicy(changed('pagerduty:', `${labels} pagerduty:`));
    const labels = async (older: string, today: string) =>
      (await later(labelled(older), labelled(today))).pinned.rules().policy.doc.environments['staging']?.labels;
    expect(await labels('labels: { a: "1" },', 'labels: { a: "1", b: "2" },')).toEqual({ a: '1', b: '2' });
    expect(await labels('labels: { a: "1", b: "2" },', 'labels: { a: "1" },')).toEqual({ a: '1', b: '2' });
    expect(await labels('labels: { a: "1" },', 'labels: { a: "2" },')).toBeUndefined();
    expect(await labels('labels: { a: "1" },', '')).toBeUndefined();
    expect(await labels('', 'labels: { a: "1" },')).toBeUndefined();
    const other = (more: string) => withPolicy(policy().replace('ceiling: approve', `ceiling: approve${more}`));
    const { pinned } = await later(other(', labels: { a: "1" }'), other(''));
    expect(Object.values(pinned.rules().policy.doc.environments).filter((one) => one.labels)).toHaveLength(1);
  });
});
