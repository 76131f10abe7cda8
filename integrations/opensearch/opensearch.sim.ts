import type { CreateSimulator, Simulator } from '../contract/simulator.js';
import { withOrder } from '../wire/simulated/body.js';
import { bulk, failure, openSearchSettings } from './simulated/bulk.js';
import { look } from './simulated/search.js';
import { createStore } from './simulated/store.js';

const mount = /^\/opensearch(?=\/)/;
const [user, password] = ['opssentinel', 'sandbox'];

/**
 * contracts 6, OpenSearch: bulk requests with an answer per item, and the least of search and count. What arrives is kept and writes no line into the list
 * of effects: that list is of what people and clouds notice, and a document in an index is neither.
 */
const createOpenSearch: CreateSimulator = (): Simulator => {
  const store = createStore();
  let settings = openSearchSettings.parse({});
  let ids = 0;
  const nextId = (): string => `sandbox-${(ids += 1)}`;
  return {
    vendor: 'opensearch',
    claims: ({ path }) => mount.test(path),
    operation: ({ method, path }) => `${method} ${path.replace(mount, '')}`,
    answer: (request) => {
      const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
      if (request.headers.authorization !== expected)
        return {
          status: 401,
          headers: { 'content-type': 'text/plain', 'www-authenticate': 'Basic realm="OpenSearch Security"' },
          body: 'Unauthorized',
        };
      const path = request.path.replace(mount, '');
      if (request.method === 'POST' && path === '/_bulk') return bulk({ store, settings, nextId }, request);
      const [, index = '', what] = /^(?:\/([^/_][^/]*))?\/(_search|_count)$/.exec(path) ?? [];
      if (what !== undefined) return look(request, store, decodeURIComponent(index), what);
      return failure(501, 'sandbox', `SANDBOX: ${request.method} ${path} is not simulated`);
    },
    refusal: (_request, status) =>
      failure(status, status === 429 ? 'rejected_execution_exception' : 'sandbox', `SANDBOX: scripted ${status}`),
    received: () => ({ documents: store.documents('*').length }),
    controls: {
      'GET /documents': 'the documents that arrived',
      'POST /settings': 'whether indices make themselves, which are data streams, and which items fail',
    },
    control: ({ method, path, body }) => {
      switch (`${method} ${path}`) {
        case 'GET /documents':
          return { documents: store.documents('*') };
        case 'POST /settings':
          return withOrder(openSearchSettings, body, (given) => {
            settings = given;
            return { ...given };
          });
        default:
          return undefined;
      }
    },
    environment: ({ address }) => ({
      OPENSEARCH_URL: `${address}/opensearch`,
      OPENSEARCH_USER: user,
      OPENSEARCH_PASSWORD: password,
    }),
    reset: () => {
      store.clear();
      settings = openSearchSettings.parse({});
    },
  };
};

export default createOpenSearch;
