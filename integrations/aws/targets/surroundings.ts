import type { GroupHealth, Surroundings } from '../../../domain/surroundings.js';
import { isFinal, VendorError } from '../../contract/errors.js';

/**
 * The group and the people, each read on its own: what may not be read is named, the other is still known. Without `readPeople` no
 * target of its type tells of people. Throws VendorError where asking again may help.
 */
export async function surroundingsOf(
  readGroup: () => Promise<GroupHealth | undefined>,
  readPeople?: () => Promise<string[]>,
): Promise<Surroundings> {
  const [group, people] = await Promise.all([orBecause(readGroup), readPeople ? orBecause(readPeople) : { found: [] }]);
  return {
    ...('found' in group && group.found ? { group: group.found } : {}),
    people: 'found' in people ? people.found : [],
    unknown: [
      ...('because' in group ? [{ what: 'group' as const, because: group.because }] : []),
      ...('because' in people ? [{ what: 'people' as const, because: people.because }] : []),
    ],
    ...(readPeople ? {} : { untold: ['people' as const] }),
  };
}

async function orBecause<Found>(read: () => Promise<Found>): Promise<{ found: Found } | { because: string }> {
  try {
    return { found: await read() };
  } catch (error) {
    if (error instanceof VendorError && isFinal(error.fault)) return { because: error.message };
    throw error;
  }
}

/** Pages may be empty: a list that never ends ends here. */
const mostPages = 50;

/**
 * All of a list that comes in pages, up to so many: of one that is longer nothing is claimed. Throws VendorError `refused`.
 */
export async function allOf<Item>(
  what: string,
  most: number,
  page: (token: string | undefined) => Promise<{ items: readonly Item[]; next: string | undefined }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const { items, next } = await page(token);
    all.push(...items);
    if (all.length > most) break;
    if (!next) return all;
    token = next;
  }
  throw new VendorError('aws', 'refused', `there are more than ${most} ${what}: too many to be read before an effect`);
}
