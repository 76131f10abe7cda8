import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.js';
import { defaultLimits, type ApiDeps } from './deps.js';
import { createJournal } from './door/journal.js';
import { doorStanding } from './door/standing.js';
import { openMcp } from './mcp/mount.js';
import { readMcpSettings } from './mcp/settings.js';
import { createMetrics, createMetricsServer } from './metrics.js';
import { createRuns } from './runs.js';
import { readSenders } from './senders.js';
import { createStreams } from './streams.js';

export interface RunningApi {
  /** e.g. `http://127.0.0.1:8080`; `https://…` where it has a certificate. */
  address: string;
  metricsAddress: string;
  /** Takes nothing new, ends live streams, lets what is under way end, and writes the journal's last lines. */
  close: () => Promise<void>;
}

/** How long requests that are under way may take once we close. Milliseconds. */
const closeGraceMs = 3000;

/**
 * Starts the API: webhooks, REST, live streams, and metrics on a port of their own. It holds no right to change anything outside.
 * Rejects with one Error that lists everything that is configured wrongly, or that names the port that is taken.
 */
export async function start(deps: ApiDeps): Promise<RunningApi> {
  const limits = { ...defaultLimits, ...deps.limits };
  const { senders, problems: wrongSenders } = readSenders(deps.env);
  const { settings: mcpSettings, problems: wrongMcp } = readMcpSettings(deps.env, deps.host);
  const problems = [...wrongSenders, ...wrongMcp];
  if (problems.length > 0) throw new Error(`The API's configuration is wrong:\n  ${problems.join('\n  ')}`);
  const metrics = createMetrics(() => deps.ledger.cursors());
  const journal = createJournal(deps.ledger, metrics, deps.log);
  const streams = createStreams(deps.ledger, limits, metrics);
  const runs = createRuns(deps.temporal);
  const doors = doorStanding(deps.registry.sources, deps.env, senders);
  const context = { ...deps, runs, streams, metrics, limits, doors, now: Date.now };
  const mcp = await openMcp(mcpSettings, context);
  const app = createApp(deps, context, journal, senders, mcp);

  // Node waits 300 s for a request and 60 s for its headers, and looks every 30 s: far too long for a door that anyone can reach.
  const patience = { requestTimeout: 10_000, headersTimeout: 5000, connectionsCheckingInterval: 1000, keepAliveTimeout: 5000 };
  const { tls } = senders;
  const secure = tls && createTlsServer({ ...tls.options(), ...patience }, app);
  const server = secure ?? createServer(patience, app);
  const metricsServer = createMetricsServer(metrics);
  const refreshing = secure && setInterval(() => tls.refresh(secure, deps.log), limits.certificatesEveryMs);
  refreshing?.unref();
  const address = (await listen(server, deps.host, deps.port, 'API')).replace('http:', secure ? 'https:' : 'http:');
  const metricsAddress = await listen(metricsServer, deps.host, deps.metricsPort, 'metrics').catch(async (error: unknown) => {
    await closeServer(server);
    throw error;
  });
  return {
    address,
    metricsAddress,
    close: async () => {
      clearInterval(refreshing);
      await streams.close();
      await Promise.all([closeServer(server), closeServer(metricsServer)]);
      await Promise.all([journal.settled(), runs.settled()]);
    },
  };
}

function listen(server: Server, host: string, port: number, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} on ${host}, for the ${what}, is taken by another process; stop that one or choose another port.`;
      reject(error.code === 'EADDRINUSE' ? new Error(taken) : error);
    });
    server.listen(port, host, () => {
      const bound = server.address() as AddressInfo;
      const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
      resolve(`http://${name}:${bound.port}`);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), closeGraceMs);
    // A connection whose request ends while we close would be kept open for the next one.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearTimeout(force);
      clearInterval(idle);
      resolve();
    });
    server.closeIdleConnections();
  });
}
