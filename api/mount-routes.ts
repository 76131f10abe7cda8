import express, { Router, type Request, type RequestHandler } from 'express';
import type { z } from 'zod';
import { addressOf } from './address.js';
import { type Buckets, createBuckets } from './buckets.js';
import type { ApiContext } from './context.js';
import type { Guesses } from './guesses.js';
import { Problem, type ProblemPlace } from './problem.js';
import type { Route } from './route.js';
import { tokenPattern } from './token-entries.js';
import { covers, type ApiTokens, type Caller } from './tokens.js';

const nobody: Caller = { name: 'nobody', scope: 'viewer' };

interface Entrance {
  tokens: ApiTokens;
  guesses: Guesses;
  requests: Buckets;
  metrics: ApiContext['metrics'];
}

/** Mounts the route table. The order in each is always: not too often, who asks, may they, is it well formed, do it. */
export function mountRoutes(routes: readonly Route[], tokens: ApiTokens, context: ApiContext, guesses: Guesses): Router {
  const { limits, metrics, now } = context;
  const entrance: Entrance = { tokens, guesses, requests: createBuckets(limits.restRate, now), metrics };
  const router = Router({ caseSensitive: true });
  const json = express.json({ limit: '64kb', strict: true, inflate: false });
  for (const route of routes) {
    const path = route.path.replace(/\{(\w+)\}/g, ':$1');
    router[route.method](path, authorise(route, entrance), json, serve(route, context));
  }
  return router;
}

function authorise(route: Route, entrance: Entrance): RequestHandler {
  return (request, response, next) => {
    const seconds = entrance.requests.take(addressOf(request.socket));
    if (seconds > 0) throw limited(entrance, 'rest', 'Too many requests from this address at once.', seconds);
    if (route.scope !== 'public') {
      const caller = authenticate(request, entrance);
      if (!covers(caller.scope, route.scope)) {
        throw new Problem(403, `This needs a token with scope ${route.scope}; ${caller.name} has ${caller.scope}.`);
      }
      response.locals.caller = caller;
    }
    next();
  };
}

function limited({ metrics }: Entrance, what: string, says: string, retryAfter: number): Problem {
  metrics.limited.inc({ what });
  return new Problem(429, says, { retryAfter });
}

function authenticate(request: Request, entrance: Entrance): Caller {
  const { tokens, guesses, metrics } = entrance;
  if (tokens.count === 0)
    throw new Problem(401, 'No token is configured: set OPSSENTINEL_API_TOKENS to name:scope:sha256 entries and start again.');
  const [, token] = /^Bearer (\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
  if (token === undefined || !tokenPattern.test(token))
    throw new Problem(401, 'Send a token: `Authorization: Bearer …` (the command line takes it from OPSSENTINEL_TOKEN).');
  const wait = guesses.wait(request.socket, [token]);
  if (wait > 0) throw limited(entrance, 'guesses', 'Too many wrong tokens from this address; try again later.', wait);
  const caller = tokens.authenticate(token);
  if (caller === undefined) {
    guesses.wrong(request.socket);
    metrics.wrongTokens.inc({ where: 'rest' });
    throw new Problem(401, 'This token is not known here. Tokens are the entries of OPSSENTINEL_API_TOKENS.');
  }
  guesses.right(token);
  return caller;
}

function serve(route: Route, context: ApiContext): RequestHandler {
  return async (request, response) => {
    if (route.body !== undefined && request.body === undefined && Number(request.get('content-length') ?? 0) > 0) {
      throw new Problem(415, 'Send the body as application/json.');
    }
    const places: ProblemPlace[] = [];
    const params = read(route.params, request.params, places, (path) => `{${path.join('.')}}`);
    const query = read(route.query, request.query, places, (path) => `?${path.join('.')}`);
    const body = read(route.body, request.body, places, (path) => `#/${path.join('/')}`);
    if (places.length > 0)
      throw new Problem(400, 'The request is not well formed; `errors` names each place.', { errors: places });

    const caller = (response.locals.caller as Caller | undefined) ?? nobody;
    const reply = await route.handle(context, { params, query, body, caller, request, response });
    if (reply === 'handled') return;
    response.set('Cache-Control', 'no-store').status(reply.status);
    if (reply.html !== undefined) {
      response.type('html').send(reply.html);
      return;
    }
    watchShape(route, reply, context);
    response.json(reply.body);
  };
}

function read(
  schema: z.ZodType | undefined,
  value: unknown,
  places: ProblemPlace[],
  pointer: (path: PropertyKey[]) => string,
): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) places.push({ pointer: pointer(issue.path), detail: issue.message });
  return undefined;
}

/** An answer that is not what the document says is our mistake: it is counted and logged, and still sent. */
function watchShape(route: Route, reply: { status: number; body: unknown }, { metrics, log }: ApiContext): void {
  const shape = route.responses[reply.status]?.schema?.safeParse(reply.body);
  if (shape === undefined || shape.success) return;
  metrics.repliesOutOfShape.inc({ route: `${route.method} ${route.path}` });
  log.error(
    { route: route.path, places: shape.error.issues.map((issue) => issue.path.join('.')) },
    'an answer is not what the OpenAPI document says',
  );
}
