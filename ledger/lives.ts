import { sql } from 'kysely';
import { incidentId, lifeIn } from '../domain/incident-id.js';
import type { Database } from './database.js';
import type { Ledger } from './port.js';

/**
 * The newest life that we began: by the incident's row, or, where its run has not written one yet, by the journal's line of its start.
 * In byte order everything from `<id>:r` up to `<id>:s` is a life of that incident and nothing else.
 */
export const latestLifeOf =
  (database: Database): Ledger['latestLifeOf'] =>
  (source, externalId) =>
    database.run(async (db) => {
      const first = incidentId({ source, externalId, generation: '0' });
      const [from, to] = [`${first}:r`, `${first}:s`];
      const found = await sql<{ id: string }>`
        select id from (
          select id, started_at as at from incident
            where id collate "C" = ${first} or (id collate "C" >= ${from} and id collate "C" < ${to})
          union all
          select incident as id, at from journal
            where incident is not null and result = 'started'
              and (incident collate "C" = ${first} or (incident collate "C" >= ${from} and incident collate "C" < ${to}))
        ) lives
        order by at desc, id desc
        limit 1`.execute(db);
      const id = found.rows[0]?.id;
      return id === undefined ? undefined : lifeIn(id, { source, externalId });
    });
