import type { CreateSimulator, Simulator } from '../contract/simulator.js';
import { withOrder } from '../wire/simulated/body.js';
import { push, said } from './simulated/push.js';
import { queryRange } from './simulated/query.js';
import { lokiSettings } from './simulated/settings.js';
import { createStreams } from './simulated/streams.js';

const standard = lokiSettings.parse({});

/**
 * Loki: pushes with its limits, and the least of its queries. What arrives is kept and writes no line into the list of effects: that list is
 * of what people and clouds notice, and a log line is neither.
 */
const createLoki: CreateSimulator = (world): Simulator => {
  const streams = createStreams();
  let settings = standard;
  let bucket = { room: settings.burst, at: world.now() };
  const set = (next: typeof settings): void => {
    settings = next;
    bucket = { room: next.burst, at: world.now() };
  };
  return {
    vendor: 'loki',
    claims: ({ path }) => path.startsWith('/loki/'),
    operation: ({ method, path }) => `${method} ${path}`,
    answer: (request) => {
      // contracts 3.3: X-Scope-OrgID is required where auth_enabled is set.
      if (settings.authEnabled && !request.headers['x-scope-orgid']) return said(401, 'no org id');
      const now = world.now();
      switch (`${request.method} ${request.path}`) {
        case 'POST /loki/api/v1/push':
          return push({ streams, settings, bucket, now }, request);
        case 'GET /loki/api/v1/query_range':
          return queryRange(request, streams, now);
        default:
          return said(501, `SANDBOX: ${request.method} ${request.path} is not simulated`);
      }
    },
    refusal: (_request, status) => said(status, `SANDBOX: scripted ${status}`),
    received: () => ({ lines: streams.all().reduce((sum, { lines }) => sum + lines.length, 0) }),
    controls: {
      'GET /lines': 'the log lines that arrived, and how many were dropped as repeated',
      'POST /settings': 'its limits, and whether a tenant must be named',
    },
    control: ({ method, path, body }) => {
      switch (`${method} ${path}`) {
        case 'GET /lines':
          return {
            dropped: streams.dropped(),
            // In the order of arrival within a stream.
            lines: streams.all().flatMap(({ labels, lines }) => lines.map((one) => ({ ...one, at: String(one.at), labels }))),
          };
        case 'POST /settings':
          return withOrder(lokiSettings, body, (given) => {
            set(given);
            return { ...given };
          });
        default:
          return undefined;
      }
    },
    environment: ({ address }) => ({ LOKI_URL: address, LOKI_ENV: 'sandbox' }),
    reset: () => {
      streams.clear();
      set(standard);
    },
  };
};

export default createLoki;
