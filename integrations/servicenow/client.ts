import { z } from 'zod';
import type { Call } from '../contract/call.js';
import { VendorError } from '../contract/errors.js';
import { createHttp, type Http } from '../wire/http.js';
import type { Credentials, ServiceNowConfig } from './config.js';
import { judge, unauthenticated } from './errors.js';

/** One request below the instance's address. */
export interface ServiceNowRequest<Body extends z.ZodType> {
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  /** For people: `PATCH incident`. */
  operation: string;
  query?: readonly (readonly [name: string, value: string])[];
  body?: object;
  /** The fields that are used; everything else of the answer is dropped. */
  answer: Body;
}

/** The connection to one instance. Exactly one request per call, but for a token that had run out. Throws VendorError. */
export interface ServiceNowClient extends Pick<ServiceNowConfig, 'url' | 'user' | 'table' | 'closeCode' | 'openTickets'> {
  request: <Body extends z.ZodType>(
    call: Pick<Call, 'signal' | 'now'>,
    request: ServiceNowRequest<Body>,
  ) => Promise<{
    body: z.infer<Body> /** `X-Total-Count`: rows that the query has, before rights are applied. */;
    total: number | undefined;
  }>;
  /** Why no ticket is opened any more, if something makes each of them a lost one. Ends with the process. */
  opening: { stoppedBecause?: string };
}

export function connectServiceNow(config: ServiceNowConfig, deadlineMs?: number): ServiceNowClient {
  const secrets = secretsOf(config.credentials);
  const http = createHttp({ vendor: 'servicenow', secrets, judge, ...(deadlineMs === undefined ? {} : { deadlineMs }) });
  const authorization =
    config.credentials.kind === 'basic'
      ? createBasic(config.credentials)
      : createTokens(http, config.url, config.credentials, secrets);
  const { url, user, table, closeCode, openTickets } = config;
  return {
    url,
    user,
    table,
    closeCode,
    openTickets,
    opening: {},
    request: async (call, { path, ...request }) => {
      const send = async (header: string) => {
        const headers = { authorization: header, accept: 'application/json' };
        const { body, headers: got } = await http(call, { ...request, url: `${url}${path}`, headers });
        const total = got['x-total-count'];
        return { body, total: total !== undefined && /^\d+$/.test(total) ? Number(total) : undefined };
      };
      try {
        return await send(await authorization.give(call));
      } catch (error) {
        // 401 proves that nothing was done: also a write may be sent again.
        if (!(error instanceof VendorError) || error.code !== unauthenticated || !authorization.forget()) throw error;
        return send(await authorization.give(call));
      }
    },
  };
}

interface Authorization {
  /** The header's value. */
  give: (call: Pick<Call, 'signal' | 'now'>) => Promise<string>;
  /** Whether another one may be had, after this one was refused. */
  forget: () => boolean;
}

const basicOf = (name: string, word: string): string => Buffer.from(`${name}:${word}`).toString('base64');

const createBasic = ({ user, password }: Credentials & { kind: 'basic' }): Authorization => ({
  give: async () => `Basic ${basicOf(user, password)}`,
  forget: () => false,
});

/** Everything that must never come out. A token that is given later is added. */
const secretsOf = (credentials: Credentials): string[] =>
  credentials.kind === 'basic'
    ? [credentials.password, basicOf(credentials.user, credentials.password)]
    : [credentials.clientSecret, credentials.password ?? ''];

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive(),
});

/** A token is not used in the last part of its life: the request may be under way for a while. Milliseconds. */
const spareMs = 60_000;

/** `POST /oauth_token.do`, a form. Contracts 4.2. */
function createTokens(
  http: Http,
  url: string,
  { clientId, clientSecret, user, password }: Credentials & { kind: 'oauth' },
  secrets: string[],
): Authorization {
  const place = secrets.length;
  let held: { token: string; until: number } | undefined;
  const form = new URLSearchParams({
    grant_type: password === undefined ? 'client_credentials' : 'password',
    client_id: clientId,
    client_secret: clientSecret,
    ...(user === undefined || password === undefined ? {} : { username: user, password }),
  });
  return {
    give: async (call) => {
      if (held && call.now() < held.until) return `Bearer ${held.token}`;
      held = undefined;
      const { body } = await http(call, {
        method: 'POST',
        url: `${url}/oauth_token.do`,
        operation: 'POST /oauth_token.do',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: form.toString(),
        // It changes nothing that anybody sees: whatever becomes of it, asking again is safe.
        kind: 'read',
        answer: tokenAnswer,
      });
      const life = body.expires_in * 1_000;
      held = { token: body.access_token, until: call.now() + Math.max(life - spareMs, life / 2) };
      secrets[place] = body.access_token;
      return `Bearer ${body.access_token}`;
    },
    forget: () => {
      const had = held !== undefined;
      held = undefined;
      return had;
    },
  };
}
