import type { CallWith } from '../../contract/call.js';
import { VendorError, type VendorFault } from '../../contract/errors.js';
import type { FollowerDefinition } from '../../contract/follower.js';
import { groupsWithin } from '../../wire/sink-line.js';
import type { OpenSearchClient } from '../client.js';
import { type Action, actionOf } from '../document.js';
import { outcomeOf, wordsOf } from '../errors.js';
import type { BulkItem } from '../item.js';

/** Of one request. A single document may be as large. Bytes. */
const largestRequest = 1_500_000;

export const openSearchBulk: FollowerDefinition<OpenSearchClient> = {
  id: 'opensearch.bulk',
  summary: 'Every line of the ledger as a document in OpenSearch.',
  permissions: ['indices:data/write/bulk', 'indices:data/write/index', 'indices:admin/create', 'indices:admin/mapping/put'],
  batch: 1_000,
  deliver: async (call, lines) => {
    const actions = lines.map((line) => actionOf(line, call.client.index));
    for (const group of groupsWithin(actions, sizeOf, largestRequest)) await send(call, group);
  },
};

const sizeOf = ({ action, source }: Action): number => Buffer.byteLength(action) + Buffer.byteLength(source) + 2;

async function send(call: CallWith<OpenSearchClient>, actions: readonly Action[]): Promise<void> {
  const items = await call.client.bulk(
    call,
    actions.flatMap(({ action, source }) => [action, source]),
  );
  if (items.length !== actions.length)
    throw new VendorError('opensearch', 'ambiguous', `POST /_bulk: ${items.length} answers to ${actions.length} documents`);
  complain(items);
}

/** Which of several faults decides: what may be over soon comes first, so that no line is given up while another may still be stored. */
const gravest: readonly VendorFault[] = ['throttled', 'unavailable', 'forbidden', 'refused'];

/** Throws for what was not stored. Whatever was stored meets itself when the lines come again. */
function complain(items: readonly BulkItem[]): void {
  for (const fault of gravest) {
    const failed = items.filter((item) => outcomeOf(item) === fault);
    const [first] = failed;
    if (!first) continue;
    const words = first.error ? wordsOf(first.error) : 'no reason given';
    const hint = fault === 'forbidden' ? '; check OPENSEARCH_INDEX, its template, its blocks and the rights on it' : '';
    throw new VendorError(
      'opensearch',
      fault,
      `POST /_bulk: ${failed.length} of ${items.length} not stored: HTTP ${first.status}: ${words.slice(0, 300)}${hint}`,
    );
  }
}
