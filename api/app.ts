import express, { type Express } from 'express';
import helmet from 'helmet';
import type { ApiContext } from './context.js';
import type { ApiDeps } from './deps.js';
import { createAccept } from './door/accept.js';
import { createDoor } from './door/door.js';
import { createDurableEvents } from './door/durable-events.js';
import type { Journal } from './door/journal.js';
import { createRecentSet } from './door/recent-set.js';
import { createTurnstile } from './door/turnstile.js';
import { mountRoutes } from './mount-routes.js';
import { openApiDocument } from './openapi.js';
import { createBuckets } from './buckets.js';
import { createEntrance } from './entrance.js';
import { createGuesses } from './guesses.js';
import { type Mcp, mountMcp } from './mcp/mount.js';
import { Problem, problemHandler } from './problem.js';
import { routes } from './routes/index.js';
import type { Senders } from './senders.js';

/** The Express application: the door first, with bytes as they came; then the route table; then "there is no such thing". */
export function createApp(deps: ApiDeps, context: ApiContext, journal: Journal, senders: Senders, mcp: Mcp | undefined): Express {
  const { limits, runs, metrics, now } = context;
  const guesses = createGuesses(limits.wrongTokens, now);
  const accept = createAccept({
    ledger: deps.ledger,
    runs,
    events: createDurableEvents(limits.rememberedEvents),
    startedRuns: createRecentSet(10_000),
    turnstile: createTurnstile(limits.doorConcurrency, limits.doorQueue),
    journal,
    metrics,
    limits,
    now,
  });
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(
    helmet({ contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }, useDefaults: false } }),
  );
  if (deps.mode === 'sandbox') {
    app.use((_request, response, next) => {
      response.set('X-OpsSentinel', 'SANDBOX');
      next();
    });
  }
  app.use(
    createDoor({
      registry: deps.registry,
      env: deps.env,
      senders,
      limits: { door: createBuckets(limits.doorRate, now), sender: createBuckets(limits.senderRate, now) },
      guesses,
      accept,
      metrics,
      log: deps.log,
      deadlineMs: limits.doorDeadlineMs,
      now,
    }),
  );
  const document = openApiDocument();
  app.get('/openapi.json', (_request, response) => {
    response.json(document);
  });
  const entrance = createEntrance(deps.tokens, guesses, context);
  if (mcp !== undefined) app.use(mountMcp(mcp, entrance));
  app.use(mountRoutes(routes, entrance, context));
  app.use((request) => {
    throw new Problem(404, `There is nothing at ${request.method} ${request.path}; /openapi.json lists what there is.`);
  });
  app.use(problemHandler(deps.log));
  return app;
}
