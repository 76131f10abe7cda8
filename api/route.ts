import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { ApiContext } from './context.js';
import type { Caller, Scope } from './tokens.js';

export interface Reply {
  status: number;
  body: unknown;
  /** Sent instead of JSON. */
  html?: string;
}

/** `handled`: the route has taken the response over, as a live stream does. */
export type Handled = Reply | 'handled';

export interface RouteInput<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  /** Who asks. Only a public route may be reached by nobody. */
  caller: Caller;
  request: Request;
  response: Response;
}

/** One line of the route table: what is mounted, what is checked, and what the OpenAPI document says. */
export interface RouteDefinition<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  method: 'get' | 'post' | 'delete';
  /** As OpenAPI writes it: `/api/v1/incidents/{id}`. */
  path: string;
  /** What a token needs at least; `public` needs none. */
  scope: Scope | 'public';
  summary: string;
  description?: string;
  params?: Params;
  query?: Query;
  body?: Body;
  /** Status to what it means and, for JSON, its shape. Problems are added by themselves. */
  responses: Record<number, { says: string; schema?: z.ZodType; contentType?: string; live?: boolean }>;
  /** Problems of its own, beside 400, 401, 403 and 503. */
  problems?: readonly number[];
  handle: (context: ApiContext, input: RouteInput<z.output<Params>, z.output<Query>, z.output<Body>>) => Promise<Handled>;
}

/** A route in a list of different ones. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Route = RouteDefinition<any, any, any>;

export const defineRoute = <Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  definition: RouteDefinition<Params, Query, Body>,
): RouteDefinition<Params, Query, Body> => definition;
