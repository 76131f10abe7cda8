import { defineIntegration } from '../contract/integration.js';
import { connectOpenSearch, type OpenSearchClient } from './client.js';
import { type OpenSearchConfig, openSearchConfig, openSearchVariables } from './config.js';
import { openSearchBulk } from './followers/bulk.js';
import { unconfirmed } from './unconfirmed.js';

export const opensearch = defineIntegration<OpenSearchConfig, OpenSearchClient>({
  id: 'opensearch',
  summary: 'OpenSearch: every line of the ledger as a document.',
  config: openSearchConfig,
  connect: (config) => connectOpenSearch(config),
  variables: openSearchVariables,
  connectBy: 'OPENSEARCH_URL',
  followers: [openSearchBulk],
  unconfirmed,
});
