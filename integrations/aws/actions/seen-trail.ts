import { isoSeconds } from '../../../domain/words.js';
import type { Seen } from '../../contract/action.js';
import type { CallWith } from '../../contract/call.js';
import { isFinal, VendorError } from '../../contract/errors.js';
import type { AwsClient } from '../client.js';
import type { TrailWrite } from '../trail/event.js';
import type { Subject } from '../trail/subjects.js';
import { type Within, writesOn } from '../trail/writes.js';

/** An event may be told so late (CloudTrail user guide, "How CloudTrail works": on average about 5 minutes). Milliseconds. */
const tellsWithin = 15 * 60_000;

/** What of the history would be the same. */
export interface Wanted {
  /** The operations that it takes. */
  operations: readonly string[];
  /** The write that proves it, among those of one side; the newest first. */
  same: (writes: readonly TrailWrite[]) => TrailWrite | undefined;
}

/** That nothing of the history is the same: only whether something else was done. */
export const nothing: Wanted = { operations: [], same: () => undefined };

/**
 * Whether somebody did the same, by CloudTrail. Anything but `done` holds once CloudTrail has told everything of that time: before that,
 * throws `unavailable` with when to ask again.
 */
export async function seenInTrail(
  call: CallWith<AwsClient>,
  subject: Subject,
  { operations, same }: Wanted,
  within: Within,
): Promise<Seen> {
  const { writes, gap } = await writesOn(call, subject, operations, within);
  const by = (side: TrailWrite['by']): TrailWrite[] => writes.filter((write) => write.by === side);
  const [people, services] = [by('somebody'), by('service')];
  const done = same(people);
  if (done) return { what: 'done', says: saysOf(done) };
  hasTold(call.now(), within);
  if (gap !== '') return { what: 'unknown', says: gap };
  const unclear = same(services);
  if (unclear) return { what: 'unknown', says: `${saysOf(unclear)}; for whom, it does not say` };
  const changes = ({ name }: TrailWrite): boolean => subject.changes.includes(name);
  const other = people.find(changes);
  if (other) return { what: 'other', says: saysOf(other) };
  const changed = services.find(changes);
  if (changed) return { what: 'unknown', says: `${saysOf(changed)}; for whom, it does not say` };
  const hidden = [...people, ...services].find(({ name }) => subject.hides.includes(name));
  if (hidden) return { what: 'unknown', says: `${saysOf(hidden)}; what was done by it cannot be read` };
  return { what: 'not done', says: `CloudTrail tells of nobody who changed ${subject.says}` };
}

/** Throws `unavailable` while CloudTrail may still tell of something in this time. */
function hasTold(now: number, { until }: Within): void {
  const left = until + tellsWithin - now;
  if (left > 0)
    throw new VendorError('aws', 'unavailable', `CloudTrail may tell of that time until ${isoSeconds(now + left)}`, left);
}

/** `RebootInstances by ada as Engineers at 2026-11-22T03:12:41Z (CloudTrail)`. */
export const saysOf = ({ name, who, at }: TrailWrite): string => `${name} by ${who} at ${isoSeconds(at)} (CloudTrail)`;

/** What the service itself shows of that time, with what CloudTrail tells beside it: that knows who did it, and what came before. */
export function combined(shown: Seen, trail: Seen): Seen {
  if (trail.what === 'done') return trail;
  const what = trail.what === 'not done' && shown.what !== 'unknown' ? shown.what : trail.what;
  return { what, says: `${shown.says}; ${trail.says}` };
}

/**
 * What the service itself shows to have been done, with who did it, as far as CloudTrail tells that by now: what ourselves or a service of
 * AWS did was done by nobody else. Where the role may not look, it stands as it is.
 */
export async function attributed(
  call: CallWith<AwsClient>,
  subject: Subject,
  { operations }: Pick<Wanted, 'operations'>,
  within: Within,
  shown: Seen,
): Promise<Seen> {
  const writes = await writesOn(call, subject, operations, within).then(
    (found) => found.writes.filter(({ name }) => operations.includes(name)),
    (error: unknown) => {
      if (error instanceof VendorError && isFinal(error.fault)) return [];
      throw error;
    },
  );
  const did = writes.find(({ by }) => by === 'somebody') ?? writes[0];
  if (!did) return shown;
  const says = `${shown.says}: ${saysOf(did)}`;
  if (did.by === 'somebody') return { ...shown, says };
  return did.by === 'us'
    ? { what: 'not done', says: `${says}, which is OpsSentinel itself` }
    : { what: 'unknown', says: `${says}; for whom, it does not say` };
}
