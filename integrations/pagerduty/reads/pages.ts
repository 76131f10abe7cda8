import { z } from 'zod';
import type { CallWith } from '../../contract/call.js';
import type { PagerDutyClient } from '../client.js';

type PagerDutyCall = CallWith<PagerDutyClient>;

/** The most that PagerDuty gives at once. */
export const pageSize = 100;
/** Requests of each minute that lists leave to notes, escalations and pages. */
const leftToOthers = 100;
/** Milliseconds. */
const longestPause = 60_000;

export interface List<Item extends z.ZodType> {
  path: string;
  query: readonly (readonly [name: string, value: string])[];
  /** Member of the answer that holds the list. */
  items: string;
  item: Item;
}

/**
 * A list by limit and offset, at most so many pages. Before each it looks at what is left of the minute's requests, and waits for
 * the next minute rather than take what telling people needs. Items of another form are left out.
 */
export async function pages<Item extends z.ZodType>(
  call: PagerDutyCall,
  { path, query, items, item }: List<Item>,
  most: number,
): Promise<z.infer<Item>[]> {
  const found: z.infer<Item>[] = [];
  const answer = z.object({ [items]: z.array(z.unknown()), more: z.boolean().nullish() });
  for (let page = 0; page < most; page += 1) {
    await politely(call);
    const place = [
      ['limit', String(pageSize)],
      ['offset', String(page * pageSize)],
    ] as const;
    const got = await call.client.rest(call, { method: 'GET', path, query: [...query, ...place], answer });
    for (const one of got[items] as unknown[]) {
      const parsed = item.safeParse(one);
      if (parsed.success) found.push(parsed.data);
    }
    if (!got['more']) break;
  }
  return found;
}

/** Waits for the next minute rather than take what telling people needs. */
export async function politely(call: PagerDutyCall): Promise<void> {
  const budget = call.client.budget();
  if (budget && budget.remaining < leftToOthers) await call.sleep(Math.min(budget.resetMs, longestPause));
}
