import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alert, catalogue, incident, policy, rule, runbook, setOf, setWith, target, witness } from '../tests/support/rules.js';
import { matchAndAim, policyGuards, requireLines } from './decide.js';
import { armed, decide, inProd, planOf, refusalOf, type World } from './testkit/deciding.js';

describe('the mode', () => {
  const set = setWith(rule('cpu', armed));

  it("is the rule's for the environment, and observe where it says nothing", () => {
    expect(decide(set).concluded).toBe('act');
    expect(decide(setWith(rule('cpu', 'mode: { prod: auto }'))).concluded).toBe('observe');
    expect(decide(setWith(rule('cpu'))).concluded).toBe('observe');
  });

  it('is lowered to the ceiling of the environment, with the reason', () => {
    const decision = decide(set, inProd);
    expect(decision.concluded).toBe('ask');
    expect(planOf(decision).modeBecause).toBe('auto became approve: the policy allows at most approve in prod');
  });

  it('is lowered where nothing independent can confirm the alert', () => {
    const decision = decide(set, { corroborable: false });
    expect(decision.concluded).toBe('ask');
    expect(planOf(decision).modeBecause).toContain('nothing independent can confirm this alert');
  });

  it('is never auto for what is destructive, and wants two people', () => {
    const destructive = setOf(
      policy(),
      runbook('kill').replace('test.run', 'test.terminate').replace('risk: disruptive', 'risk: destructive'),
      rule('cpu', armed, 'run: kill'),
    );
    const plan = planOf(decide(destructive));
    expect([plan.mode, plan.approval.count]).toEqual(['approve', 2]);
    expect(plan.modeBecause).toContain('destructive');
  });
});

describe('the environment', () => {
  const set = setWith(rule('cpu', armed));
  it.each<[string, World, string]>([
    [
      'an unknown account',
      { alert: { account: '999999999999' } },
      'environment: account 999999999999 in eu-west-1 is in no environment',
    ],
    [
      'an unknown region',
      { alert: { region: 'us-east-1' } },
      'environment: account 111122223333 in us-east-1 is in no environment',
    ],
    [
      'an unknown service',
      { incident: { service: { id: 'PSVC999', name: 'x' } } },
      'environment: PagerDuty service PSVC999 is in no environment',
    ],
    [
      'account and service that contradict each other',
      { incident: { service: { id: 'PSVC002', name: 'x' } } },
      'environment: the alert comes from account 111122223333 (staging), but PagerDuty service PSVC002 belongs to prod',
    ],
    [
      'a target that was read elsewhere',
      { target: { account: '444455556666' } },
      'target: arn:test:i-0aa11 is not where the alert belongs',
    ],
  ])('refuses %s', (_what, world, says) => {
    expect(refusalOf(decide(set, world))).toContain(says);
  });

  it("is the service's where the alert names no account", () => {
    const over = { account: undefined, region: undefined } as never;
    expect(planOf(decide(set, { alert: over })).environment).toBe('staging');
  });
});

describe('the aim', () => {
  const set = setWith(rule('cpu', armed));
  it.each<[string, World, string]>([
    [
      'a label that is missing',
      { alert: { labels: { other: 'x' } }, witness: { labels: {} } },
      'target: alert.labels.InstanceId is not in this alert',
    ],
    [
      'alert and witness that differ',
      { alert: { labels: { InstanceId: 'i-0bb22' } } },
      'target: alert.labels.InstanceId: the alert says "i-0bb22", but test.alarm says "i-0aa11"',
    ],
    [
      'text that does not match the pattern',
      { alert: { labels: { InstanceId: 'i-0aa11; reboot' } }, witness: { labels: {} } },
      'is not a InstanceId of test.compute.instance',
    ],
    [
      'a target that is not there',
      { target: null },
      'target: there is no test.compute.instance i-0aa11 in account 111122223333, eu-west-1',
    ],
  ])('refuses %s', (_what, world, says) => {
    expect(refusalOf(decide(set, world))).toContain(says);
  });

  it('wants the whole text to match, also where a pattern forgot its anchors', () => {
    const type = catalogue.targets.get('test.compute.instance');
    if (!type) throw new Error('no target type');
    const loose = { ...catalogue, targets: new Map([[type.type, { ...type, select: { InstanceId: /i-[0-9a-f]{4,17}/g } }]]) };
    const aimAt = (id: string) =>
      matchAndAim({
        set,
        catalogue: loose,
        incident: incident(),
        alert: alert({ labels: { InstanceId: id } }),
        witness: witness({ labels: {} }),
      });
    expect(aimAt('i-0aa11; reboot').chosen).toBeUndefined();
    expect(aimAt('i-0aa11').chosen?.selector).toEqual({ InstanceId: 'i-0aa11' });
  });

  it("takes the witness' label where the alert has none", () => {
    const { chosen } = matchAndAim({ set, catalogue, incident: incident(), alert: alert({ labels: {} }), witness: witness() });
    expect(chosen?.selector).toEqual({ InstanceId: 'i-0aa11' });
  });

  it('cannot be moved by the alert when it is written down', () => {
    const fixed = setWith(rule('cpu', armed).replace('target: alert.labels.InstanceId', 'target: { InstanceId: i-0cc33 }'));
    const { chosen } = matchAndAim({
      set: fixed,
      catalogue,
      incident: incident(),
      alert: alert({ labels: { InstanceId: 'i-0dd44' } }),
      witness: witness(),
    });
    expect(chosen?.selector).toEqual({ InstanceId: 'i-0cc33' });
  });
});

describe('text of an alert', () => {
  const inputs = `inputs:
  path: { type: path, oneOf: [/, /var] }
  unit: { type: string, pattern: '^[a-z]{1,12}$' }
  keep: { type: int, min: 1, max: 14, default: 7 }
  age: { type: duration, min: 1h, max: 2d, default: 24h }`;
  const parameters =
    '{ Path: { from: inputs.path }, Unit: { from: inputs.unit }, Keep: { from: inputs.keep }, Age: { from: inputs.age, unit: hours }, Id: { from: target.name } }';
  const values =
    'with: { path: { from: alert.labels.path }, unit: { from: alert.labels.unit }, keep: { from: alert.labels.keep }, age: { from: alert.labels.age } }';
  const set = setOf(policy(), runbook('clean', inputs, parameters), rule('cpu', `${armed}\n${values}`, 'run: clean'));
  const good = { InstanceId: 'i-0aa11', path: '/var', unit: 'nginx', keep: '3', age: '2h' };
  const withLabels = (labels: Record<string, string>) => decide(set, { alert: { labels: { ...good, ...labels } } });

  it("reaches parameters as what the runbook's inputs say, in the unit that is asked for", () => {
    expect(planOf(withLabels({})).steps[0]?.params).toEqual({
      document: 'Restart',
      version: '7',
      parameters: { Path: '/var', Unit: 'nginx', Keep: '3', Age: '2', Id: 'i-0aa11' },
    });
  });

  it.each([
    ['path', '/data; rm -rf /', 'with.path: path must be one of /, /var'],
    ['unit', 'nginx && reboot', 'with.unit: unit must match'],
    ['unit', 'nginx\n', 'with.unit: unit must match'],
    ['keep', '99', 'with.keep: keep must be from 1 to 14; found 99'],
    ['keep', '1e1', 'with.keep: keep must be a whole number'],
    ['age', '90d', 'with.age: age must be from 1h to 2d'],
    ['age', '90m', 'restart'],
  ])('is refused with its place: %s %j', (name, value, says) => {
    const refusal = refusalOf(withLabels({ [name]: value }));
    expect(refusal).toContain(says === 'restart' ? 'clean.with.parameters.Age' : says);
  });

  const attacks = [
    '; reboot',
    '$(reboot)',
    '`id`',
    '| nc x 1',
    '&& rm -rf /',
    '../../etc',
    '{{ global:x }}',
    '${x}',
    '%0a',
    '\n',
    '\u0000',
    '--option',
    '\'"',
    '<script>',
    '\u2028',
    '*',
    'а',
  ];
  const hostile = fc
    .tuple(fc.constantFrom('nginx', '/var', '3', '2h', 'i-0aa11', ''), fc.constantFrom(...attacks), fc.string())
    .map((parts) => parts.join(''));

  it('never passes an injection, in whichever label it stands', () => {
    fc.assert(
      fc.property(fc.constantFrom('path', 'unit', 'keep', 'age', 'InstanceId'), hostile, (name, text) => {
        const decision = withLabels({ [name]: text });
        const shell = /[;&|$`<>(){}*'"\n\r\0\u2028 ]|\.\./;
        if ('plan' in decision)
          expect(
            JSON.stringify(Object.values((decision.plan.steps[0]?.params['parameters'] ?? {}) as object)).replace(/[[\]",]/g, ''),
          ).not.toMatch(shell);
        else expect(decision.concluded).toBe('refuse');
      }),
      { numRuns: 500 },
    );
  });
});

describe('require', () => {
  const set = setOf(
    policy(),
    runbook('restart', 'require: [target.count >= 2.0]'),
    runbook('last', 'require: ["target.state == \\"stopped\\""]'),
    rule('cpu', `${armed}\nrequire:\n  - target.state == "running"`, 'ladder: [{ run: restart }, { run: last }]'),
  );

  it('refuses with its place and what was found', () => {
    const stopped = { state: 'stopped', count: 3, disks: [], nested: {} };
    expect(refusalOf(decide(set, { target: { facts: stopped } }))).toBe(
      'require.0: required is target.state == "running"; found "stopped"',
    );
    expect(refusalOf(decide(set, { target: { facts: { state: 'running', count: 1 } } }))).toContain(
      'runbook.require.0: required is target.count >= 2.0; found 1',
    );
    expect(refusalOf(decide(set, { target: { facts: { state: 'running' } } }))).toContain('target.count: not in this target');
  });

  it('asks the lines of the step that is about to run', () => {
    expect(decide(set).concluded).toBe('act');
    expect(refusalOf(decide(set, { step: 1 }))).toContain('target.state == "stopped"');
    expect(requireLines(set, 'cpu', 'restart', target()).map(({ text, holds }) => [text, holds])).toEqual([
      ['target.count >= 2.0', true],
      ['target.state == "running"', true],
    ]);
  });

  it('calls nobody when the rule only observes', () => {
    const observing = setOf(policy(), runbook('restart', 'require: [target.count >= 9.0]'), rule('cpu'));
    const decision = decide(observing);
    expect(decision).toMatchObject({
      concluded: 'nothing',
      because: expect.stringContaining('cpu only observes here, and could not have acted'),
    });
  });
});

describe('what admission asks of the policy', () => {
  it('always protects what is marked never', () => {
    const set = setOf(policy('protected: [{ arn: "arn:aws:rds:*" }]'), runbook(), rule('cpu'));
    expect(policyGuards(set, 'staging')).toEqual({
      protected: [{ tag: { opssentinel: 'never' } }, { arn: 'arn:aws:rds:*' }],
      optInTag: { key: 'opssentinel', value: 'allow' },
    });
  });
});
