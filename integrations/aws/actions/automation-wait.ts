import type { EffectEnd } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { AwsClient } from '../client.js';
import { childrenEnd } from './automation-children.js';
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
  const end = execution ? endOf(execution, ref.version) : undefined;
  // A parent with rate control is a success although children failed, as long as they were no more than MaxErrors (contracts 5.1).
  if (end?.status !== 'succeeded' || !execution?.TargetParameterName) return end;
  const children = await childrenEnd(call, ref.executionId);
  return children ? { ...children, says: `${end.says}, but ${children.says}` } : end;
}

/** Just after the start SSM does not find its own execution yet (contracts 5.1). Milliseconds. */
const notFoundYet = 30_000;

/** Cancels what still runs. What has ended, or is gone, needs nothing: the wait tells how it ended. Throws VendorError. */
export async function stopAutomation(call: CallWith<AwsClient>, { executionId, startedAt }: AutomationRef): Promise<void> {
  for (;;) {
    call.heartbeat();
    try {
      await call.client.ssm.stopAutomation(call, { AutomationExecutionId: executionId, Type: 'Cancel' });
      return;
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      // InvalidAutomationStatusUpdateException: it is over.
      if (error.fault === 'conflict') return;
      if (error.fault !== 'absent') throw error;
      if (call.now() - startedAt > notFoundYet) return;
      await call.sleep(call.pace.pollMs);
    }
  }
}
