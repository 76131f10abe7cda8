import type { CallWith } from '../../contract/call.js';
import type { ChannelDefinition } from '../../contract/channel.js';
import { VendorError } from '../../contract/errors.js';
import type { ServiceNowClient } from '../client.js';
import { plain, workNotes, writeWorkNote } from '../journal.js';
import { isOver, isSealed, states, type Ticket } from '../record.js';
import { resolveOrTell } from '../resolve.js';
import { getTicket, patchTicket } from '../table.js';

type ServiceNowCall = CallWith<ServiceNowClient>;

/** For a ticket that is itself the incident. Every part may be repeated: a repeat finds what stands, and does nothing twice. */
export const serviceNowChannel: ChannelDefinition<ServiceNowClient> = {
  id: 'servicenow',
  summary: 'Work notes on the ServiceNow ticket, its resolution, and its return to people.',
  permissions: ['itil', 'sys_journal_field read', 'sys_choice read'],
  serves: (ref) => ref.source === 'servicenow',

  note: async (call, { ref, marker, text }) => {
    const mark = `[${marker}]`;
    const ticket = await getTicket(call, ref.externalId);
    // Instances make what is closed read-only: there is nobody left to tell.
    if (isSealed(ticket.state)) return;
    const entry = plain(text.includes(mark) ? text : `${text}\n${mark}`);
    // Journals cannot be edited: another text under the same marker is another entry, below which the older one stands.
    const [newest] = await workNotes(call, ticket, mark);
    if (newest === undefined || words(newest) !== words(entry)) await writeWorkNote(call, ticket, entry);
  },

  resolve: async (call, ref) => {
    const ticket = await getTicket(call, ref.externalId);
    if (isOver(ticket.state)) return 'was resolved';
    // It is this side that is written to, also where PagerDuty's app keeps the other in step.
    const says = `OpsSentinel resolved this ticket (${call.incident}); the work notes say what was done.`;
    return resolveOrTell(call, ticket, says, `[opssentinel ${call.incident} resolve]`);
  },

  escalate: async (call, incident) => escalate(call, incident.ref.externalId),
};

/** An instance may store line ends of its own. */
const words = (text: string): string => text.replace(/\s+/g, ' ').trim();

/**
 * To the top of its group's list: urgency 1, state New and nobody's, with a work note that says so. A ticket that a person works on is
 * left to them. An instance wakes nobody by this alone, so what was raised ends as VendorError `conflict`: then another channel pages.
 */
async function escalate(call: ServiceNowCall, sysId: string): Promise<void> {
  const ticket = await getTicket(call, sysId);
  if (isOver(ticket.state) || isWorkedOn(ticket, call.client.user)) return;
  const raised = raise(ticket, call.client.user);
  const mark = `[opssentinel ${call.incident} escalated]`;
  const noted = (await workNotes(call, ticket, mark)).length > 0;
  if (!noted || Object.keys(raised).length > 0)
    await patchTicket(call, sysId, {
      ...raised,
      ...(noted ? {} : { work_notes: `OpsSentinel: YOU ARE NEEDED. It hands this ticket back, as new and urgent.\n${mark}` }),
    });
  throw new VendorError(
    'servicenow',
    'conflict',
    `${ticket.number} was raised to urgency 1 and given back to its group; ServiceNow itself wakes nobody`,
  );
}

const isWorkedOn = ({ state, assignedTo }: Ticket, ourselves: string | undefined): boolean =>
  assignedTo !== '' && assignedTo !== ourselves && (state === states.inProgress || state === states.onHold);

/** What is not so yet. Nobody's ticket is taken from a person. */
function raise({ state, urgency, impact, assignedTo }: Ticket, ourselves: string | undefined): Record<string, string> {
  return {
    ...(state === states.isNew ? {} : { state: states.isNew }),
    ...(urgency === '1' ? {} : { urgency: '1' }),
    ...(impact === '3' ? { impact: '2' } : {}),
    ...(assignedTo !== '' && assignedTo === ourselves ? { assigned_to: '' } : {}),
  };
}
