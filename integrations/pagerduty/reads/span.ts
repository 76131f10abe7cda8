import { z } from 'zod';
import type { CallWith } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import type { PagerDutyClient } from '../client.js';
import { type List, pageSize } from './pages.js';
import { patiently } from './patiently.js';

/** PagerDuty gives nothing beyond this offset, and answers 400: lists that are longer are read in shorter spans [M]. */
const mostOffset = 10_000;
/** Milliseconds. */
const longestSpan = 30 * 24 * 60 * 60 * 1000;
const shortestSpan = 1_000;

/**
 * Everything that a list has between two times (epoch milliseconds), span by span. A span with more than the list gives at once is read again in halves,
 * so that an item may come twice. Items of another form are left out.
 */
export async function* between<Item extends z.ZodType>(
  call: CallWith<PagerDutyClient>,
  list: List<Item>,
  from: number,
  to: number,
): AsyncGenerator<z.infer<Item>> {
  const answer = z.object({ [list.items]: z.array(z.unknown()), more: z.boolean().nullish() });
  for (const [start, end] of spans(from, to)) {
    for (let offset = 0; ; offset += pageSize) {
      const query = [
        ...list.query,
        ['since', new Date(start).toISOString()],
        ['until', new Date(end).toISOString()],
        ['limit', String(pageSize)],
        ['offset', String(offset)],
      ] as const;
      const got = offset + pageSize > mostOffset ? undefined : await page(call, { path: list.path, query, answer }, offset);
      if (got === undefined) {
        yield* halves(call, list, start, end);
        break;
      }
      for (const one of got[list.items] as unknown[]) {
        const parsed = list.item.safeParse(one);
        if (parsed.success) yield parsed.data;
      }
      if (!got['more']) break;
    }
  }
}

/** `undefined`: the list goes no further, wherever this account's ends. */
async function page<Body extends z.ZodType>(
  call: CallWith<PagerDutyClient>,
  request: Parameters<typeof patiently<Body>>[1],
  offset: number,
): Promise<z.infer<Body> | undefined> {
  try {
    return await patiently(call, request);
  } catch (error) {
    if (offset > 0 && error instanceof VendorError && error.fault === 'refused') return undefined;
    throw error;
  }
}

async function* halves<Item extends z.ZodType>(
  call: CallWith<PagerDutyClient>,
  list: List<Item>,
  start: number,
  end: number,
): AsyncGenerator<z.infer<Item>> {
  if (end - start <= shortestSpan)
    throw new VendorError('pagerduty', 'refused', `${list.items}: more than ${mostOffset} in one second cannot be read`);
  const middle = Math.ceil((start + end) / 2 / shortestSpan) * shortestSpan;
  yield* between(call, list, start, middle);
  yield* between(call, list, middle, end);
}

function* spans(from: number, to: number): Generator<[number, number]> {
  for (let start = from; start < to; start += longestSpan) yield [start, Math.min(start + longestSpan, to)];
}
