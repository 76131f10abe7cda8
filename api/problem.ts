import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { ProblemDocument } from './shapes.js';

export interface ProblemPlace {
  /** Where in the request: `#/planHash` in the body, `?limit` in the query, `{id}` in the path. */
  pointer: string;
  detail: string;
}

/** An answer that says no, as RFC 9457 has it. `detail` says what to do. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly errors: ProblemPlace[] | undefined;
  /** Seconds after which asking again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(status: number, detail: string, more: { errors?: ProblemPlace[]; retryAfter?: number } = {}) {
    super(detail);
    this.status = status;
    this.errors = more.errors;
    this.retryAfter = more.retryAfter;
  }
}

export const notFound = (what: string): Problem => new Problem(404, `There is no ${what}.`);

export const away = (what: string, retryAfter = 5): Problem =>
  new Problem(
    503,
    `${what} does not answer. Nothing was lost; ask again in a few seconds. \`opssentinel doctor\` shows what is away.`,
    { retryAfter },
  );

export function sendProblem(response: Response, problem: Problem): void {
  const body: ProblemDocument = {
    type: 'about:blank',
    title: STATUS_CODES[problem.status] ?? 'Problem',
    status: problem.status,
    detail: problem.message,
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
  };
  if (problem.retryAfter !== undefined) response.set('Retry-After', String(problem.retryAfter));
  if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer');
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(body));
}

/** Last in line: every error leaves as a problem document, and none with a stack trace. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = problemOf(error);
    if (problem.status === 500) log.error({ err: error, method: request.method, path: request.path }, 'a request failed');
    sendProblem(response, problem);
  };
}

/** What is told of an error. Errors are compared by name: they may come from another copy of a module. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { name, status, type } = (error ?? {}) as { name?: unknown; status?: unknown; type?: unknown };
  if (name === 'LedgerUnavailable') return away('The ledger (PostgreSQL)');
  if (type === 'entity.too.large') return new Problem(413, 'The body is larger than 64 KiB.');
  if (type === 'entity.parse.failed') return new Problem(400, 'The body is not JSON.');
  if (type === 'encoding.unsupported' || type === 'charset.unsupported')
    return new Problem(415, 'Send the body as plain JSON in UTF-8.');
  if (name === 'URIError' || (typeof status === 'number' && status >= 400 && status < 500))
    return new Problem(400, 'The request cannot be read.');
  return new Problem(500, 'Something went wrong on our side; it is in the log of the API.');
}
