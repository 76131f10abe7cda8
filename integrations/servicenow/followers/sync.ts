import { planIn } from '../../../domain/plan.js';
import type { LedgerRecord } from '../../../domain/record.js';
import type { FollowerReads } from '../../contract/follower.js';
import { writeWorkNote } from '../journal.js';
import { isOver, isSealed, type Ticket } from '../record.js';
import { getTicket, type ServiceNowCall } from '../table.js';
import { isRemediated, markerOf } from './notes.js';

/** How often the ticket is looked at until PagerDuty's app has brought the resolution. */
const looks = 5;

/**
 * A ticket that PagerDuty's app keeps in step is never resolved by us; once the PagerDuty incident is, it is looked whether the app has
 * done its part, and the ticket is told. Contracts 4.4: write to one side, verify the other.
 */
export async function verifySync(
  call: ServiceNowCall,
  ticket: Ticket,
  report: LedgerRecord,
  reads: FollowerReads,
): Promise<void> {
  const wished = planIn(await reads.decision(report.incident))?.report;
  if (wished?.servicenow !== 'whenVerified' || wished.resolve !== 'whenVerified') return;
  if (!(await reads.timeline(report.incident)).some(isRemediated)) return;
  let now = await getTicket(call, ticket.sysId);
  for (let look = 1; look < looks && !isOver(now.state); look += 1) {
    await call.sleep(call.pace.pollMs);
    now = await getTicket(call, ticket.sysId);
  }
  if (isSealed(now.state)) return;
  const found = isOver(now.state)
    ? 'PagerDuty’s app has resolved this ticket with the PagerDuty incident.'
    : 'The PagerDuty incident is resolved and this ticket is still open: PagerDuty’s app has not brought it here. Resolve it by hand, and look at the app’s sync.';
  await writeWorkNote(call, now, `OpsSentinel verified: ${found}\n${markerOf(report)}`);
}
