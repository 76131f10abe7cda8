import type { Database } from './database.js';
import type { Ledger } from './port.js';
import { storableText } from './storable.js';

export function journalBook(database: Database): Pick<Ledger, 'journal' | 'journalCount'> {
  return {
    journal: ({ source, eventId, eventType, incident, result, says }) =>
      database.run(async (db) => {
        const row = {
          source: storableText(source),
          event_id: storableText(eventId),
          event_type: storableText(eventType),
          incident: incident === undefined ? null : storableText(incident),
          result,
          says: storableText(says),
          at: database.now(),
        };
        await db
          .insertInto('journal')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }),
    journalCount: ({ source, eventId, result }) =>
      database.run(async (db) => {
        let query = db.selectFrom('journal').select((select) => select.fn.countAll<string>().as('lines'));
        if (source !== undefined) query = query.where('source', '=', source);
        if (eventId !== undefined) query = query.where('event_id', '=', eventId);
        if (result !== undefined) query = query.where('result', '=', result);
        return Number((await query.executeTakeFirstOrThrow()).lines);
      }),
  };
}
