import type { EffectEnd } from '../../../domain/effect.js';
import type { CallWith } from '../../contract/call.js';
import { isFinal, VendorError } from '../../contract/errors.js';
import type { AwsClient } from '../client.js';

/** Something that runs at AWS until it ends by itself. */
export interface Watched {
  /** Its id, for people. */
  id: string;
  /** Who runs it, for people: `SSM`. */
  by: string;
  /** Epoch milliseconds. */
  startedAt: number;
  /** Beyond this it is left alone, and how it ended is unknown. Milliseconds. */
  longestMs: number;
}

/** Just after the start AWS may not find what it has just accepted. Milliseconds. */
const notFoundTolerated = 30_000;
/** Rights and requests do not mend themselves; a rotation of credentials takes a moment. */
const finalFaultsTolerated = 10;

/**
 * Polls until it has ended; `poll` answers `undefined` while it runs, and a read that fails is a poll without news.
 * Cancelling the watch leaves what runs alone. `unknown` when it cannot be read any more.
 */
export async function watch(
  call: CallWith<AwsClient>,
  watched: Watched,
  poll: () => Promise<EffectEnd | undefined>,
): Promise<EffectEnd> {
  let finalFaults = 0;
  for (;;) {
    call.heartbeat();
    call.signal.throwIfAborted();
    try {
      const end = await poll();
      if (end) return end;
      finalFaults = 0;
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      if (error.fault !== 'absent' && isFinal(error.fault)) finalFaults++;
      const lost = lostSight(error, finalFaults, watched, call.now());
      if (lost) return { status: 'unknown', says: `${watched.id} was started, and ${lost}` };
      if (error.retryAfterMs !== undefined) await call.sleep(error.retryAfterMs);
    }
    if (call.now() - watched.startedAt > watched.longestMs)
      return { status: 'unknown', says: `${watched.id} has not ended in ${spoken(watched.longestMs)}; it was left running` };
    await call.sleep(call.pace.pollMs);
  }
}

function lostSight(error: VendorError, finalFaults: number, { by, startedAt }: Watched, now: number): string | undefined {
  if (error.fault === 'absent') return now - startedAt > notFoundTolerated ? `${by} no longer finds it` : undefined;
  return finalFaults >= finalFaultsTolerated ? `how it ended cannot be read (${error.message})` : undefined;
}

/** `2 h`, `4 min`, `150 s`. */
function spoken(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
