import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Call } from '../contract/call.js';
import { VendorError } from '../contract/errors.js';
import { anything, createHttp } from '../wire/http.js';
import { withoutSecrets } from '../wire/secrets.js';
import type { LokiConfig } from './config.js';
import type { LokiEntry } from './entry.js';
import { judge, whyNotStored } from './errors.js';

/** Lines with the same labels, as the push API takes them. */
export interface LokiStream {
  stream: Record<string, string>;
  values: readonly LokiEntry[];
}

/** The connection to one Loki. One request per call; throws VendorError. */
export interface LokiClient {
  env: string | undefined;
  /** `POST /loki/api/v1/push` (contracts 3.3). Returns when Loki has stored them. */
  push: (call: Pick<Call, 'signal' | 'now'>, streams: readonly LokiStream[]) => Promise<void>;
}

/** Below this a packed body is hardly smaller. Bytes. */
const worthPacking = 1024;
const pack = promisify(gzip);

export function connectLoki({ url, tenant, env, login }: LokiConfig, deadlineMs?: number): LokiClient {
  const path = '/loki/api/v1/push';
  const operation = `POST ${path}`;
  const secrets = login === undefined ? [] : 'token' in login ? [login.token] : [login.password, basic(login)];
  const http = createHttp({ vendor: 'loki', secrets, judge, ...(deadlineMs === undefined ? {} : { deadlineMs }) });
  const headers = {
    'content-type': 'application/json',
    ...(tenant === undefined ? {} : { 'x-scope-orgid': tenant }),
    ...(login === undefined ? {} : { authorization: 'token' in login ? `Bearer ${login.token}` : `Basic ${basic(login)}` }),
  };
  return {
    env,
    push: async (call, streams) => {
      const plain = Buffer.from(JSON.stringify({ streams }));
      const sent =
        plain.length > worthPacking
          ? { body: await pack(plain), headers: { ...headers, 'content-encoding': 'gzip' } }
          : { body: plain, headers };
      const { status, body } = await http(call, { method: 'POST', url: `${url}${path}`, operation, ...sent, answer: anything });
      // 204 alone is stored: Loki answers 260 to what it throws away, and a login page answers 200 to everything (contracts 3.3).
      if (status === 204) return;
      const { fault, words } = whyNotStored(status, body);
      throw new VendorError('loki', fault, withoutSecrets(`${operation}: HTTP ${status}: ${words}`, secrets));
    },
  };
}

const basic = ({ user, password }: { user: string; password: string }): string =>
  Buffer.from(`${user}:${password}`).toString('base64');
