import { randomBytes } from 'node:crypto';
import type { SandboxWorld, WireRequest, WireResponse } from '../../contract/simulator.js';
import type { Instance } from './instance.js';
import { failure, json } from './table-api.js';

/** Credentials of the simulated instance. */
export const account = {
  user: 'opssentinel',
  password: 'sandbox-password',
  clientId: 'sandbox-client',
  clientSecret: 'sandbox-client-secret',
};

export interface Access {
  /** `POST /oauth_token.do`. */
  token: (request: WireRequest) => WireResponse;
  /** An answer instead of the one that was asked for, if there is one. */
  denied: (request: WireRequest) => WireResponse | undefined;
  /** Every token that was given is worthless from now on, whatever it says. */
  revoke: () => void;
  given: () => number;
  reset: () => void;
}

const hourMs = 3_600_000;

export function createAccess(world: SandboxWorld, instance: Instance): Access {
  let tokens = new Map<string, number>();
  let given = 0;
  let requests: number[] = [];

  // contracts 4.2: Basic, or a token that has not run out.
  const isKnown = (header: string): boolean => {
    const basic = `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}`;
    const until = tokens.get(header.replace(/^Bearer /, ''));
    return header === basic || (until !== undefined && world.now() < until);
  };

  const limited = (): WireResponse | undefined => {
    const { rateLimit, rateLimitSays } = instance.behaviour;
    if (rateLimit === 0) return undefined;
    requests = requests.filter((at) => at > world.now() - hourMs);
    if (requests.length < rateLimit) {
      requests.push(world.now());
      return undefined;
    }
    const reset = Math.ceil(((requests[0] ?? world.now()) + hourMs) / 1_000);
    const wait: Record<string, string> =
      rateLimitSays === 'retry-after' ? { 'retry-after': String(Math.max(1, reset - Math.floor(world.now() / 1_000))) } : {};
    // contracts 4.3: headers and body of a denial.
    return failure(429, 'Rate limit exceeded', `Rate limit of ${rateLimit} requests per hour for Table API exceeded`, {
      'x-ratelimit-limit': String(rateLimit),
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-rule': 'Table API',
      ...wait,
    });
  };

  return {
    token: ({ body }) => {
      const form = new URLSearchParams(body.toString('utf8'));
      const isClient = form.get('client_id') === account.clientId && form.get('client_secret') === account.clientSecret;
      const grant = form.get('grant_type');
      const isUser = form.get('username') === account.user && form.get('password') === account.password;
      if (!isClient || (grant === 'password' ? !isUser : grant !== 'client_credentials'))
        return json(401, { error: 'server_error', error_description: 'access_denied' });
      const token = randomBytes(24).toString('base64url');
      const { tokenSeconds } = instance.behaviour;
      tokens.set(token, world.now() + tokenSeconds * 1_000);
      given += 1;
      // contracts 4.2: the answer's members.
      return json(200, {
        access_token: token,
        refresh_token: randomBytes(24).toString('base64url'),
        scope: 'useraccount',
        token_type: 'Bearer',
        expires_in: tokenSeconds,
      });
    },
    denied: ({ headers }) =>
      isKnown(headers.authorization ?? '')
        ? limited()
        : failure(401, 'User Not Authenticated', 'Required to provide Auth information', {
            'www-authenticate': 'BASIC realm="Service-now"',
          }),
    revoke: () => {
      tokens = new Map();
    },
    given: () => given,
    reset: () => {
      tokens = new Map();
      requests = [];
      given = 0;
    },
  };
}
