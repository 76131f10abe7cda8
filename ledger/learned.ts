import { sql } from 'kysely';
import { usualWithinMs } from '../domain/patience.js';
import type { Database } from './database.js';
import type { Learned, Ledger } from './port.js';

interface Row {
  n: string;
  spread: number[] | null;
  alone: string;
  cleared: string;
  services: NonNullable<Learned['services']>;
  runbooks: { runbook: string; recovered: number; p95Ms: number | null }[];
}

/**
 * What one rule's own past says of how long a recovery takes and how often there was nothing to do. Of one logic, in all environments.
 * A recovery is counted from the beginning of the effect until it was verified, its period of staying well included; of a runbook, from
 * the end of its effect, as its verification is. There one that was given up before its usual time might have come later and counts as
 * slower than any: else each figure would cut off what the next one is taken from, and so shrink by itself. Where so many were given up
 * that the 95th of 100 is among them, there is no such figure.
 */
export const learned =
  (database: Database): Ledger['learned'] =>
  ({ rule, logicHash }) =>
    database.run(async (db) => {
      const found = await sql<Row>`
        with mine as (select incident, kind from label where by_machine and rule = ${rule} and logic_hash = ${logicHash}),
        looked as (
          select p.incident, p.service, p.environment, p.runbook, p.verified,
            extract(epoch from p.verified_at - p.consumed_at)::float8 * 1000 as ms,
            extract(epoch from p.verified_at - coalesce(p.ended_at, p.consumed_at))::float8 * 1000 as after_ms
          from permit p join mine on mine.incident = p.incident
          where p.verified is not null and p.verified_at >= p.consumed_at
        ),
        recovered as (select * from looked where verified),
        served as (
          select split_part(incident, ':', 1) as source, service, environment, count(*) as n,
            round(percentile_cont(0.9) within group (order by ms)) as p90
          from recovered group by 1, 2, 3
        ),
        ran as (
          select runbook, count(*) filter (where verified) as n,
            percentile_disc(0.95) within group (order by case when verified then after_ms else 'Infinity' end)
              filter (where verified or after_ms < ${usualWithinMs}) as p95
          from looked group by 1
        )
        select
          (select count(*) from recovered) as n,
          (select percentile_cont(array[0.5, 0.9, 0.95]) within group (order by ms) from recovered) as spread,
          (select count(*) from mine where kind in ('human-same', 'human-other', 'cleared-itself')) as alone,
          (select count(*) from mine where kind = 'cleared-itself') as cleared,
          (
            select coalesce(
              json_agg(
                json_build_object('source', source, 'service', service, 'environment', environment, 'recovered', n, 'p90Ms', p90)
                order by source, service, environment
              ),
              '[]'
            )
            from served
          ) as services,
          (
            select coalesce(json_agg(json_build_object('runbook', runbook, 'recovered', n, 'p95Ms', nullif(p95, 'Infinity')) order by runbook), '[]')
            from ran
          ) as runbooks`.execute(db);
      const { n, spread, alone, cleared, services, runbooks } = found.rows[0] as Row;
      const [p50, p90, p95] = (spread ?? []).map(Math.round);
      return {
        recovered: Number(n),
        ...(p50 === undefined || p90 === undefined || p95 === undefined ? {} : { recoveryMs: { p50, p90, p95 } }),
        untouched: Number(alone),
        clearedItself: Number(cleared),
        ...(services.length === 0 ? {} : { services }),
        ...(runbooks.length === 0 ? {} : { runbooks: runbooks.map(known) }),
      };
    });

const known = ({ p95Ms, ...one }: Row['runbooks'][number]): NonNullable<Learned['runbooks']>[number] => ({
  ...one,
  ...(p95Ms === null ? {} : { p95Ms: Math.round(p95Ms) }),
});
