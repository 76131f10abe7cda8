import type { Ledger } from '../ledger/port.js';
import type { ClosedCalendar } from './shapes.js';

/** Calendars outside that were closed when somebody last looked. The API asks no vendor: whoever decides has left it in the ledger. */
export async function closedCalendars(ledger: Pick<Ledger, 'closedCalendars'>): Promise<ClosedCalendar[]> {
  const seen = await ledger.closedCalendars();
  return seen.map(({ closed: _closed, asked: _asked, allow, ...one }) => ({ ...one, allow: [...allow] }));
}
