import { describe, expect, it } from '@jest/globals';
import { policy, rule, runbook, setOf, setWith } from '../tests/support/rules.js';
import { armed, decide, inProd, planOf } from './testkit/deciding.js';

describe('the plan', () => {
  const set = setWith(rule('cpu', `${armed}\nreport: { pagerduty: { resolve: whenVerified } }`));

  it('is a value: the same inputs give the same hash, and what moves by itself is not in it', () => {
    const plan = planOf(decide(set));
    expect(planOf(decide(set)).hash).toBe(plan.hash);
    expect(
      planOf(
        decide(set, { target: { facts: { state: 'running', count: 9, disks: [], nested: {} }, readAt: '2027-01-01T00:00:00Z' } }),
      ).hash,
    ).toBe(plan.hash);
    expect(planOf(decide(set, { target: { id: 'arn:test:other' } })).hash).not.toBe(plan.hash);
    expect(plan.report).toEqual({ resolve: 'whenVerified' });
  });

  it('says of the ServiceNow ticket only that it is resolved: a plan without it keeps its hash', () => {
    const reporting = (report: string, source = 'pagerduty') =>
      planOf(
        decide(setWith(rule('cpu', `${armed}\nreport: { ${report} }`)), {
          incident: { ref: { source, externalId: 'Q1', generation: '0' } },
        }),
      );
    const both = 'pagerduty: { resolve: whenVerified }, servicenow: { resolve: whenVerified }';
    expect(reporting(both).report).toEqual({ resolve: 'whenVerified', servicenow: 'whenVerified' });
    // What is told as ever changes no hash.
    expect(reporting('grafana: { annotate: true, silence: true }').report).toEqual({ resolve: 'never' });
    expect(reporting('grafana: { annotate: false, silence: true }').report.grafana).toEqual({ annotate: false });
    expect(reporting('grafana: { silence: false }').report.grafana).toEqual({ silence: false });
    expect(reporting('servicenow: { resolve: never }').report).toEqual({ resolve: 'never' });
    expect(reporting('servicenow: { resolve: whenVerified }').report).toEqual({ resolve: 'never', servicenow: 'whenVerified' });
    // A ticket that is the incident itself is resolved by its own word, not by PagerDuty's.
    expect(reporting('servicenow: { resolve: whenVerified }', 'servicenow').report.resolve).toBe('whenVerified');
    expect(reporting('pagerduty: { resolve: whenVerified }', 'servicenow').report.resolve).toBe('never');
  });

  it('has a channel only where the rule names one: a plan without it keeps its hash, whatever the team’s is', () => {
    const plain = planOf(decide(setWith(rule('cpu', armed))));
    expect(plain.report).toEqual({ resolve: 'never' });
    const told = planOf(decide(setWith(rule('cpu', `${armed}\nreport: { slack: "#web-oncall" }`))));
    expect(told.report).toEqual({ resolve: 'never', slack: '#web-oncall' });
  });

  it('has the defaults of the product where nobody says anything', () => {
    const { limits, approval, steps, pace } = planOf(decide(set));
    expect(limits).toMatchObject({
      firingForMs: 60_000,
      cooldownMs: 1_800_000,
      budget: { rule: { count: 5 }, service: { count: 10 }, all: { count: 20 } },
      onAcknowledge: 'standDown',
      startByMs: 600_000,
      deploysMs: 2_400_000,
      deploysFrom: [],
    });
    expect(limits.setBy['cooldown']).toBe('default');
    expect(approval).toEqual({ from: 'on-call', count: 1, expiresInMs: 900_000, signals: 'count' });
    expect(steps[0]?.verify).toEqual({ alertCleared: true, checks: [], forMs: 300_000, withinMs: 900_000 });
    expect(pace.profile).toBe('standard');
    // Not even as undefined: a plan whose runbook says nothing of it keeps its hash.
    expect(steps[0]).not.toHaveProperty('stopOn');
  });

  it('joins policy and rule, and says who set each figure', () => {
    const joined = setOf(
      policy('guards:\n  cooldown: { default: 20m, limit: 10m }\n  budget: { default: 4/1h, limit: 20/1h, all: 8/1h }'),
      runbook(),
      rule('cpu', `${armed}\nguards: { cooldown: 2h, firingFor: 5m, onAcknowledge: ask }`),
    );
    const { limits } = planOf(decide(joined));
    expect(limits).toMatchObject({
      cooldownMs: 7_200_000,
      firingForMs: 300_000,
      onAcknowledge: 'ask',
      budget: { rule: { count: 4 }, all: { count: 8 } },
    });
    expect(limits.setBy).toMatchObject({
      cooldown: expect.stringMatching(/^rules\/test\.yaml:\d+$/),
      'budget.rule': 'test.yaml:9',
      startBy: 'default',
    });
  });

  it('row 18: the policy names who must know of deployments, and how long after one; a rule may make it longer', () => {
    const company = policy('guards:\n  deploys: { from: [api, pagerduty.change-events], after: 20m }');
    const { limits } = planOf(decide(setOf(company, runbook(), rule('cpu', armed))));
    expect(limits).toMatchObject({ deploysMs: 1_200_000, deploysFrom: ['api', 'pagerduty.change-events'] });
    expect(limits.setBy['deploys']).toBe('test.yaml:8');
    const longer = rule('cpu', `${armed}\nguards: { deploys: { after: 1h } }`);
    expect(planOf(decide(setOf(company, runbook(), longer))).limits.deploysMs).toBe(3_600_000);
  });

  it('is only ever shortened by the sandbox profile, and its cooldown stays', () => {
    const sandbox = setOf(policy('profile: sandbox'), runbook(), rule('cpu', armed));
    const { limits, steps, pace } = planOf(decide(sandbox));
    expect([limits.firingForMs, limits.cooldownMs, steps[0]?.verify.forMs, steps[0]?.verify.withinMs]).toEqual([
      1_000, 1_800_000, 3_000, 8_000,
    ]);
    expect(limits.setBy['firingFor']).toBe('profile sandbox');
    expect(pace).toEqual({ profile: 'sandbox', pollMs: 250, heartbeatMs: 2_000, adoptEveryMs: 200 });
  });

  it("has every step of the ladder, with its own verification and the runbook's check", () => {
    const ladder =
      'ladder:\n  - run: restart\n    verify: { check: test.below, with: { percent: 75 }, for: 2m, within: 10m }\n  - run: checked';
    const { steps } = planOf(
      decide(setOf(policy(), runbook(), runbook('checked', 'check: test.well'), rule('cpu', armed, ladder))),
    );
    expect(
      steps.map(({ runbook: name, verify }) => [
        name,
        verify.alertCleared,
        verify.checks.map(({ check }) => check),
        verify.forMs,
      ]),
    ).toEqual([
      ['restart', false, ['test.below'], 120_000],
      ['checked', true, ['test.well'], 300_000],
    ]);
  });

  it('takes version and hash of the environment', () => {
    const pinned = setOf(
      policy(),
      runbook().replace('version: "7"', 'version: { staging: "12", prod: "7" }'),
      rule('cpu', armed),
    );
    expect(planOf(decide(pinned)).steps[0]?.params['version']).toBe('12');
    expect(planOf(decide(pinned, inProd)).steps[0]?.params['version']).toBe('7');
  });

  it('belongs to what the rule says: logic hash without the mode, file hash with it', () => {
    const [one, two] = [setWith(rule('cpu', armed)), setWith(rule('cpu', `${armed}\ndescription: other`))].map(
      (each) => planOf(decide(each)).rule,
    );
    expect(two?.logicHash).toBe(one?.logicHash);
    expect(two?.fileHash).not.toBe(one?.fileHash);
    const other = planOf(decide(setOf(policy(), runbook('restart', 'timeout: 3m'), rule('cpu', armed)))).rule;
    expect(other.logicHash).not.toBe(one?.logicHash);
  });
});
