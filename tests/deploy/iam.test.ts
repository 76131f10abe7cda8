import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { installation, sha256 } from '../../cli/installation.js';
import { shippedRights } from '../../cli/rights/shipped.js';
import type { Target } from '../../domain/target.js';
import { startTestSandbox, type TestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { loadRules } from '../../rules/language/load.js';
import type { RuleSet } from '../../rules/language/set.js';
import { root } from '../support/root.js';
import { allows, type Asked, fits, type Policy } from './iam/evaluate.js';
import { askedBy, type TrailEvent } from './iam/requests.js';
import { type Walked, walk } from './iam/walk.js';

let sandbox: TestSandbox;
let walked: Walked;
let files: Map<string, string>;
let set: RuleSet;
let anotherTag: ReadonlyMap<string, Target>;

beforeAll(async () => {
  sandbox = await startTestSandbox(0.02);
  files = await shippedRights();
  const loaded = await loadRules(join(root, 'rules', 'library'), installation({}).catalogue, sha256);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  set = loaded.set;
  walked = await walk(sandbox, set);
  anotherTag = new Map([...walked.targets].map(([id, target]) => [id, { ...target, tags: { opssentinel: 'never' } }]));
}, 120_000);
afterAll(() => sandbox.close());

const kinds: Readonly<Record<string, string>> = { OpsSentinelRead: 'read', OpsSentinelAct: 'act' };
const policy = (path: string): Policy => JSON.parse(files.get(path) ?? `"there is no ${path}"`) as Policy;
const policiesOf = (account: string, kind: string): Policy[] =>
  [...files.keys()].filter((path) => new RegExp(`^${account}/${kind}(-\\d+)?\\.json$`).test(path)).map(policy);
const byRole = (): TrailEvent[] => walked.events.filter(({ role }) => role !== '');
const asked = (event: TrailEvent, targets: ReadonlyMap<string, Target> = walked.targets): Asked[] => askedBy(event, targets);
const said = ({ role, account, operation }: TrailEvent): string => `${role} ${account} ${operation}`;

/** Every right of these policies, one action and one resource at a time, with the account's number left out. */
const rightsIn = (account: string, kind: string): string[] =>
  policiesOf(account, kind).flatMap(({ Statement }) =>
    Statement.flatMap(({ Action = [], Resource = [] }) =>
      Action.flatMap((action) => Resource.map((resource) => `${kind} ${action} ${resource.replaceAll(account, 'ACCOUNT')}`)),
    ),
  );

/** Rights that no run of the shipped runbooks in the sandbox makes use of, and why they are given all the same. */
const unused: readonly [right: RegExp, because: string][] = [
  [/^act lambda:(List|Get)Durable/, 'only after a lost answer of a durable function, and the shipped one is not durable'],
  [
    /^read lambda:GetFunctionConfiguration \S+:function:[\w-]+$/,
    'AWS asks for the one with or without version; both name this function alone',
  ],
];

describe('the generated policies against what the simulated AWS saw called (M18, row 47)', () => {
  it('every shipped runbook was run, wherever the sandbox has something for it', () => {
    const ran = [...walked.runbooks].map((one) => one.split(' ')[1]);
    expect(new Set(ran)).toEqual(new Set(set.rules.flatMap(({ steps }) => steps.map(({ runbook }) => runbook))));
    expect(new Set(byRole().map(({ role }) => role))).toEqual(new Set(Object.keys(kinds)));
  });

  it('M20: every call of a role tells in CloudTrail for which incident it was made', () => {
    expect(byRole().length).toBeGreaterThan(50);
    for (const event of byRole())
      expect(event).toMatchObject({
        session: 'os-pagerduty=QTEST0001',
        sourceIdentity: 'pagerduty=QTEST0001',
        incident: 'pagerduty:QTEST0001',
      });
  });

  it('allow everything that was called, by each role and in each account', () => {
    const refused = byRole().flatMap((event) =>
      asked(event)
        .filter((one) => !allows(policiesOf(event.account, kinds[event.role] ?? ''), one))
        .map(({ action, resource }) => `${said(event)}: ${action} on ${resource}`),
    );
    expect([...new Set(refused)]).toEqual([]);
  });

  it('allow nothing wider: every right was made use of, but for a short list', () => {
    const used = new Set<string>();
    for (const event of byRole()) {
      const kind = kinds[event.role] ?? '';
      for (const one of asked(event))
        for (const { Statement } of policiesOf(event.account, kind))
          for (const { Resource = [], ...rest } of Statement)
            for (const resource of Resource)
              if (fits({ ...rest, Resource: [resource] }, one))
                used.add(`${kind} ${one.action} ${resource.replaceAll(event.account, 'ACCOUNT')}`);
    }
    const accounts = [...new Set([...files.keys()].map((path) => path.split('/')[0] ?? ''))];
    const given = new Set(accounts.flatMap((account) => [...rightsIn(account, 'act'), ...rightsIn(account, 'read')]));
    const left = [...given].filter((right) => !used.has(right));
    expect(left.filter((right) => !unused.some(([pattern]) => pattern.test(right)))).toEqual([]);
    for (const [pattern] of unused) expect(left.some((right) => pattern.test(right))).toBe(true);
  });

  it('the reading role may write nothing, and neither role may do what the other does', () => {
    for (const event of byRole()) {
      const writes = !/:(Describe|Get|List|Lookup)/.test(event.operation);
      if (!writes) continue;
      expect([said(event), kinds[event.role]]).toEqual([said(event), 'act']);
      expect(asked(event).some((one) => !allows(policiesOf(event.account, 'read'), one))).toBe(true);
    }
  });
});

describe('what they pin', () => {
  const of = (operation: string): TrailEvent => {
    const found = byRole().find((event) => event.operation === operation);
    if (!found) throw new Error(`${operation} was not called`);
    return found;
  };
  const may = (event: TrailEvent, targets?: ReadonlyMap<string, Target>): boolean =>
    asked(event, targets).every((one) => allows(policiesOf(event.account, 'act'), one));
  const other = (event: TrailEvent, given: Record<string, unknown>): TrailEvent => ({
    ...event,
    requestParameters: { ...event.requestParameters, ...given },
  });

  it('another version of a document or a function is refused', () => {
    const start = of('ssm:StartAutomationExecution');
    expect(may(start)).toBe(true);
    expect(may(other(start, { DocumentVersion: '8' }))).toBe(false);
    expect(may(other(start, { DocumentVersion: '$LATEST' }))).toBe(false);
    const invoke = of('lambda:Invoke');
    expect(may(invoke)).toBe(true);
    expect(may(other(invoke, { qualifier: '99' }))).toBe(false);
    expect(may(other(invoke, { qualifier: '$LATEST' }))).toBe(false);
  });

  it('another document, function, group or role is refused', () => {
    const start = of('ssm:StartAutomationExecution');
    expect(may(other(start, { DocumentName: 'AWS-RunShellScript' }))).toBe(false);
    expect(may(other(start, { Parameters: { AutomationAssumeRole: [`arn:aws:iam::${start.account}:role/Admin`] } }))).toBe(false);
    expect(may(other(of('ssm:SendCommand'), { DocumentName: 'AWS-RunShellScript' }))).toBe(false);
    expect(may(other(of('lambda:Invoke'), { functionName: 'payroll' }))).toBe(false);
    expect(may(other(of('autoscaling:SetDesiredCapacity'), { AutoScalingGroupName: 'ledger' }))).toBe(false);
  });

  it('what is not tagged for it is refused, wherever AWS can look at the tag', () => {
    for (const operation of ['ssm:SendCommand', 'autoscaling:SetDesiredCapacity']) {
      expect([operation, may(of(operation))]).toEqual([operation, true]);
      expect([operation, may(of(operation), anotherTag)]).toEqual([operation, false]);
      expect([operation, may(of(operation), new Map())]).toEqual([operation, false]);
    }
  });
});

describe('who may become a role', () => {
  const session = {
    'sts:RoleSessionName': ['os-pagerduty=Q0HX7KD'],
    'sts:SourceIdentity': ['pagerduty=Q0HX7KD'],
    'aws:RequestTag/opssentinel:incident': ['pagerduty:Q0HX7KD'],
    'aws:TagKeys': ['opssentinel:incident'],
  };
  /** STS asks for the rights to name and to tag only where somebody does. */
  const rights = (context: Asked['context']): string[] => [
    'sts:AssumeRole',
    ...(context['sts:SourceIdentity'] ? ['sts:SetSourceIdentity'] : []),
    ...(context['aws:TagKeys'] ? ['sts:TagSession'] : []),
  ];
  const trusts = (path: string, context: Asked['context']): boolean =>
    rights(context).every((action) => allows([policy(path)], { action, resource: '*', context }));

  it('every session that was asked for would have been given', () => {
    const sessions = walked.events.filter(({ operation }) => operation === 'sts:AssumeRole');
    expect(sessions.length).toBeGreaterThan(1);
    for (const { requestParameters: form } of sessions) {
      const [, account, role = ''] = /^arn:aws:iam::(\d{12}):role\/(\w+)$/.exec(String(form['RoleArn'])) ?? [];
      const context = {
        'sts:RoleSessionName': [String(form['RoleSessionName'])],
        'sts:SourceIdentity': [String(form['SourceIdentity'])],
        [`aws:RequestTag/${String(form['Tags.member.1.Key'])}`]: [String(form['Tags.member.1.Value'])],
        'aws:TagKeys': [String(form['Tags.member.1.Key'])],
      };
      expect([role, trusts(`${account}/${kinds[role]}-trust.json`, context)]).toEqual([role, true]);
    }
  });

  it.each(['sts:SourceIdentity', 'aws:RequestTag/opssentinel:incident', 'sts:RoleSessionName'])('nobody without %s', (key) => {
    const untagged = key.startsWith('aws:RequestTag') ? ['aws:TagKeys'] : [];
    const rest = Object.fromEntries(Object.entries(session).filter(([name]) => name !== key && !untagged.includes(name)));
    for (const kind of ['read', 'act']) {
      expect(trusts(`444455556666/${kind}-trust.json`, session)).toBe(true);
      expect(trusts(`444455556666/${kind}-trust.json`, rest)).toBe(false);
    }
  });

  it('no other tag comes in with a session', () => {
    const more = { ...session, 'aws:TagKeys': ['opssentinel:incident', 'admin'] };
    expect(trusts('444455556666/act-trust.json', more)).toBe(false);
  });

  it('an automation’s role serves SSM for executions of its own account alone', () => {
    const trust = policy('444455556666/automation-trust.json');
    const from = (account: string): Asked => ({
      action: 'sts:AssumeRole',
      resource: '*',
      context: {
        'aws:SourceAccount': [account],
        'aws:SourceArn': [`arn:aws:ssm:eu-west-1:${account}:automation-execution/1`],
      },
    });
    expect(trust.Statement.map(({ Principal }) => Principal)).toEqual([{ Service: ['ssm.amazonaws.com'] }]);
    expect([allows([trust], from('444455556666')), allows([trust], from('111122223333'))]).toEqual([true, false]);
  });
});

describe('the boundary', () => {
  const everything: Policy = {
    Version: '2012-10-17',
    Statement: [{ Sid: 'x', Effect: 'Allow', Action: ['*'], Resource: ['*'] }],
  };
  const within = (account: string, one: Asked): boolean =>
    allows([everything], one) && allows([policy(`${account}/boundary.json`)], one);

  it('lets through everything that the roles need, and what an automation’s steps need', () => {
    for (const event of byRole())
      for (const one of asked(event)) expect([said(event), within(event.account, one)]).toEqual([said(event), true]);
    for (const { Action = [] } of policy('444455556666/automation.json').Statement)
      for (const action of Action)
        expect([action, within('444455556666', { action, resource: 'arn:aws:x', context: {} })]).toEqual([action, true]);
  });

  it.each([
    'ec2:TerminateInstances',
    'ec2:ModifyInstanceAttribute',
    'autoscaling:DeleteAutoScalingGroup',
    'cloudtrail:StopLogging',
    'cloudtrail:DeleteTrail',
    'cloudtrail:PutEventSelectors',
    'autoscaling:TerminateInstanceInAutoScalingGroup',
    'rds:DeleteDBInstance',
    'ecs:DeleteService',
    'lambda:UpdateFunctionCode',
    'ssm:UpdateDocument',
    'ssm:GetParameter',
    'ssm:StartSession',
    'iam:CreateUser',
    'iam:PutRolePolicy',
    'sts:AssumeRole',
    's3:GetObject',
    'kms:Decrypt',
  ])('refuses %s although another policy allows everything', (action) => {
    const one = { action, resource: 'arn:aws:x', context: {} };
    expect(within('444455556666', one)).toBe(false);
    // By a refusal of its own, not only for want of a permission: no other policy can outweigh it.
    expect(allows([everything, policy('444455556666/boundary.json')], one)).toBe(false);
  });

  it('refuses to pass any other role, and to touch what the policy protects', () => {
    const pass = (role: string): Asked => ({
      action: 'iam:PassRole',
      resource: `arn:aws:iam::444455556666:role/${role}`,
      context: {},
    });
    expect([within('444455556666', pass('OpsSentinelAutomation')), within('444455556666', pass('Admin'))]).toEqual([true, false]);
    const stop = (tag: string): Asked => ({
      action: 'ec2:StopInstances',
      resource: 'arn:aws:ec2:eu-west-1:444455556666:instance/i-0ee55ff66aa77bb88',
      context: { 'aws:ResourceTag/opssentinel': [tag] },
    });
    expect([within('444455556666', stop('allow')), within('444455556666', stop('never'))]).toEqual([true, false]);
  });
});
