import type { EffectEnd } from '../../../domain/effect.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { automationStatuses } from './automation-status.js';

const mostPages = 20;

/**
 * What became of the children of an execution with rate control, when not all of them succeeded. `undefined`: all did.
 * Throws VendorError when they cannot be read: then it is not a success either.
 */
export async function childrenEnd(call: CallWith<AwsClient>, parent: string): Promise<EffectEnd | undefined> {
  const statuses: string[] = [];
  let token: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const answer = await call.client.ssm.describeAutomations(call, {
      Filters: [{ Key: 'ParentExecutionId', Values: [parent] }],
      MaxResults: 50,
      ...(token ? { NextToken: token } : {}),
    });
    for (const { AutomationExecutionStatus: status } of answer.AutomationExecutionMetadataList ?? []) statuses.push(status ?? '');
    token = answer.NextToken;
    if (!token) break;
  }
  const failed = statuses.filter((status) => automationStatuses[status] !== 'succeeded');
  if (failed.length > 0)
    return { status: 'failed', says: `${failed.length} of ${statuses.length} children did not succeed (${failed[0]})` };
  if (token) return { status: 'unknown', says: `of more than ${statuses.length} children not all could be read` };
  if (statuses.length === 0) return { status: 'unknown', says: 'none of its children can be found' };
  return undefined;
}
