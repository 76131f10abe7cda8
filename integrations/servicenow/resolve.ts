import { VendorError } from '../contract/errors.js';
import { closeCodeOf } from './close-code.js';
import { plain, workNotes, writeWorkNote } from './journal.js';
import { isOver, states, type Ticket } from './record.js';
import { getTicket, patchTicket, type ServiceNowCall } from './table.js';

export type Resolved = 'resolved' | 'was resolved';

/** As `resolveTicket`; what forbids it is also told on the ticket, for whoever looks there. `marker`: found again before it is told. */
export async function resolveOrTell(call: ServiceNowCall, known: Ticket, says: string, marker: string): Promise<Resolved> {
  try {
    return await resolveTicket(call, known, says);
  } catch (error) {
    if (!(error instanceof VendorError) || (error.fault !== 'refused' && error.fault !== 'conflict')) throw error;
    if ((await workNotes(call, known, marker)).length === 0)
      await writeWorkNote(call, known, `OpsSentinel could not resolve this ticket. ${error.message}\n${marker}`);
    throw error;
  }
}

/**
 * State, code and notes in one write, since a data policy judges each write for itself; then what was stored is compared with what was
 * asked, for a state that makes no sense and a column that may not be set are left out with 200 (contracts 4.1).
 * `known`: the ticket as it was when this was decided. Throws VendorError: `conflict` where somebody took or moved it since,
 * or where it did not take; `refused` by a data policy.
 */
async function resolveTicket(call: ServiceNowCall, known: Ticket, says: string): Promise<Resolved> {
  const code = await closeCodeOf(call);
  const now = await getTicket(call, known.sysId);
  if (isOver(now.state)) return 'was resolved';
  if (now.modCount !== known.modCount && takenSince(now, known, call.client.user))
    throw new VendorError('servicenow', 'conflict', `${now.number} was changed by somebody else meanwhile; it is left to them`);
  const notes = plain(says, 4_000);
  const stored = await patchTicket(call, known.sysId, { state: states.resolved, close_code: code, close_notes: notes });
  const differs = [
    stored.state === states.resolved ? '' : `state is ${stored.state || 'empty'}`,
    stored.closeCode === code ? '' : `close_code is ${stored.closeCode || 'empty'}`,
    words(stored.closeNotes) === words(notes) ? '' : 'close_notes are others',
  ].filter((difference) => difference !== '');
  if (differs.length === 0) return 'resolved';
  throw new VendorError(
    'servicenow',
    'conflict',
    `${now.number} was to be resolved and answered 200, but ${differs.join(', ')}; see the instance’s rules and rights on these fields`,
  );
}

/** Somebody else has it now, or put it into a state that a run's own notes lead to at no instance. */
const takenSince = (now: Ticket, known: Ticket, ourselves: string | undefined): boolean =>
  (now.assignedTo !== known.assignedTo && now.assignedTo !== '' && now.assignedTo !== ourselves) ||
  (now.state !== known.state && now.state !== states.isNew && now.state !== states.inProgress);

/** An instance may store line ends of its own. */
const words = (text: string): string => text.replace(/\s+/g, ' ').trim();
