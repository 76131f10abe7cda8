import { sql } from 'kysely';
import type { Database } from './database.js';
import type { Ledger } from './port.js';

interface Row {
  n: string;
  spread: number[] | null;
  alone: string;
  cleared: string;
}

/**
 * What one rule's own past says of how long a recovery takes and how often there was nothing to do. Of one logic, in all environments.
 * A recovery is counted from the beginning of the effect until it was verified, its period of staying well included.
 */
export const learned =
  (database: Database): Ledger['learned'] =>
  ({ rule, logicHash }) =>
    database.run(async (db) => {
      const found = await sql<Row>`
        with mine as (select incident, kind from label where by_machine and rule = ${rule} and logic_hash = ${logicHash}),
        recovered as (
          select extract(epoch from p.verified_at - p.consumed_at)::float8 * 1000 as ms
          from permit p join mine on mine.incident = p.incident
          where p.verified and p.verified_at >= p.consumed_at
        )
        select
          (select count(*) from recovered) as n,
          (select percentile_cont(array[0.5, 0.9, 0.95]) within group (order by ms) from recovered) as spread,
          (select count(*) from mine where kind in ('human-same', 'human-other', 'cleared-itself')) as alone,
          (select count(*) from mine where kind = 'cleared-itself') as cleared`.execute(db);
      const { n, spread, alone, cleared } = found.rows[0] as Row;
      const [p50, p90, p95] = (spread ?? []).map(Math.round);
      return {
        recovered: Number(n),
        ...(p50 === undefined || p90 === undefined || p95 === undefined ? {} : { recoveryMs: { p50, p90, p95 } }),
        untouched: Number(alone),
        clearedItself: Number(cleared),
      };
    });
