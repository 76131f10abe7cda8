import { effective } from '../domain/label.js';
import { demotionFor } from '../domain/precision.js';
import type { Database } from './database.js';
import { holdOf, inForce } from './holds.js';
import { labelOf } from './labels.js';
import type { Ledger } from './port.js';
import { takeTurn } from './turn.js';

/**
 * A rule that acts by itself and turns out wrong asks from now on. Judged at each wrong label alone, so that whoever has lifted such a
 * hold is not overruled before the next mistake; one transaction, so that there is never a second hold.
 */
export const demotion =
  (database: Database): Ledger['demote'] =>
  (because) =>
    database.transaction(async (tx) => {
      if (because.mode !== 'auto' || because.label !== 'wrong') return undefined;
      const scope = `rule:${because.rule}`;
      await takeTurn(tx);
      const rows = await tx
        .selectFrom('label')
        .selectAll()
        .where('rule', '=', because.rule)
        .where('environment', '=', because.environment)
        .where('logic_hash', '=', because.logicHash)
        .execute();
      const why = demotionFor(effective(rows.map(labelOf)), Date.parse(because.at));
      if (why === undefined) return undefined;
      const [standing] = (await inForce(database, tx, [scope])).filter(({ kind }) => kind === 'demotion');
      if (standing) return { hold: standing, placed: false };
      const reason = `in ${because.environment}: ${why}`;
      const row = { kind: 'demotion', scope, reason, owner: 'opssentinel', until: null, since: database.now() } as const;
      return { hold: holdOf(await tx.insertInto('hold').values(row).returningAll().executeTakeFirstOrThrow()), placed: true };
    });
