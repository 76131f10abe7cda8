import type { EffectEnd } from '../../domain/effect.js';
import { type Cell, readBackTries, type Worker } from './stage.js';

/** How often the same key may be started again, as the workflow has it. */
const mostRearms = 2;

/** What a run does with an effect: `first` is what it hears of the start that it asked for, `undefined` where that worker is lost. */
export async function carryOn(
  cell: Cell,
  first: Awaited<ReturnType<Worker['start']>> | undefined,
): Promise<EffectEnd['status'] | 'not-done'> {
  const status = await toItsEnd(cell, first);
  await cell.runEnds();
  return status;
}

async function toItsEnd(
  cell: Cell,
  first: Awaited<ReturnType<Worker['start']>> | undefined,
): Promise<EffectEnd['status'] | 'not-done'> {
  let start = first;
  for (let rearms = 0; ; rearms++) {
    if (start?.started) return seenThrough(cell);
    if (start && !start.retryable) return 'not-done';
    const adoption = await readBack(cell.worker());
    if (adoption?.found) return seenThrough(cell);
    if (!adoption?.rearmed || rearms >= mostRearms) return 'unknown';
    start = await cell
      .worker()
      .start()
      .catch(() => undefined);
  }
}

async function readBack(worker: Worker): Promise<Awaited<ReturnType<Worker['adopt']>> | undefined> {
  for (let attempt = 1; attempt <= readBackTries; attempt++) {
    const adoption = await worker.adopt(attempt).catch(() => undefined);
    if (adoption) return adoption;
  }
  return undefined;
}

/** Real milliseconds after which a wait's clock is far ahead: what has been over before anybody looked is not waited for. */
const patience = 1_500;
const farAhead = 9 * 60_000;

/** The wait of a worker whose clock goes on to when a vendor would have shown an end, if it had one to show. */
export function waiting(cell: Cell, kind: Parameters<Cell['worker']>[0] = {}): ReturnType<Worker['wait']> {
  const began = Date.now();
  const now = (): number => Date.now() + (Date.now() - began > patience ? farAhead : 0);
  return cell.worker({ now, ...kind }).wait();
}

const seenThrough = async (cell: Cell): Promise<EffectEnd['status']> => (await waiting(cell)).status;
