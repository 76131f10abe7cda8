import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityDeps } from '../../activities/deps.js';
import { approversNow } from '../../activities/situation/approvers.js';
import { matchAndAim, planFor } from '../../decide/decide.js';
import { guardFacts } from '../../decide/guard-facts.js';
import type { PastEffect } from '../../domain/admission.js';
import { calmState, effectAgo, minute, now } from '../../guards/facts.fixture.js';
import { guards } from '../../guards/index.js';
import { judgeAll } from '../../guards/judge.js';
import { alert, catalogue, hash, incident, policy, rule, runbook, setOf, target, witness } from '../support/rules.js';

// Two departments under one policy: what one may do ends where the other begins.

const teams = `teams:
  team-web: { pagerduty: PTEAM01, accounts: ["111122223333"], tags: { team: web }, approvers: [Ada@example.com], budget: 2/1h }
  team-checkout: { pagerduty: PTEAM02, accounts: ["444455556666"], regions: [eu-west-1] }`;
const set = setOf(policy().replace(/teams:[^\n]*/, teams), runbook(), rule('cpu', 'mode: { staging: auto }'));

function asked(change: Partial<ReturnType<typeof target>> = {}, effects: PastEffect[] = []) {
  const seen = {
    set,
    catalogue,
    incident: incident(),
    alert: alert(),
    witness: witness({ readAt: new Date(now).toISOString() }),
  };
  const read = target({ tags: { opssentinel: 'allow', team: 'web' }, readAt: new Date(now).toISOString(), ...change });
  const decision = planFor({ ...seen, ...matchAndAim(seen), hash, corroborable: true, target: read });
  if (!('plan' in decision)) throw new Error('because' in decision ? decision.because : 'no plan');
  const { plan } = decision;
  const around = { deploys: { seen: [], known: ['api'], unknown: [] }, calendars: { words: [], unknown: [] } };
  const nobody = { surroundings: { people: [], unknown: [] }, approvers: [], requesters: [], own: [], ourselves: [] };
  const step = plan.steps[0];
  if (!step) throw new Error('no step');
  const facts = guardFacts({ ...seen, ...around, ...nobody, now, incidentId: 'pagerduty:Q1', plan, step });
  const verdicts = judgeAll(guards, facts, calmState({ effects }), plan.limits);
  return { plan, of: (guard: string) => verdicts.find((one) => one.guard === guard) };
}

describe('M28: departments have their own ground, budget and people', () => {
  it('a rule acts on what belongs to its own team, and refuses what carries another team’s tag', () => {
    expect(asked().of('team')).toMatchObject({ verdict: 'allow', found: 'belongs to team-web' });
    expect(asked({ tags: { opssentinel: 'allow', team: 'checkout' } }).of('team')).toMatchObject({
      verdict: 'refuse',
      found: 'i-0aa11 does not carry the tag team=web of team-web',
    });
  });

  it('a team’s budget is its own: used up, people decide, whichever of its rules used it', () => {
    const used = [1, 2].map((n) => effectAgo(n * minute, { team: 'team-web', rule: `another-${n}` }));
    expect(asked({}, used).of('budget')).toMatchObject({ verdict: 'ask', found: '2 used of 2/1h for team team-web' });
    const others = used.map((effect) => ({ ...effect, team: 'team-checkout' }));
    expect(asked({}, others).of('budget')).toMatchObject({ verdict: 'allow' });
  });

  it('its approvers are those that the policy names, whoever is on call elsewhere', async () => {
    const rota = { with: (call: unknown) => call, onCall: async () => [{ id: 'PEVE', name: 'Eve', email: 'eve@example.com' }] };
    const registry = { sources: new Map([['pagerduty', rota]]) };
    const deps = { now: Date.now, rules: () => set, registry } as unknown as ActivityDeps;
    const about = { incident: 'pagerduty:Q1', ref: incident().ref, trust: 'signed' as const };
    const approvers = await new MockActivityEnvironment().run(() => approversNow(deps, about, incident(), 'team-web'));
    expect(approvers).toMatchObject({
      names: ['ada@example.com'],
      says: 'Ada@example.com',
    });
  });

  it('every plan names the team that answers for it, and its ground lies within the policy’s', () => {
    expect(asked().plan.team).toBe('team-web');
    const strange = policy().replace(/teams:[^\n]*/, 'teams: { team-web: { accounts: ["999999999999"] } }');
    expect(() => setOf(strange, runbook(), rule())).toThrow('account 999999999999 is in no environment of the policy');
  });
});
