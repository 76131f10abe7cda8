import type { Request } from 'express';
import { addressOf } from './address.js';
import { createBuckets } from './buckets.js';
import type { ApiContext } from './context.js';
import type { Guesses } from './guesses.js';
import { Problem } from './problem.js';
import { tokenPattern } from './token-entries.js';
import type { ApiTokens, Caller } from './tokens.js';

/** What every request with a token passes, whatever it asks for. Both throw Problem. */
export interface Entrance {
  /** Not too often from one address. */
  pass: (request: Request) => void;
  /** Whose token it is. */
  authenticate: (request: Request) => Caller;
}

export function createEntrance(
  tokens: ApiTokens,
  guesses: Guesses,
  { limits, metrics, now }: Pick<ApiContext, 'limits' | 'metrics' | 'now'>,
): Entrance {
  const requests = createBuckets(limits.restRate, now);
  const limited = (what: string, says: string, retryAfter: number): Problem => {
    metrics.limited.inc({ what });
    return new Problem(429, says, { retryAfter });
  };
  return {
    pass: (request) => {
      const seconds = requests.take(addressOf(request.socket));
      if (seconds > 0) throw limited('rest', 'Too many requests from this address at once.', seconds);
    },
    authenticate: (request) => {
      if (tokens.count === 0)
        throw new Problem(
          401,
          'No token is configured: set OPSSENTINEL_API_TOKENS to name:scope:sha256 entries and start again.',
        );
      const [, token] = /^Bearer (\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
      if (token === undefined || !tokenPattern.test(token))
        throw new Problem(401, 'Send a token: `Authorization: Bearer …` (the command line takes it from OPSSENTINEL_TOKEN).');
      const wait = guesses.wait(request.socket, [token]);
      if (wait > 0) throw limited('guesses', 'Too many wrong tokens from this address; try again later.', wait);
      const caller = tokens.authenticate(token);
      if (caller === undefined) {
        guesses.wrong(request.socket);
        metrics.wrongTokens.inc({ where: 'rest' });
        throw new Problem(401, 'This token is not known here. Tokens are the entries of OPSSENTINEL_API_TOKENS.');
      }
      guesses.right(token);
      return caller;
    },
  };
}
