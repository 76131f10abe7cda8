import { STSClient } from '@aws-sdk/client-sts';
import type { Place } from '../../contract/call.js';
import { withDeadline } from '../../contract/deadline.js';
import { tooLateToBegin, VendorError } from '../../contract/errors.js';
import type { AwsConfig } from '../config.js';
import { asVendorError } from '../errors.js';
import { createSessions, type Sessions } from './sessions.js';
import type { At, AwsTimeouts, Credentials, SdkSettings } from './settings.js';

export type { At, AwsTimeouts } from './settings.js';

export interface SendOptions {
  abortSignal: AbortSignal;
}

/** One service, as two ways of asking it. Each is one HTTP request, at most once, and throws VendorError. */
export interface Service<Sdk> {
  read: <Output>(at: At, send: (sdk: Sdk, options: SendOptions) => Promise<Output>) => Promise<Output>;
  /** `ambiguous` when it may have happened. */
  write: <Output>(at: At, send: (sdk: Sdk, options: SendOptions) => Promise<Output>) => Promise<Output>;
}

/** Makes a service of one of the SDK's clients. `requestMs`: where an answer may take longer than others. */
export type Connection = <Sdk>(make: (settings: SdkSettings) => Sdk, requestMs?: number) => Service<Sdk>;

/** Clients are kept per place and session; beyond this many the oldest is forgotten. They share their sockets. */
const mostClients = 300;

export function connect(config: AwsConfig, timeouts: AwsTimeouts): Connection {
  const handlerFor = handlers(timeouts);
  const base = (region: string, requestMs: number): SdkSettings => ({
    region,
    // The SDK would repeat a write after a timeout or a 5xx, whatever the operation; Temporal repeats reads.
    maxAttempts: 1,
    customUserAgent: 'opssentinel',
    requestHandler: handlerFor(requestMs),
    ...(config.endpoint ? { endpoint: config.endpoint } : {}),
  });
  const sessions = createSessions(config, (region) => base(region, timeouts.request));
  return (make, requestMs = timeouts.request) => {
    const clients = new Map<string, ReturnType<typeof make>>();
    const clientOf = (place: Place, { key, credentials }: Identity) => {
      const region = place.region || config.region || 'us-east-1';
      const known = clients.get(`${region} ${key}`);
      if (known) return known;
      const made = make({ ...base(region, requestMs), ...(credentials ? { credentials } : {}) });
      clients.set(`${region} ${key}`, made);
      if (clients.size > mostClients) clients.delete(clients.keys().next().value as string);
      return made;
    };
    const ask =
      (kind: 'read' | 'write'): Service<ReturnType<typeof make>>['read'] =>
      async (at, send) => {
        // Before anything is sent: a role that cannot be assumed is no ambiguous write.
        const identity = await identify(config, sessions, at, timeouts);
        // A role may take its time to be assumed: looked at once more, with nothing left between this and the request.
        if (kind === 'write' && at.startBy !== undefined && Date.now() > at.startBy)
          throw new VendorError('aws', 'refused', tooLateToBegin);
        const abortSignal = withDeadline(at.signal, timeouts.connect + requestMs);
        try {
          return await send(clientOf(at.place, identity), { abortSignal });
        } catch (error) {
          throw asVendorError(error, kind);
        }
      };
    return { read: ask('read'), write: ask('write') };
  };
}

interface Identity {
  key: string;
  /** Absent: the SDK's own chain finds some. */
  credentials?: Credentials;
}

/** As whom this call is made: the role of its place, assumed for its incident; without a place, ourselves. */
async function identify(config: AwsConfig, sessions: Sessions, at: At, timeouts: AwsTimeouts): Promise<Identity> {
  const { account, role } = at.place;
  if (account !== '' && role !== undefined) {
    const signal = withDeadline(at.signal, timeouts.connect + timeouts.request);
    const session = await sessions.assume({ ...at, signal });
    return { key: session.accessKeyId, credentials: session };
  }
  if (config.credentials === 'sandbox') return { key: account, credentials: sandboxCredentials(account || '000000000000') };
  if (account !== '')
    throw new VendorError(
      'aws',
      'forbidden',
      `the policy names no role for account ${account}; add the account to an environment`,
    );
  return { key: 'own' };
}

/** Worth nothing anywhere. The key id carries the account, because a simulator cannot look up whose key it is. */
const sandboxCredentials = (account: string): Credentials => ({ accessKeyId: `SANDBOX${account}`, secretAccessKey: 'sandbox' });

/** One set of sockets per deadline, shared by all clients of all services: what the SDK makes of these options is what it takes again. */
function handlers({ connect: connectionTimeout }: AwsTimeouts): (requestMs: number) => SdkSettings['requestHandler'] {
  const made = new Map<number, SdkSettings['requestHandler']>();
  return (requestMs) => {
    // Without `throwOnRequestTimeout` the SDK only logs a request that takes too long.
    const requestHandler = {
      connectionTimeout,
      requestTimeout: requestMs,
      socketTimeout: requestMs,
      throwOnRequestTimeout: true,
    };
    const known = made.get(requestMs) ?? new STSClient({ region: 'us-east-1', requestHandler }).config.requestHandler;
    made.set(requestMs, known);
    return known;
  };
}
