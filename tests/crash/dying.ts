import type { Ledger } from '../../ledger/port.js';

/** What the activities ask the ledger to do, where a worker can die or stand still. */
export type Asked = 'consume' | 'effectStarted' | 'effectEnded' | 'record' | 'rearm';

export interface Point {
  when: 'before' | 'after';
  asked: Asked;
}

/** The process is gone: nothing of what would have come is done any more. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** The ledger as one process has it: `happens` is what becomes of that process at this point, once. */
export function ledgerUntil(ledger: Ledger, { when, asked }: Point, happens: () => Promise<void>): Ledger {
  let over = false;
  const once = async (): Promise<void> => {
    if (over) return;
    over = true;
    await happens();
  };
  return new Proxy(ledger, {
    get(target, name: keyof Ledger) {
      const real = target[name] as (...args: unknown[]) => Promise<unknown>;
      if (name !== asked) return real;
      return async (...args: unknown[]) => {
        if (when === 'before') await once();
        const answer = await real(...args);
        if (when === 'after') await once();
        return answer;
      };
    },
  });
}

export const dies = async (): Promise<void> => {
  throw new Killed('the worker was killed');
};

/** A process that stands still until it is woken, with everything in it as it was. */
export function stopped(): { stands: () => Promise<void>; reached: Promise<void>; wake: () => void } {
  let wake = (): void => undefined;
  let arrive = (): void => undefined;
  const woken = new Promise<void>((resolve) => (wake = resolve));
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  return { stands: () => (arrive(), woken), reached, wake };
}
