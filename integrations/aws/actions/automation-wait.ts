import type { EffectEnd } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import type { CallWith } from '../../contract/call.js';
import type { AwsClient } from '../client.js';
import { endOf } from './automation-status.js';
import { watch } from './watch.js';

/** What `start` and `adopt` hand to `wait`. */
export interface AutomationRef extends JsonObject {
  executionId: string;
  document: string;
  version: string;
  /** Epoch milliseconds. */
  startedAt: number;
}

/** The longest that our documents can take, retries included, and some more. Milliseconds. */
const longestRun = 2 * 3_600_000;

/** Polls until the automation has ended. */
export const waitForAutomation = (call: CallWith<AwsClient>, ref: AutomationRef): Promise<EffectEnd> =>
  watch(call, { id: ref.executionId, by: 'SSM', startedAt: ref.startedAt, longestMs: longestRun }, () => poll(call, ref));

async function poll(call: CallWith<AwsClient>, ref: AutomationRef): Promise<EffectEnd | undefined> {
  const { AutomationExecution: execution } = await call.client.ssm.getAutomation(call, {
    AutomationExecutionId: ref.executionId,
  });
  return execution ? endOf(execution, ref.version) : undefined;
}
