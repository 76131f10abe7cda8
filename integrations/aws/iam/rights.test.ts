import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/json.js';
import type { RightsFile, RightsNeed, RightsWish } from '../../contract/rights.js';
import { lambdaInvoke } from '../actions/lambda-invoke.js';
import { ssmStartAutomation } from '../actions/ssm-start-automation.js';
import { documentRights } from './automation.js';
import { iamRights } from './rights.js';
import { sizeOf } from './size.js';

const place = { account: '111122223333', region: 'eu-west-1' };

const automation = (params: JsonObject, over: Partial<RightsNeed> = {}): RightsNeed => ({
  ...place,
  because: 'runbook restart',
  acts: true,
  grants: ssmStartAutomation.grants?.({ ...place, params }) ?? [],
  params,
  permissions: [],
  ...over,
});

const make = (needs: RightsNeed[], over: Partial<RightsWish> = {}) =>
  iamRights.make({
    accounts: [{ account: place.account, regions: [place.region], read: 'Reader', act: 'Actor' }],
    needs,
    able: ['ec2:RebootInstances', 'ec2:DescribeInstances'],
    protected: [],
    principals: {},
    documents: new Map(),
    ...over,
  });

const restart = { document: 'Restart', version: '7' };
const step = (action: string, inputs: JsonObject): JsonObject => ({ name: 'one', action, inputs });
const document = (...mainSteps: JsonObject[]): JsonObject => ({ schemaVersion: '0.3', mainSteps });
const file = (files: RightsFile[], name: string): RightsFile => {
  const found = files.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name} among ${files.map((one) => one.name).join(', ')}`);
  return found;
};
const rightsOf = ({ lines }: RightsFile): string[] => lines.flatMap(({ actions }) => actions).sort();

describe('the roles', () => {
  it('are named as the policy names them, and trust whoever is named', () => {
    const principal = 'arn:aws:iam::999988887777:role/Worker';
    const { files } = make([automation(restart)], { principals: { act: [principal] } });
    expect(file(files, 'act.json').role).toBe('Actor');
    expect(file(files, 'read.json').role).toBe('Reader');
    expect(JSON.stringify(file(files, 'act-trust.json').document)).toContain(principal);
    const read = JSON.stringify(file(files, 'read-trust.json').document);
    for (const reader of ['Decide', 'Tell']) expect(read).toContain(`:iam::111122223333:role/OpsSentinel${reader}"`);
    expect(read).not.toContain('OpsSentinelEffect');
  });

  it('N1: what every rule only observes needs rights to read alone', () => {
    const { files } = make([automation(restart, { acts: false })]);
    expect(files.map(({ name }) => name)).toEqual(['act-trust.json', 'boundary.json', 'read-trust.json', 'read.json']);
    const reads = [
      'cloudtrail:LookupEvents',
      'ssm:DescribeAutomationExecutions',
      'ssm:DescribeDocument',
      'ssm:GetAutomationExecution',
      'ssm:ListTagsForResource',
    ];
    expect(rightsOf(file(files, 'read.json')).sort()).toEqual(reads);
  });

  it('a role to pass that an alert could choose is refused', () => {
    expect(() => make([automation({ ...restart, assumeRole: '*' })])).toThrow(/runbook restart may pass any role/);
  });

  it('another partition is another ARN', () => {
    const china = { account: '111122223333', region: 'cn-north-1' };
    const grants = lambdaInvoke.grants?.({ ...china, params: { function: 'fix', version: '7' } }) ?? [];
    const { files } = make([{ ...china, because: 'x', acts: true, grants, permissions: ['ecs:DescribeServices'] }], {
      accounts: [{ account: china.account, regions: [china.region], read: 'Reader', act: 'Actor' }],
    });
    expect(file(files, 'act.json').lines[0]?.resources).toEqual(['arn:aws-cn:lambda:cn-north-1:111122223333:function:fix:7']);
    for (const { document: text } of files) expect(JSON.stringify(text)).not.toContain('"arn:aws:');
  });

  it('many runbooks become several policies, none of them beyond the limit', () => {
    const needs = Array.from({ length: 60 }, (_, index) =>
      automation({ document: `Document-${index}-${'x'.repeat(60)}`, version: `${index + 1}` }),
    );
    const { files } = make(needs);
    const acting = files.filter(({ name }) => /^act-\d/.test(name));
    expect(acting.length).toBeGreaterThan(1);
    for (const { document: text } of files) expect(sizeOf(text)).toBeLessThanOrEqual(6_144);
    expect(new Set(acting.flatMap(({ lines }) => lines.flatMap(({ resources }) => resources))).size).toBeGreaterThan(60);
  });
});

describe('the role that an automation acts as', () => {
  const steps = (...mainSteps: JsonObject[]) =>
    make([automation(restart)], { documents: new Map([['Restart', document(...mainSteps)]]) });

  it('has the rights of the steps: reads as they are, writes on what is tagged', () => {
    const { files, notes } = steps(
      step('aws:assertAwsResourceProperty', { Service: 'ec2', Api: 'DescribeInstances' }),
      step('aws:changeInstanceState', { DesiredState: 'stopped' }),
      step('aws:sleep', { Duration: 'PT1M' }),
      step('aws:executeAwsApi', { Service: 'ecs', Api: 'UpdateService' }),
    );
    expect(notes).toEqual([]);
    const { lines, role } = file(files, 'automation.json');
    expect(role).toBe('OpsSentinelAutomation');
    expect(lines.filter(({ conditions }) => conditions !== undefined)).toEqual([
      expect.objectContaining({
        actions: ['ec2:StopInstances'],
        resources: ['arn:aws:ec2:eu-west-1:111122223333:instance/*'],
        conditions: { StringEquals: { 'aws:ResourceTag/opssentinel': 'allow' } },
      }),
      expect.objectContaining({
        actions: ['ecs:UpdateService'],
        resources: ['arn:aws:ecs:eu-west-1:111122223333:service/*'],
        conditions: { StringEquals: { 'aws:ResourceTag/opssentinel': 'allow' } },
      }),
    ]);
    expect(lines.filter(({ conditions }) => conditions === undefined).flatMap(({ actions }) => actions)).toEqual([
      'ec2:DescribeInstanceStatus',
      'ec2:DescribeInstances',
    ]);
  });

  it('may send the named command document alone, to instances that are tagged', () => {
    const { files } = steps(step('aws:runCommand', { DocumentName: 'Restart-Command' }));
    expect(file(files, 'automation.json').lines.filter(({ actions }) => actions.includes('ssm:SendCommand'))).toEqual([
      expect.objectContaining({ resources: ['arn:aws:ssm:eu-west-1:111122223333:document/Restart-Command'] }),
      expect.objectContaining({
        resources: ['arn:aws:ec2:eu-west-1:111122223333:instance/*'],
        conditions: { StringEquals: { 'ssm:resourceTag/opssentinel': 'allow' } },
      }),
    ]);
  });

  it.each([
    ['an action that is not known', step('aws:createStack', {}), /does aws:createStack/],
    [
      'a write that is not known',
      step('aws:executeAwsApi', { Service: 'ec2', Api: 'TerminateInstances' }),
      /calls ec2:TerminateInstances/,
    ],
    ['a termination', step('aws:changeInstanceState', { DesiredState: 'terminated' }), /calls ec2:TerminateInstances/],
    ['a state that comes with the alert', step('aws:changeInstanceState', { DesiredState: '{{ State }}' }), /calls ec2:a state/],
    ['a command that comes with the alert', step('aws:runCommand', { DocumentName: '{{ Name }}' }), /known only at run time/],
  ])('is given nothing for %s, and that is said', (_name, one, says) => {
    const { grants, unknown } = documentRights('Restart', document(one), place);
    expect(grants).toEqual([]);
    expect(unknown).toEqual([expect.stringMatching(says)]);
  });

  it('says which document it does not know', () => {
    const { files, notes } = make([automation(restart)]);
    expect(notes).toEqual([expect.stringMatching(/The document Restart .* is not in the folder of documents.*--documents/)]);
    expect(files.some(({ name }) => name === 'automation.json')).toBe(false);
  });

  it('is another one where a runbook names another', () => {
    const { files } = make([automation({ ...restart, assumeRole: 'Fixer' })], {
      documents: new Map([['Restart', document(step('aws:changeInstanceState', { DesiredState: 'running' }))]]),
    });
    expect(file(files, 'automation-Fixer.json').role).toBe('Fixer');
    expect(JSON.stringify(file(files, 'boundary.json').document)).toContain('role/Fixer');
  });
});

it('the policy’s protected ARNs are refused by the boundary', () => {
  const { files } = make([automation(restart)], { protected: [{ arn: 'arn:aws:rds:eu-west-1:111122223333:db:ledger' }] });
  const { Statement: all } = file(files, 'boundary.json').document as {
    Statement: { Sid: string; Action?: string[]; Resource?: string[] }[];
  };
  expect(all.find(({ Sid }) => Sid === 'Protected1')).toMatchObject({
    Effect: 'Deny',
    Action: ['ec2:RebootInstances'],
    Resource: ['arn:aws:rds:eu-west-1:111122223333:db:ledger'],
  });
});
