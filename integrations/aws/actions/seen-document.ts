import type { Target } from '../../../domain/target.js';
import { isoSeconds } from '../../../domain/words.js';
import type { Seen } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { keyTag } from './automation-adopt.js';
import { commentOf } from './command-adopt.js';
import { type Subject, subjectOf, textOf } from '../trail/subjects.js';
import type { Within } from '../trail/writes.js';
import { seenRebooted, seenRestarted } from './seen-instance.js';
import { seenRedeployed } from './seen-service.js';
import { attributed, nothing, seenInTrail } from './seen-trail.js';

/** Beyond this it counts as not read completely. */
const mostPages = 10;

/** SSM takes no fractions of a second in filters. */
const stamp = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** What our own documents do, for whoever did the same by hand. */
const byHand: Readonly<Record<string, (call: CallWith<AwsClient>, target: Target, within: Within) => Promise<Seen>>> = {
  'OpsSentinel-RestartInstance': seenRestarted,
  'OpsSentinel-RebootInstance': seenRebooted,
  'OpsSentinel-RedeployService': seenRedeployed,
};

/** Whether somebody else ran the same document on the target, or did by hand what it does where that can be seen. */
export async function seenAutomated(call: CallWith<AwsClient>, document: string, target: Target, within: Within): Promise<Seen> {
  const name = document.split('/').at(-1) ?? document;
  const run = await automationOfOthers(call, name, target, within);
  if (run) return run;
  const trace = byHand[name];
  return trace ? trace(call, target, within) : otherThan(call, name, target, within);
}

/**
 * What a function does, nobody can read, and an invocation is a data event, which CloudTrail's event history leaves out. What was done to
 * the target is told, for a person to say whether it was the same.
 */
export async function seenInvoked(call: CallWith<AwsClient>, name: string, target: Target, within: Within): Promise<Seen> {
  const seen = await changed(call, target, within);
  const unread = `whether somebody called the function ${name} is not in CloudTrail's event history`;
  if (!seen) return { what: 'unknown', says: unread };
  if (seen.what === 'not done') return { what: 'unknown', says: `${seen.says}; ${unread}` };
  return { what: 'unknown', says: `${seen.says}; whether the function ${name} does the same cannot be read` };
}

/** Whoever did something to the target by hand did something else than this document, which nobody ran there. */
async function otherThan(call: CallWith<AwsClient>, document: string, target: Target, within: Within): Promise<Seen> {
  const none = `nobody ran ${document} on ${target.name}`;
  const seen = await changed(call, target, within);
  if (!seen) return { what: 'not done', says: none };
  return { what: seen.what === 'done' ? 'other' : seen.what, says: `${none}; ${seen.says}` };
}

/** Whether anything was done to the target. `done` of what is known to have begun anew. `undefined`: nothing tells of such a target. */
async function changed(call: CallWith<AwsClient>, target: Target, within: Within): Promise<Seen | undefined> {
  if (target.type === 'aws.ec2.instance') return seenRestarted(call, target, within);
  if (target.type === 'aws.ecs.service') return seenRedeployed(call, target, within);
  const subject = subjectOf(target);
  return subject && seenInTrail(call, subject, nothing, within);
}

/** SSM does not list who sent a command; CloudTrail tells by its id, whatever it hides of the parameters and the instances (contracts 5.9). */
const ofCommand = (id: string): Subject => ({
  says: id,
  is: ({ response: { command } }) =>
    typeof command === 'object' && command !== null && textOf((command as { commandId?: unknown }).commandId) === id,
  changes: [],
  hides: [],
  lookups: [],
});

async function automationOfOthers(
  call: CallWith<AwsClient>,
  name: string,
  target: Target,
  { since, until }: Within,
): Promise<Seen | undefined> {
  let token: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    call.heartbeat();
    const answer = await call.client.ssm.describeAutomations(call, {
      Filters: [
        { Key: 'DocumentNamePrefix', Values: [name] },
        { Key: 'StartTimeAfter', Values: [stamp(since)] },
      ],
      MaxResults: 50,
      ...(token ? { NextToken: token } : {}),
    });
    for (const {
      AutomationExecutionId: id,
      DocumentName,
      ExecutionStartTime,
      ExecutedBy,
    } of answer.AutomationExecutionMetadataList ?? []) {
      const at = ExecutionStartTime?.getTime() ?? Number.NaN;
      if (id === undefined || (DocumentName ?? '').split('/').at(-1) !== name || !(at >= since && at <= until)) continue;
      if (!(await isOfOthers(call, id, target))) continue;
      return { what: 'done', says: `SSM Automation ${name} (${id}) at ${isoSeconds(at)}, by ${ExecutedBy ?? 'somebody'}` };
    }
    token = answer.NextToken;
    if (!token) return undefined;
  }
  return { what: 'unknown', says: `SSM lists more executions of ${name} than are read` };
}

/** On this target, and without our mark. The list shows no parameters and no tag values, so each is read. */
async function isOfOthers(call: CallWith<AwsClient>, id: string, target: Target): Promise<boolean> {
  const { AutomationExecution: run } = await call.client.ssm.getAutomation(call, { AutomationExecutionId: id });
  const values = Object.values(run?.Parameters ?? {}).flat();
  if (!values.some((value) => value === target.name || value === target.id)) return false;
  const { TagList = [] } = await call.client.ssm.listTags(call, { ResourceType: 'Automation', ResourceId: id });
  return !TagList.some(({ Key }) => Key === keyTag);
}

/** Whether somebody else ran the same Command document on the instance. Ours carry the attempt key in their comment. */
export async function seenCommanded(
  call: CallWith<AwsClient>,
  document: string,
  target: Target,
  { since, until }: Within,
): Promise<Seen> {
  let token: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    call.heartbeat();
    const { Commands = [], NextToken } = await call.client.ssm.listCommands(call, {
      InstanceId: target.name,
      Filters: [
        { key: 'InvokedAfter', value: stamp(since) },
        { key: 'DocumentName', value: document },
      ],
      MaxResults: 50,
      ...(token ? { NextToken: token } : {}),
    });
    const theirs = Commands.find(({ Comment = '', RequestedDateTime }) => {
      const at = RequestedDateTime?.getTime() ?? Number.NaN;
      return !Comment.startsWith(commentOf('')) && at >= since && at <= until;
    });
    if (theirs) {
      const id = theirs.CommandId ?? 'no id';
      const says = `SSM command ${document} (${id}) at ${isoSeconds(theirs.RequestedDateTime?.getTime() ?? since)}`;
      return attributed(call, ofCommand(id), { operations: ['SendCommand'] }, { since, until }, { what: 'done', says });
    }
    token = NextToken;
    if (!token) return otherThan(call, document, target, { since, until });
  }
  return { what: 'unknown', says: `SSM lists more commands of ${document} than are read` };
}
