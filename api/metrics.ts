import { createServer, type Server } from 'node:http';
import type { FollowerRow } from '../ledger/port.js';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Counters of the API. No label ever holds an incident's id. */
export interface ApiMetrics {
  deliveries: Counter<'source' | 'result'>;
  doorSeconds: Histogram<'source'>;
  quarantined: Counter<'source'>;
  temporalErrors: Counter<'call'>;
  journalFailures: Counter;
  limited: Counter<'what'>;
  wrongTokens: Counter<'where'>;
  streams: Gauge;
  repliesOutOfShape: Counter<'route'>;
  registry: Registry;
}

/** `followers`: asked at every scrape. */
export function createMetrics(followers: () => Promise<readonly FollowerRow[]>): ApiMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  followerGauges(registers, followers);
  return {
    registry,
    deliveries: new Counter({
      name: 'opssentinel_deliveries_total',
      help: 'Webhooks by source and by what became of them. `refused` alone for minutes: look at the signing secret.',
      labelNames: ['source', 'result'],
      registers,
    }),
    doorSeconds: new Histogram({
      name: 'opssentinel_door_seconds',
      help: 'From the first byte of a webhook to its answer.',
      labelNames: ['source'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
      registers,
    }),
    quarantined: new Counter({
      name: 'opssentinel_quarantined_total',
      help: 'Webhooks proven genuine that could not be understood.',
      labelNames: ['source'],
      registers,
    }),
    temporalErrors: new Counter({
      name: 'opssentinel_temporal_errors_total',
      help: 'Calls to Temporal that failed or came too late.',
      labelNames: ['call'],
      registers,
    }),
    journalFailures: new Counter({
      name: 'opssentinel_journal_failures_total',
      help: 'Lines of the journal that could not be written; the runs they tell of are durable.',
      registers,
    }),
    limited: new Counter({
      name: 'opssentinel_limited_total',
      help: 'Requests answered 429, by the limit: `door` and `sender` at the webhooks, `rest` at the API, `mcp` at one of its MCP tools, `guesses` for wrong tokens.',
      labelNames: ['what'],
      registers,
    }),
    wrongTokens: new Counter({
      name: 'opssentinel_wrong_tokens_total',
      help: 'Tokens shown that are nobody’s, at the webhooks (`door`) and at the API (`rest`). Many: somebody tries them out.',
      labelNames: ['where'],
      registers,
    }),
    streams: new Gauge({ name: 'opssentinel_streams', help: 'Live streams that are open.', registers }),
    repliesOutOfShape: new Counter({
      name: 'opssentinel_replies_out_of_shape_total',
      help: 'Answers that were not what the OpenAPI document, or the MCP tool, says.',
      labelNames: ['route'],
      registers,
    }),
  };
}

/** While the ledger is away they have no value: the scrape itself goes on. */
function followerGauges(registers: Registry[], followers: () => Promise<readonly FollowerRow[]>): void {
  const gauge = (name: string, help: string, valueOf: (row: FollowerRow) => number): void => {
    const made = new Gauge({
      name,
      help,
      labelNames: ['follower'],
      registers,
      async collect() {
        const rows = await followers().catch(() => []);
        made.reset();
        for (const row of rows) made.set({ follower: row.follower }, valueOf(row));
      },
    });
  };
  gauge(
    'opssentinel_follower_behind',
    'Lines of the ledger that a follower (a log, a metric, a search index, a ticket) has not stored yet. Growing: its sink is away.',
    ({ behind }) => behind,
  );
  gauge(
    'opssentinel_follower_skipped',
    'Lines that the sink of a follower refused for good, so that they were left out; the log of the worker says which.',
    ({ skipped }) => skipped,
  );
}

/** `/metrics` on a port of its own, so that it need not be public. */
export function createMetricsServer(metrics: ApiMetrics): Server {
  return createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Only GET /metrics is here.\n');
      return;
    }
    metrics.registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
}
