import { VendorError } from '../contract/errors.js';
import { patchTicket, search, type ServiceNowCall } from './table.js';
import type { Ticket } from './record.js';
import { valueOf } from './record.js';

/** A run writes far fewer. */
const mostEntries = 200;

/**
 * Work notes that stand on a ticket and hold this text, newest first. They are write-only on the record itself and every write appends
 * (contracts 4.1), so what we wrote is looked for here before anything is written. Throws VendorError `forbidden` where the user may not
 * read them: without this read every repeat would be a note more.
 */
export async function workNotes(call: ServiceNowCall, ticket: Ticket, containing: string): Promise<string[]> {
  const { rows, ignored, hidden } = await search(call, {
    table: 'sys_journal_field',
    where: [
      ['element_id', '=', ticket.sysId],
      ['element', '=', 'work_notes'],
      ['value', 'LIKE', containing],
    ],
    columns: ['value'],
    limit: mostEntries,
    newestFirst: true,
  });
  if (ignored || hidden > 0)
    throw new VendorError(
      'servicenow',
      'forbidden',
      `the user may not read the work notes of ${ticket.number}; give it read access to sys_journal_field (element, element_id, value)`,
    );
  return rows.map((found) => valueOf(found, 'value'));
}

/** Appends one entry. Alone: nothing else of the ticket is changed with it. */
export const writeWorkNote = (call: ServiceNowCall, { sysId }: Ticket, text: string): Promise<Ticket> =>
  patchTicket(call, sysId, { work_notes: plain(text) });

/** An entry may be long; what is longer than this nobody reads. Characters. */
const longestNote = 8_000;

/** Text of an alert on a ticket: an instance shows what stands between code tags as HTML. */
export function plain(text: string, longest: number = longestNote): string {
  const shown = text.replace(/\[(\/?code)\]/gi, '($1)');
  return shown.length > longest ? `${shown.slice(0, longest - 1)}…` : shown;
}
