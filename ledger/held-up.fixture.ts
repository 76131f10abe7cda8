import pg from 'pg';

const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;

/** For tests: runs something while another session holds a lock, on every permit where nothing else is said. */
export async function heldUp<T>(
  url: string,
  run: (other: { untilSomebodyWaits: () => Promise<void>; commit: () => Promise<unknown> }) => Promise<T>,
  lock = 'select * from permit for update',
): Promise<T> {
  const [holder, watcher] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
  await Promise.all([holder.connect(), watcher.connect()]);
  try {
    await holder.query('begin');
    await holder.query(lock);
    return await run({
      commit: () => holder.query('commit'),
      untilSomebodyWaits: async () => {
        while ((await watcher.query(waiting)).rowCount === 0);
      },
    });
  } finally {
    await holder.query('rollback');
    await Promise.all([holder.end(), watcher.end()]);
  }
}
