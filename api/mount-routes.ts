import express, { Router, type RequestHandler } from 'express';
import type { z } from 'zod';
import type { ApiContext } from './context.js';
import type { Entrance } from './entrance.js';
import { Problem, type ProblemPlace } from './problem.js';
import type { Route } from './route.js';
import { covers, type Caller } from './tokens.js';

const nobody: Caller = { name: 'nobody', scope: 'viewer' };

/** Mounts the route table. The order in each is always: not too often, who asks, may they, is it well formed, do it. */
export function mountRoutes(routes: readonly Route[], entrance: Entrance, context: ApiContext): Router {
  const router = Router({ caseSensitive: true });
  const json = jsonBody();
  for (const route of routes) {
    const path = route.path.replace(/\{(\w+)\}/g, ':$1');
    router[route.method](path, authorise(route, entrance), json, serve(route, context));
  }
  return router;
}

/** At most 64 KiB of JSON, not compressed. */
export const jsonBody = (): RequestHandler => express.json({ limit: '64kb', strict: true, inflate: false });

function authorise(route: Route, entrance: Entrance): RequestHandler {
  return (request, response, next) => {
    entrance.pass(request);
    if (route.scope !== 'public') {
      const caller = entrance.authenticate(request);
      if (!covers(caller.scope, route.scope)) {
        throw new Problem(403, `This needs a token with scope ${route.scope}; ${caller.name} has ${caller.scope}.`);
      }
      response.locals.caller = caller;
    }
    next();
  };
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
