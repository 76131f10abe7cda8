import { incidentId } from '../../domain/incident-id.js';
import { VendorError } from '../contract/errors.js';
import { isOver, ourPrefix, pagerDutyColumns, pagerDutyWaiting, type Ticket, ticketColumns, ticketOf } from './record.js';
import { getTicket, search, type Search, type ServiceNowCall } from './table.js';

/** One of our incidents, as its id names it. */
export interface Followed {
  /** `pagerduty:Q0HX2R9`, `pagerduty:Q0HX2R9:r1763853600`. */
  id: string;
  source: string;
  externalId: string;
  /** `0`: its first life. */
  life: string;
}

/** The ids of both are of letters and digits alone, so that nothing in them is escaped. `undefined`: not one of our ids. */
export function followedOf(id: string): Followed | undefined {
  const [, source, externalId, life = '0'] = /^([^:]+):([^:]+)(?::r(.+))?$/.exec(id) ?? [];
  return source === undefined || externalId === undefined ? undefined : { id, source, externalId, life };
}

/**
 * The ticket of an incident. By our own mark; by that of its earlier life, while that ticket is open; by PagerDuty's link to it. Throws
 * VendorError: `conflict` where two tickets carry one mark (neither is touched), `forbidden` where it cannot be told.
 */
export async function findTicket(call: ServiceNowCall, incident: Followed): Promise<Ticket | undefined> {
  if (incident.source === 'servicenow') return getTicket(call, incident.externalId);
  const mark = `${ourPrefix}${incident.id}`;
  return (
    single(await marked(call, [['correlation_id', '=', mark]]), mark) ??
    (await ofEarlierLife(call, incident)) ??
    (await linkedByPagerDuty(call, incident))
  );
}

/** What was resolved since is of a life that is over: it is not written to. */
async function ofEarlierLife(call: ServiceNowCall, { source, externalId, life }: Followed): Promise<Ticket | undefined> {
  if (life === '0') return undefined;
  const first = `${ourPrefix}${incidentId({ source, externalId, generation: '0' })}`;
  for (const operator of ['=', 'STARTSWITH'] as const) {
    const wanted = operator === '=' ? first : `${first}:r`;
    const found = await marked(call, [...open, ['correlation_id', operator, wanted]]);
    const ticket = single(
      found.filter(({ state }) => !isOver(state)),
      wanted,
    );
    if (ticket) return ticket;
  }
  return undefined;
}

const open: Search['where'] = [['active', '=', 'true']];

async function linkedByPagerDuty(call: ServiceNowCall, { source, externalId }: Followed): Promise<Ticket | undefined> {
  if (source !== 'pagerduty') return undefined;
  for (const column of pagerDutyColumns) {
    // Without PagerDuty's app there is no such column: the instance leaves that part out, and none of its rows is ours.
    const { rows } = await searchTickets(call, [[column, '=', externalId]]);
    const found = single(rows.map(ticketOf), externalId);
    if (found) return found;
  }
  return undefined;
}

/** Whether PagerDuty's app is just now creating an incident for some ticket: then the one of ours may be linked in a moment. */
export async function isLinking(call: ServiceNowCall): Promise<boolean> {
  for (const column of pagerDutyColumns) {
    const { rows } = await searchTickets(call, [...open, [column, '=', pagerDutyWaiting]]);
    if (rows.length > 0) return true;
  }
  return false;
}

const searchTickets = (call: ServiceNowCall, where: Search['where']) =>
  search(call, { table: call.client.table, where, columns: ticketColumns, limit: 2 });

/** By our own mark alone, which a user that may work on tickets must be able to search by. */
async function marked(call: ServiceNowCall, where: Search['where']): Promise<Ticket[]> {
  const { rows, ignored, hidden } = await searchTickets(call, where);
  if (ignored || hidden > 0)
    throw new VendorError(
      'servicenow',
      'forbidden',
      `tickets cannot be searched by correlation_id; give the user read access to ${call.client.table} and to its correlation_id`,
    );
  return rows.map(ticketOf);
}

function single(tickets: readonly Ticket[], mark: string): Ticket | undefined {
  const [ticket, other] = tickets;
  if (ticket && other)
    throw new VendorError(
      'servicenow',
      'conflict',
      `${ticket.number} and ${other.number} are both of ${mark}: neither is touched; clear that on one of them`,
    );
  return ticket;
}
