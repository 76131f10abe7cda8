import type { LedgerRecord } from '../../../domain/record.js';
import { VendorError } from '../../contract/errors.js';
import type { FollowerDefinition, FollowerReads } from '../../contract/follower.js';
import type { ServiceNowClient } from '../client.js';
import { dataPolicy } from '../errors.js';
import { type Followed, findTicket, followedOf } from '../find.js';
import { plain, workNotes, writeWorkNote } from '../journal.js';
import { openTicket } from '../open-ticket.js';
import { isSealed, states, type Ticket } from '../record.js';
import { resolveOrTell } from '../resolve.js';
import { patchTicket, type ServiceNowCall } from '../table.js';
import { type Closing, closingOf, entryOf, isBegun, isRemediated, isWorthTelling, markerOf } from './notes.js';
import { verifySync } from './sync.js';

/** Keeps the ticket of each incident informed, opens one where that is wished, and resolves it where its rule says so. */
export const ticketFollower: FollowerDefinition<ServiceNowClient> = {
  id: 'servicenow.ticket',
  summary: 'Work notes on the ServiceNow ticket of an incident; opens and resolves it where that is wished.',
  permissions: ['itil', 'sys_journal_field read', 'sys_choice read'],
  batch: 20,
  wants: (line) => isWorthTelling(line, false) || line.phase === 'report',
  deliver: async (call, lines, reads) => {
    for (const [id, some] of byIncident(lines)) {
      const incident = followedOf(id);
      if (incident) await tell(call, incident, some, reads);
    }
  },
};

function byIncident(lines: readonly LedgerRecord[]): Map<string, LedgerRecord[]> {
  const groups = new Map<string, LedgerRecord[]>();
  for (const line of lines) groups.set(line.incident, [...(groups.get(line.incident) ?? []), line]);
  return groups;
}

/** These lines of one incident, and what was missed before, for a ticket that was linked later. */
async function tell(
  call: ServiceNowCall,
  incident: Followed,
  lines: readonly LedgerRecord[],
  reads: FollowerReads,
): Promise<void> {
  const itself = incident.source === 'servicenow';
  const worth = lines.filter((line) => isWorthTelling(line, itself));
  const last = lines.at(-1);
  const [first] = worth;
  // Without a ticket there is nothing to verify, and without a line nothing to open one for.
  const ticket = (await findTicket(call, incident)) ?? (first && (await maybeOpen(call, incident, first, reads)));
  if (!ticket || !last || isSealed(ticket.state)) return;
  const told = await workNotes(call, ticket, `[opssentinel ${incident.id} `);
  const isTold = (line: LedgerRecord): boolean => told.some((note) => note.includes(markerOf(line)));
  if (worth.length > 0) await writeDown({ call, ticket, reads, itself }, lines, isTold);
  const report = lines.find(({ phase, state }) => phase === 'report' && state === 'ok');
  if (report && !itself && ticket.pagerDuty !== '' && !isTold(report)) await verifySync(call, ticket, report, reads);
}

const maybeOpen = async (
  call: ServiceNowCall,
  incident: Followed,
  line: LedgerRecord,
  reads: FollowerReads,
): Promise<Ticket | undefined> => (call.client.openTickets ? openTicket(call, incident, line, reads) : undefined);

interface Telling {
  call: ServiceNowCall;
  ticket: Ticket;
  reads: FollowerReads;
  /** The ticket is the incident: its channel resolves it. */
  itself: boolean;
}

async function writeDown(
  { call, ticket, reads, itself }: Telling,
  lines: readonly LedgerRecord[],
  isTold: (line: LedgerRecord) => boolean,
): Promise<void> {
  const { incident = '', seq = 0 } = lines.at(-1) ?? {};
  const all = (await reads.timeline(incident)).filter((line) => line.seq <= seq && isWorthTelling(line, itself));
  const missing = all.filter((line) => !isTold(line));
  // Only as it comes: whoever opens a ticket again that we have resolved is not overruled by a later line.
  const remediated = itself ? undefined : lines.find(isRemediated);
  const decision = remediated && (await reads.decision(incident));
  const closing: Closing = remediated ? closingOf(remediated, ticket, decision, call.now()) : { resolve: false };
  let now = ticket;
  if (missing.length > 0) {
    const more = (line: LedgerRecord): string | undefined =>
      line.seq === remediated?.seq && !closing.resolve ? closing.because : undefined;
    const text = missing.map((line) => entryOf(line, more(line))).join('\n\n');
    const begins = ticket.state === states.isNew && missing.some(isBegun) && !all.some(({ phase }) => phase === 'outcome');
    now = begins ? await inProgress(call, ticket, text) : await writeWorkNote(call, ticket, text);
  }
  if (remediated && closing.resolve) {
    const says = `OpsSentinel ${remediated.says}. Timeline: ${reads.link(incident)}`;
    await resolveOrTell(call, now, says, `[opssentinel ${incident} ${remediated.seq} resolve]`);
  }
}

/** Some instances allow this state only to a ticket that is assigned: then the note is written without it, and says so. */
async function inProgress(call: ServiceNowCall, ticket: Ticket, text: string): Promise<Ticket> {
  try {
    return await patchTicket(call, ticket.sysId, { state: states.inProgress, work_notes: plain(text) });
  } catch (error) {
    if (!(error instanceof VendorError) || error.code !== dataPolicy) throw error;
    return writeWorkNote(call, ticket, `${text}\nThe state stays as it was: ${error.message}`);
  }
}
