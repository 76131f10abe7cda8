import { sql, type Selectable } from 'kysely';
import type { CalendarSeen } from '../domain/calendar.js';
import type { Database } from './database.js';
import type { Ledger } from './port.js';
import type { CalendarSeenTable } from './schema.js';
import { storableText } from './storable.js';

/** What somebody saw of the calendars outside. People are shown it; no admission and no consumption reads it. */
export function calendarBook(database: Database): Pick<Ledger, 'putCalendars' | 'closedCalendars'> {
  return {
    putCalendars: (seen) =>
      database.run(async (db) => {
        const byKey = new Map(seen.map((one) => [JSON.stringify([one.from, one.scope, one.asked]), rowOf(one)]));
        // One order for all: two that write the same rows the other way round would each wait for the other.
        const rows = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
        if (rows.length === 0) return;
        await db
          .insertInto('calendar_seen')
          .values(rows)
          .onConflict((conflict) =>
            conflict
              .columns(['calendar', 'scope', 'asked'])
              .doUpdateSet({
                closed: sql`excluded.closed`,
                says: sql`excluded.says`,
                allow: sql`excluded.allow`,
                until: sql`excluded.until`,
                read_at: sql`excluded.read_at`,
                read_by: sql`excluded.read_by`,
              })
              // Several read at once: what was read last stands, whoever comes to write last.
              .where(sql<boolean>`calendar_seen.read_at <= excluded.read_at`),
          )
          .execute();
      }),
    closedCalendars: () =>
      database.run(async (db) => {
        const rows = await db
          .selectFrom('calendar_seen')
          .selectAll()
          .where('closed', '=', true)
          .where((where) => where.or([where('until', 'is', null), where('until', '>', database.now())]))
          // What nobody has looked at for a day is no news of today.
          .where(sql<boolean>`read_at > ${database.now()} - interval '24 hours'`)
          .orderBy('calendar')
          .orderBy('scope')
          .orderBy('asked')
          .execute();
        return rows.map(seenOf);
      }),
  };
}

const rowOf = ({ from, scope, asked, closed, says, allow, until, readAt, by }: CalendarSeen): CalendarSeenTable => ({
  calendar: storableText(from),
  scope: storableText(scope),
  asked: storableText(asked),
  closed,
  says: storableText(says),
  allow: [...allow],
  until: until === undefined ? null : dated(until),
  read_at: dated(readAt),
  read_by: storableText(by),
});

function dated(at: string): Date {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) throw new TypeError(`A calendar's times must be ISO 8601, not "${at}".`);
  return date;
}

const seenOf = (row: Selectable<CalendarSeenTable>): CalendarSeen => ({
  from: row.calendar,
  scope: row.scope,
  asked: row.asked,
  closed: row.closed,
  says: row.says,
  allow: row.allow,
  ...(row.until === null ? {} : { until: row.until.toISOString() }),
  readAt: row.read_at.toISOString(),
  by: row.read_by,
});
