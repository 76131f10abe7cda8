import type { Unconfirmed } from '../contract/unconfirmed.js';

export const unconfirmed: readonly Unconfirmed[] = [
  {
    id: 'opensearch.signed-domains',
    assumes:
      'A domain of AWS that wants signatures takes the bulk requests of a signing proxy as they are; a serverless time-series collection refuses ids of our own.',
    tryIt: 'Point OPENSEARCH_URL at the proxy and compare the count of documents with the ledger’s lines.',
    rests: ['integrations/opensearch/client.ts', 'integrations/opensearch/document.ts'],
  },
  {
    id: 'opensearch.largest-request',
    assumes: 'The domain takes requests of 1.5 MB; small instance types stop at 10 MiB.',
    tryIt: 'Let a follower that was away catch up on some thousand lines: no 413 in its log.',
    rests: ['integrations/opensearch/followers/bulk.ts'],
  },
];
