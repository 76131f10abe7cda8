import type { Json, JsonObject } from '../../../domain/json.js';
import type { SandboxWorld, WireResponse } from '../../contract/simulator.js';
import { type Behaviour, type SimUser, users } from './account.js';
import type { Changes } from './changes.js';
import type { Incidents } from './incidents.js';
import type { Subscriptions } from './subscriptions.js';

export interface RestDeps {
  world: SandboxWorld;
  incidents: Incidents;
  subscriptions: Subscriptions;
  changes: Changes;
  behaviour: () => Behaviour;
}

/** What a route is given: ids from the path, the parsed body, and for writes the user of `From`. */
export interface Ask {
  ids: readonly string[];
  query: URLSearchParams;
  body: JsonObject;
  by: SimUser;
}

export interface Route {
  method: string;
  /** As the calls and effects lists show it. */
  template: string;
  /** Writes need a `From` that is a user. */
  from?: boolean;
  answer: (ask: Ask) => WireResponse;
}

export const json = (status: number, body: Json): WireResponse => ({ status, body: JSON.stringify(body) });

/** contracts 1.9: `{"error":{"message","code","errors"}}`. */
export const restError = (status: number, code: number, message: string, errors: string[] = []): WireResponse =>
  json(status, { error: { message, code, ...(errors.length > 0 ? { errors } : {}) } });

export const notFound = (): WireResponse => restError(404, 2100, 'Not Found');
export const invalid = (...errors: string[]): WireResponse => restError(400, 2001, 'Invalid Input Provided', errors);

/** A page by limit and offset, as every list of the REST API has it: 25 at a time, 100 at most. */
export function paged<Item>(
  all: readonly Item[],
  query: URLSearchParams,
): { page: Item[]; limit: number; offset: number; more: boolean; total: null } {
  const limit = Math.min(100, Number(query.get('limit') ?? 25));
  const offset = Number(query.get('offset') ?? 0);
  return { page: all.slice(offset, offset + limit), limit, offset, more: all.length > offset + limit, total: null };
}

export const userOf = (email: string | undefined): SimUser | undefined => users.find((user) => user.email === email);

export function objectIn(body: JsonObject, name: string): JsonObject | undefined {
  const value = body[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}
