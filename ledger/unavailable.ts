import { LedgerUnavailable } from './port.js';

/**
 * SQLSTATE classes and codes that say "not now": connection, resources, shutdown, time limit, read-only standby, disk, deadlock.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const notNow = [/^08/, /^53/, /^57P/, /^57014$/, /^58/, /^25006$/, /^40/, /^55P03$/, /^28/, /^3D000$/];

/** Errors of the connection itself have no SQLSTATE but a code of the system, or none at all. */
const connection =
  /ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|Connection terminated|timeout exceeded|timeout expired|Query read timeout|not queryable|Client was closed|Cannot use a pool|connection ended/i;

/** What of the database failed, in our one word; anything else (a bug, a judge that threw) is left as it is. */
export function asUnavailable(problem: unknown): unknown {
  if (problem instanceof LedgerUnavailable || !isErrorLike(problem)) return problem;
  const code = typeof problem.code === 'string' ? problem.code : '';
  const away =
    /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E')
      ? notNow.some((pattern) => pattern.test(code))
      : connection.test(`${code} ${problem.message}`);
  return away ? new LedgerUnavailable(`the ledger does not answer: ${problem.message || code}`) : problem;
}

/** Not `instanceof`: an error of Node's own core may be of another realm. */
const isErrorLike = (problem: unknown): problem is { message: string; code?: unknown } =>
  typeof problem === 'object' && problem !== null && 'message' in problem && typeof problem.message === 'string';
