import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../domain/json.js';
import { iamRights } from '../../integrations/aws/iam/rights.js';
import { samples } from '../../integrations/aws/testkit/samples.js';
import { testCall } from '../../integrations/contract/testkit/call.js';
import type { ActionSample } from '../../integrations/contract/testkit/sample.js';
import { startTestSandbox, type TestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { allows, fits, type Policy, type Statement } from './iam/evaluate.js';
import { askedBy } from './iam/requests.js';
import { takeAction, trailOf } from './iam/walk.js';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox(0.02);
});
afterAll(() => sandbox.close());

/** Who did what to the target by hand: asked for rules that only observe, of every action. */
const history = 'OpsSentinelRead cloudtrail:LookupEvents';

/** What a sample makes no use of, and why it is given all the same. */
const unused: Readonly<Record<string, readonly string[]>> = {
  // Only a durable function's lost answer is looked for; whether it is one is known when it is read.
  'aws.lambda.invoke': ['lambda:GetDurableExecution', 'lambda:ListDurableExecutionsByFunction'],
  // Whether somebody else ran it: asked for rules that only observe, with reads of the target beside it.
  'aws.ssm.start-automation': [
    'OpsSentinelRead ssm:DescribeAutomationExecutions',
    'OpsSentinelRead ssm:GetAutomationExecution',
    'OpsSentinelRead ssm:ListTagsForResource',
  ],
  'aws.ssm.run-command': ['OpsSentinelRead ssm:ListCommands'],
};

/** The policies of an account where nothing but this action is used. */
function policiesFor({ action, params, target }: ActionSample): Record<'read' | 'act', Policy> {
  const { account, region } = target;
  const grants = action.grants?.({ account, region, params }) ?? [];
  const { files } = iamRights.make({
    accounts: [{ account, regions: [region], read: 'OpsSentinelRead', act: 'OpsSentinelAct' }],
    needs: [{ account, region, because: action.id, acts: true, grants, params, permissions: [] }],
    able: action.permissions,
    protected: [],
    principals: {},
    documents: new Map<string, JsonObject>(),
  });
  const named = (name: string) => files.find((file) => file.name === name)?.document as unknown as Policy;
  return { read: named('read.json'), act: named('act.json') };
}

const roles = { read: 'OpsSentinelRead', act: 'OpsSentinelAct' } as const;

const onlyOf = (statement: Statement, action: string): Statement => ({ ...statement, Action: [action] });

describe('M18: the rights of each action against what the simulated AWS saw it call', () => {
  it.each((samples.actions ?? []).map((sample) => [sample.action.id, sample] as const))(
    '%s: all of it, and nothing more',
    async (id, sample) => {
      await sandbox.reset();
      const { action, target } = sample;
      const params = action.params.parse(sample.params) as JsonObject;
      const client: unknown = sample.connect(sandbox.address);
      const call = (role: string) => testCall(client, { place: { account: target.account, region: target.region, role } });
      await takeAction(action, { read: call('OpsSentinelRead'), act: call('OpsSentinelAct') }, params, target);
      const policies = policiesFor(sample);
      const targets = new Map([[target.id, target]]);
      const used = new Set<string>();
      for (const event of (await trailOf(sandbox)).filter(({ role }) => role !== '')) {
        const policy = policies[event.role === 'OpsSentinelAct' ? 'act' : 'read'];
        for (const asked of askedBy(event, targets)) {
          expect([event.role, asked, allows([policy], asked)]).toEqual([event.role, asked, true]);
          for (const statement of policy.Statement)
            for (const right of statement.Action ?? [])
              if (fits(onlyOf(statement, right), asked)) used.add(`${event.role} ${statement.Sid} ${right}`);
        }
      }
      const given = (['read', 'act'] as const).flatMap((kind) =>
        policies[kind].Statement.flatMap(({ Sid, Action = [] }) =>
          Action.filter(
            (right) => ![history, ...(unused[id] ?? [])].some((known) => known === right || known === `${roles[kind]} ${right}`),
          ).map((right) => `${roles[kind]} ${Sid} ${right}`),
        ),
      );
      expect(given.filter((right) => !used.has(right))).toEqual([]);
    },
  );
});
