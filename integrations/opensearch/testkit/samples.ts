import { follow } from '../../contract/testkit/ledger.js';
import type { VendorSamples } from '../../contract/testkit/sample.js';
import { connectOpenSearch, type OpenSearchClient } from '../client.js';
import type { OpenSearchConfig } from '../config.js';
import { openSearchBulk } from '../followers/bulk.js';

export const samples: VendorSamples<OpenSearchConfig, OpenSearchClient> = {
  connect: connectOpenSearch,
  tells: [
    {
      of: 'opensearch.bulk',
      operation: 'POST /_bulk',
      run: (call) => follow(openSearchBulk, call),
      stands: async (sandbox) => (await sandbox.ask('opensearch/documents')).documents.length,
    },
  ],
};
