import type { EffectEnd } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import type { CallWith } from '../../contract/call.js';
import { isFinal, VendorError } from '../../contract/errors.js';
import type { AwsClient } from '../client.js';
import { endOf } from './automation-status.js';

/** What `start` and `adopt` hand to `wait`. */
export interface AutomationRef extends JsonObject {
  executionId: string;
  document: string;
  version: string;
  /** Epoch milliseconds. */
  startedAt: number;
}

/** Just after the start SSM may not find its own execution yet. Milliseconds. */
const notFoundTolerated = 30_000;
/** Rights and requests do not mend themselves; a rotation of credentials takes a moment. */
const finalFaultsTolerated = 10;
/** The longest that our documents can take, retries included, and some more. Milliseconds. */
const longestRun = 2 * 3_600_000;

/**
 * Polls until the automation has ended; a read that fails is a poll without news. Cancelling the wait leaves the automation alone.
 * `unknown` when it cannot be read any more.
 */
export async function waitForAutomation(call: CallWith<AwsClient>, ref: AutomationRef): Promise<EffectEnd> {
  let finalFaults = 0;
  for (;;) {
    call.heartbeat();
    call.signal.throwIfAborted();
    try {
      const end = await poll(call, ref);
      if (end) return end;
      finalFaults = 0;
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      if (error.fault !== 'absent' && isFinal(error.fault)) finalFaults++;
      const lost = lostSight(error, finalFaults, call.now() - ref.startedAt);
      if (lost) return { status: 'unknown', says: `${ref.executionId} was started, and ${lost}` };
      if (error.retryAfterMs !== undefined) await call.sleep(error.retryAfterMs);
    }
    if (call.now() - ref.startedAt > longestRun)
      return { status: 'unknown', says: `${ref.executionId} has not ended in ${longestRun / 3_600_000} h; it was left running` };
    await call.sleep(call.pace.pollMs);
  }
}

async function poll(call: CallWith<AwsClient>, ref: AutomationRef): Promise<EffectEnd | undefined> {
  const { AutomationExecution: execution } = await call.client.ssm.getAutomation(call, {
    AutomationExecutionId: ref.executionId,
  });
  return execution ? endOf(execution, ref.version) : undefined;
}

function lostSight(error: VendorError, finalFaults: number, ageMs: number): string | undefined {
  if (error.fault === 'absent') return ageMs > notFoundTolerated ? 'SSM no longer finds it' : undefined;
  return finalFaults >= finalFaultsTolerated ? `how it ended cannot be read (${error.message})` : undefined;
}
