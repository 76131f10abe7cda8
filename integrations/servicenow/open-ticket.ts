import type { Incident } from '../../domain/incident.js';
import type { LedgerRecord } from '../../domain/record.js';
import { VendorError } from '../contract/errors.js';
import type { FollowerReads } from '../contract/follower.js';
import { type Followed, isLinking } from './find.js';
import { plain } from './journal.js';
import { ourPrefix, type Ticket, valueOf } from './record.js';
import { postTicket, search, type ServiceNowCall } from './table.js';

/** How long PagerDuty's app may take to link a ticket of its own. Milliseconds. */
const linkingMs = 120_000;

/** Length of the column `short_description`. */
const longestTitle = 160;

/**
 * Opens the ticket of an incident that has none; whoever asks has searched before. An answer that is lost leaves a ticket that the next
 * search finds. Throws VendorError: `unavailable` while PagerDuty's app may still link one.
 */
export async function openTicket(
  call: ServiceNowCall,
  incident: Followed,
  line: LedgerRecord,
  reads: FollowerReads,
): Promise<Ticket> {
  const { opening } = call.client;
  if (opening.stoppedBecause !== undefined) throw new VendorError('servicenow', 'refused', opening.stoppedBecause);
  const young = call.now() - Date.parse(line.at) < linkingMs;
  if (incident.source === 'pagerduty' && young && (await isLinking(call)))
    throw new VendorError(
      'servicenow',
      'unavailable',
      `PagerDuty is linking a ticket; ${incident.id} may be its incident`,
      5_000,
    );
  const read = (await reads.decision(incident.id))?.incident;
  const mark = `${ourPrefix}${incident.id}`;
  const caller = await callerOf(call);
  const ticket = await postTicket(call, {
    correlation_id: mark,
    correlation_display: 'OpsSentinel',
    // Alert text comes after words of ours: a value that begins with `javascript:` means something to an instance.
    short_description: plain(`OpsSentinel: ${read?.title ?? line.says}`.replace(/\s+/g, ' '), longestTitle),
    description: plain(describe(incident, read, reads)),
    ...gradeOf(read?.urgency),
    ...(caller === undefined ? {} : { caller_id: caller }),
  });
  if (ticket.correlationId === mark) return ticket;
  // Without its mark it is never found again, and every line would open another.
  opening.stoppedBecause = `${ticket.number} was opened, but the instance dropped its correlation_id; no further ticket is opened until the user may write correlation_id and OpsSentinel is restarted`;
  throw new VendorError('servicenow', 'refused', opening.stoppedBecause);
}

function describe(incident: Followed, read: Incident | undefined, reads: FollowerReads): string {
  return [
    `OpsSentinel takes care of ${incident.source} incident ${read?.id ?? incident.externalId}. What it does is told in the work notes.`,
    ...(read ? [`Service: ${read.service.name}`, `Began: ${read.createdAt}`] : []),
    ...(read?.url ? [`Incident: ${read.url}`] : []),
    `Timeline: ${reads.link(incident.id)}`,
  ].join('\n');
}

/** Urgency and impact: 1 high, 2 medium, 3 low; the instance makes the priority of both. */
function gradeOf(urgency: string | undefined): { urgency: string; impact: string } {
  if (urgency === 'high') return { urgency: '1', impact: '2' };
  return urgency === 'low' ? { urgency: '3', impact: '3' } : { urgency: '2', impact: '2' };
}

/** Many instances want to know who calls: ourselves. Where that cannot be told, an instance that insists says so. */
async function callerOf(call: ServiceNowCall): Promise<string | undefined> {
  const { user } = call.client;
  if (user === undefined) return undefined;
  const { rows } = await search(call, { table: 'sys_user', where: [['user_name', '=', user]], columns: ['sys_id'], limit: 2 });
  return rows.map((found) => valueOf(found, 'sys_id')).find((sysId) => sysId !== '');
}
