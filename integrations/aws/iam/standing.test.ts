import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/json.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import type { RightsFile, RightsLine } from '../../contract/rights.js';
import { connectSandbox } from '../testkit/samples.js';
import { iamStanding } from './standing.js';

// The real SDK against IAM's SimulatePrincipalPolicy on the wire, and the policies that `opssentinel iam` has written.

const sandbox = shared(startTestSandbox);

const account = '444455556666';
interface Statement {
  Sid: string;
  Effect: 'Allow' | 'Deny';
  Action: string[];
  Resource: string[];
  Condition?: JsonObject;
}
const written = (name: string): Statement[] =>
  (
    JSON.parse(readFileSync(new URL(`../../../deploy/aws/iam/${account}/${name}.json`, import.meta.url), 'utf8')) as {
      Statement: Statement[];
    }
  ).Statement;
const act = written('act');
const linesOf = (statements: readonly Statement[]): RightsLine[] =>
  statements.map(({ Sid, Action, Resource, Condition }) => ({
    sid: Sid,
    actions: Action,
    resources: Resource,
    ...(Condition === undefined ? {} : { conditions: Condition }),
    because: [`what needs ${Sid}`],
  }));
const fileOf = (lines: readonly RightsLine[], role = 'OpsSentinelAct'): RightsFile => ({
  account,
  name: 'act.json',
  role,
  summary: '',
  document: {},
  lines,
});
const statement = (sid: string): Statement => act.find(({ Sid }) => Sid === sid) as Statement;
const only = (sid: string): RightsFile => fileOf(linesOf([statement(sid)]));
const give = (policies: readonly Statement[], more: object = {}) =>
  sandbox.tell('aws', 'settings', { role: { account, name: 'OpsSentinelAct', policies: [{ Statement: policies }], ...more } });
const compare = (file: RightsFile = fileOf(linesOf(act)), region = 'eu-west-1') =>
  iamStanding.compare(testCall(connectSandbox(sandbox.address), { place: { account: '', region } }), file);

describe('M18: what a role has of what it needs', () => {
  it('with exactly the written policy it lacks nothing', async () => {
    await give(act);
    expect(await compare()).toMatchObject({ there: true, lacking: { lines: [] }, refused: [], unknown: [] });
  });

  it.each(act.map(({ Sid }) => Sid))('without %s it lacks that, as the statement to add, and nothing else', async (sid) => {
    await give(act.filter(({ Sid }) => Sid !== sid));
    const { lacking, refused } = await compare();
    const { Action, Resource, Condition } = statement(sid);
    expect(lacking.lines).toHaveLength(1);
    expect(lacking.lines[0]).toMatchObject({ actions: Action, resources: Resource, because: [`what needs ${sid}`] });
    expect(lacking.lines[0]?.conditions).toEqual(Condition);
    expect(lacking.document).toMatchObject({ Statement: [{ Effect: 'Allow', Action, Resource }] });
    expect(refused).toEqual([]);
  });

  it('of a statement that is given in part it lacks the rest', async () => {
    const { Resource, ...rest } = statement('SendPinnedCommand');
    await give([...act.filter(({ Sid }) => Sid !== 'SendPinnedCommand'), { ...rest, Resource: [Resource[0] as string] }]);
    expect((await compare()).lacking.lines).toMatchObject([{ actions: ['ssm:SendCommand'], resources: [Resource[1]] }]);
  });

  it('a wider policy is enough; one for another version, another tag or another region is not', async () => {
    await give([{ Sid: 'x', Effect: 'Allow', Action: ['lambda:*'], Resource: ['arn:aws:lambda:*:*:function:ops-*'] }]);
    expect((await compare(only('InvokePinnedFunction'))).lacking.lines).toEqual([]);
    for (const [sid, change] of [
      ['InvokePinnedFunction', { Resource: ['arn:aws:lambda:eu-west-1:444455556666:function:ops-restart-instance:6'] }],
      ['SetDesiredCapacity', { Condition: { StringEquals: { 'aws:ResourceTag/opssentinel': 'never' } } }],
      ['Execution', { Resource: ['arn:aws:ssm:eu-central-1:444455556666:automation-execution/*'] }],
    ] as const) {
      await give([{ ...statement(sid), ...change } as Statement]);
      const { lacking } = await compare(only(sid));
      expect([sid, lacking.lines.flatMap(({ actions }) => actions)]).toEqual([sid, statement(sid).Action]);
    }
  });

  it('every version of a document that a statement names has to be allowed', async () => {
    const starts = {
      ...statement('StartPinned'),
      Condition: { 'ForAnyValue:StringEquals': { 'ssm:DocumentVersion': ['7', '8'] } },
    };
    await give(act);
    expect((await compare(fileOf(linesOf([starts])))).lacking.lines).toMatchObject([{ actions: starts.Action }]);
    await give([starts]);
    expect((await compare(fileOf(linesOf([starts])))).lacking.lines).toEqual([]);
  });

  it.each([
    ['a policy that denies it', {}, 'a policy that denies it'],
    [
      'the boundary',
      { boundary: { Statement: [{ Effect: 'Allow', Action: 'ssm:*', Resource: '*' }] } },
      'its permissions boundary',
    ],
    [
      'the organisation',
      {
        organisation: {
          Statement: [
            { Effect: 'Deny', Action: 'lambda:*', Resource: '*' },
            { Effect: 'Allow', Action: '*', Resource: '*' },
          ],
        },
      },
      'a service control policy of the organisation',
    ],
  ])('what is refused by %s is no missing statement', async (_who, more, by) => {
    const denied: Statement = { Sid: 'No', Effect: 'Deny', Action: ['lambda:InvokeFunction'], Resource: ['*'] };
    await give(Object.keys(more).length === 0 ? [...act, denied] : act, more);
    const { lacking, refused } = await compare(only('InvokePinnedFunction'));
    expect(lacking.lines).toEqual([]);
    expect(refused).toEqual([{ action: 'lambda:InvokeFunction', resource: statement('InvokePinnedFunction').Resource[0], by }]);
  });

  it('a role that is not there has nothing', async () => {
    await give([], { gone: true });
    expect(await compare(only('Execution'))).toMatchObject({ there: false, lacking: { lines: [{ sid: 'Execution' }] } });
  });

  it('reads all pages', async () => {
    await give(act.filter(({ Sid }) => Sid !== 'Execution'));
    await sandbox.tell('aws', 'settings', { pageOf: 1 });
    expect((await compare()).lacking.lines.flatMap(({ actions }) => actions)).toEqual(statement('Execution').Action);
  });

  it('actions that IAM does not judge together are asked one by one', async () => {
    await give([{ Sid: 'x', Effect: 'Allow', Action: ['ssm:SendCommand'], Resource: ['*'] }]);
    const mixed = fileOf([
      { sid: 'Two', actions: ['ssm:SendCommand', 'lambda:InvokeFunction'], resources: ['*'], because: ['x'] },
    ]);
    expect(await compare(mixed)).toMatchObject({ lacking: { lines: [{ actions: ['lambda:InvokeFunction'] }] }, unknown: [] });
  });

  it.each([
    ['403', 'forbidden'],
    ['429', 'throttled'],
    ['503', 'unavailable'],
  ] as const)('where IAM answers %s nobody knows', async (fault, kind) => {
    await sandbox.fault('iam:SimulatePrincipalPolicy', fault);
    await expect(compare(only('Execution'))).rejects.toMatchObject({ name: 'VendorError', fault: kind });
  });

  it('asks as whoever runs it, as no role of ours', async () => {
    await compare(only('Execution'));
    const { events } = (await sandbox.ask('aws/trail')) as { events: { operation: string; role: string; account: string }[] };
    const asked = events.filter(({ operation }) => operation === 'iam:SimulatePrincipalPolicy');
    expect(asked.map(({ role, account: by }) => [role, by])).toEqual([['', '000000000000']]);
  });
});
