import type { Adoption } from '../../../domain/effect.js';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { AwsClient } from '../client.js';
import type { AutomationRef } from './automation-wait.js';

export const keyTag = 'opssentinel:key';
export const incidentTag = 'opssentinel:incident';

/** A run is adopted within minutes of its start; a day covers a night without workers. Milliseconds. */
const lookBack = 24 * 3_600_000;
/** Beyond this the list counts as not read completely, and absence is not claimed. */
const mostPages = 20;

interface Wanted {
  document: string;
  version: string;
  key: string;
}

/**
 * Finds the execution that carries our key. SSM filters by a tag's key alone and lists no tag values, so each candidate's tags are read.
 * `certain` only when the whole list and every candidate's tags could be read.
 */
export async function findAutomation(call: CallWith<AwsClient>, wanted: Wanted): Promise<Adoption> {
  const filters = [
    { Key: 'TagKey' as const, Values: [keyTag] },
    { Key: 'DocumentNamePrefix' as const, Values: [documentName(wanted.document)] },
    { Key: 'StartTimeAfter' as const, Values: [new Date(call.now() - lookBack).toISOString().replace(/\.\d{3}Z$/, 'Z')] },
  ];
  let certain = true;
  let token: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    call.heartbeat();
    const answer = await call.client.ssm.describeAutomations(call, {
      Filters: filters,
      MaxResults: 50,
      ...(token ? { NextToken: token } : {}),
    });
    for (const { AutomationExecutionId: id, ExecutionStartTime: startedAt } of answer.AutomationExecutionMetadataList ?? []) {
      const found = id === undefined ? undefined : await carries(call, id, wanted.key);
      if (found === undefined) certain = false;
      if (found && id) return { found: true, ref: refOf(wanted, id, startedAt?.getTime() ?? call.now()) };
    }
    token = answer.NextToken;
    if (!token) return { found: false, certain };
  }
  return { found: false, certain: false };
}

/** Whether the execution has our key; `undefined` when its tags could not be read. */
async function carries(call: CallWith<AwsClient>, id: string, key: string): Promise<boolean | undefined> {
  try {
    const { TagList = [] } = await call.client.ssm.listTags(call, { ResourceType: 'Automation', ResourceId: id });
    return TagList.some(({ Key, Value }) => Key === keyTag && Value === key);
  } catch (error) {
    if (error instanceof VendorError) return undefined;
    throw error;
  }
}

export const refOf = ({ document, version }: Omit<Wanted, 'key'>, executionId: string, startedAt: number): AutomationRef => ({
  executionId,
  document,
  version,
  startedAt,
});

/** Executions are listed under the document's bare name, also when it was started by ARN. */
const documentName = (document: string): string => document.split('/').at(-1) ?? document;
