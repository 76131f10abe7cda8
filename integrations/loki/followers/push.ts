import type { LedgerRecord } from '../../../domain/record.js';
import type { FollowerDefinition, FollowerReads } from '../../contract/follower.js';
import { groupsWithin } from '../../wire/sink-line.js';
import type { LokiClient } from '../client.js';
import { entryOf, type LokiEntry } from '../entry.js';

/** Of one request before it is packed: below what Loki (6 MB at once per tenant) and the usual proxy (1 MB) take. Bytes. */
const largestPush = 900_000;

/** Labels make streams, of which a tenant has 5,000: what differs from line to line is structured metadata (contracts 3.3). */
export const lokiPush: FollowerDefinition<LokiClient> = {
  id: 'loki.push',
  summary: 'Every line of the ledger as a log line in Loki.',
  permissions: ['POST /loki/api/v1/push'],
  batch: 500,
  deliver: async (call, lines, reads) => {
    const { client } = call;
    const stream = { service_name: 'opssentinel', ...(client.env === undefined ? {} : { env: client.env }) };
    const ruleOf = rulesBy(reads);
    const entries: LokiEntry[] = [];
    for (const line of lines) entries.push(entryOf(line, await ruleOf(line)));
    for (const values of groupsWithin(entries, sizeOf, largestPush)) await client.push(call, [{ stream, values }]);
  },
};

const sizeOf = (entry: LokiEntry): number => Buffer.byteLength(JSON.stringify(entry)) + 1;

/** What is written before the rule is chosen may be sent before or after: only what comes later names the rule. */
const isBefore = ({ phase }: LedgerRecord): boolean => phase === 'webhook' || phase === 'alert';

function rulesBy(reads: FollowerReads): (line: LedgerRecord) => Promise<string | undefined> {
  const known = new Map<string, string | undefined>();
  return async (line) => {
    const { incident } = line;
    if (isBefore(line)) return undefined;
    if (!known.has(incident)) {
      const decision = await reads.decision(incident);
      known.set(incident, decision && 'plan' in decision ? decision.plan.rule.name : undefined);
    }
    return known.get(incident);
  };
}
