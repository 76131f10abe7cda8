import type { Unconfirmed } from './contract/unconfirmed.js';
import { installed } from './index.js';

/** One thing to try on a real account, and of which system. */
export interface ToTry extends Unconfirmed {
  integration: string;
}

/** What every installed integration rests on without a document that settles it. */
export const unconfirmed: readonly ToTry[] = installed.flatMap(({ id, unconfirmed: some = [] }) =>
  some.map((one) => ({ ...one, integration: id })),
);
