import type { Target } from '../../../domain/target.js';
import type { Seen } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { keyTag } from './automation-adopt.js';
import { commentOf } from './command-adopt.js';
import { momentOf, seenRebooted, seenRestarted, type Within } from './seen-instance.js';
import { seenRedeployed } from './seen-service.js';

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
  const trace = byHand[name] ?? (target.type === 'aws.ec2.instance' ? otherThan : undefined);
  return trace ? trace(call, target, within) : { what: 'not done', says: `nobody ran ${name} on ${target.name}` };
}

/**
 * What a function does, nobody can read, and Lambda keeps no list of whom it was called by. What shows on the target is told, for a
 * person to say whether it was the same.
 */
export async function seenInvoked(call: CallWith<AwsClient>, name: string, target: Target, within: Within): Promise<Seen> {
  const traces: Readonly<Record<string, typeof seenRestarted>> = {
    'aws.ec2.instance': seenRestarted,
    'aws.ecs.service': seenRedeployed,
  };
  const trace = traces[target.type];
  if (!trace) return { what: 'unknown', says: `whether somebody did what the function ${name} does, no read can tell` };
  const seen = await trace(call, target, within);
  if (seen.what === 'not done') return seen;
  return { what: 'unknown', says: `${seen.says}; whether the function ${name} does the same cannot be read` };
}

/** Whoever started the instance anew did something else than this document. */
async function otherThan(call: CallWith<AwsClient>, target: Target, within: Within): Promise<Seen> {
  const seen = await seenRestarted(call, target, within);
  return seen.what === 'done' ? { what: 'other', says: seen.says } : seen;
}

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
      return { what: 'done', says: `SSM Automation ${name} (${id}) at ${momentOf(at)}, by ${ExecutedBy ?? 'somebody'}` };
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
    if (theirs)
      return {
        what: 'done',
        says: `SSM command ${document} (${theirs.CommandId ?? 'no id'}) at ${momentOf(theirs.RequestedDateTime?.getTime() ?? since)}`,
      };
    token = NextToken;
    if (!token) return otherwise(call, document, target, { since, until });
  }
  return { what: 'unknown', says: `SSM lists more commands of ${document} than are read` };
}

async function otherwise(call: CallWith<AwsClient>, document: string, target: Target, within: Within): Promise<Seen> {
  const seen = await otherThan(call, target, within);
  return seen.what === 'not done' ? { ...seen, says: `nobody ran ${document} on ${target.name}; ${seen.says}` } : seen;
}
