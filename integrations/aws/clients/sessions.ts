import { createHash } from 'node:crypto';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { VendorError } from '../../contract/errors.js';
import { roleArn } from '../arn.js';
import type { AwsConfig } from '../config.js';
import { asVendorError } from '../errors.js';
import type { At, Credentials, SdkSettings } from './settings.js';

/** One session per role and incident: CloudTrail then tells of every call for which incident it was made. */
export interface Sessions {
  /** Throws VendorError, never `ambiguous`: nothing has been asked for yet. */
  assume: (at: At) => Promise<Credentials>;
}

/** The shortest that STS gives (AssumeRole, DurationSeconds: 900 to 43,200). */
const seconds = 900;
/** A session that ends sooner than this is not used any more. Milliseconds. */
const spare = 2 * 60_000;
const mostSessions = 500;

export function createSessions(config: AwsConfig, settings: (region: string) => SdkSettings): Sessions {
  const known = new Map<string, { session: Promise<Credentials>; until: number }>();
  const clients = new Map<string, STSClient>();
  const clientFor = (region: string): STSClient => {
    const client = clients.get(region) ?? new STSClient({ ...settings(region), ...ourOwn(config) });
    clients.set(region, client);
    return client;
  };
  return {
    assume: async (at) => {
      const { account, region, role = '' } = at.place;
      const arn = roleArn({ account, region }, role);
      const key = `${arn} ${at.incident}`;
      const before = known.get(key);
      if (before && before.until - Date.now() > spare) return ours(before.session, at.signal);
      const session = begin(clientFor(region), arn, at);
      known.set(key, { session, until: Date.now() + seconds * 1_000 });
      if (known.size > mostSessions) known.delete(known.keys().next().value as string);
      session.catch(() => known.get(key)?.session === session && known.delete(key));
      return ours(session, at.signal);
    },
  };
}

const ours = async (session: Promise<Credentials>, signal: AbortSignal): Promise<Credentials> => {
  try {
    return await unlessCancelled(session, signal);
  } catch (error) {
    throw asVendorError(error, 'read');
  }
};

/** Many calls wait for one session: it has a deadline of its own, and none of them can cancel it for the others. Milliseconds. */
const deadline = 10_000;

/** Rejects with the call's own reason when that is cancelled; the session goes on for whoever else waits for it. */
async function unlessCancelled(session: Promise<Credentials>, signal: AbortSignal): Promise<Credentials> {
  signal.throwIfAborted();
  let leave: () => void = () => {};
  const cancelled = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
  });
  return Promise.race([session, cancelled]).finally(() => signal.removeEventListener('abort', leave));
}

async function begin(client: STSClient, arn: string, { incident }: At): Promise<Credentials> {
  const command = new AssumeRoleCommand({
    RoleArn: arn,
    RoleSessionName: sessionName(incident),
    SourceIdentity: sourceIdentity(incident),
    DurationSeconds: seconds,
    Tags: [{ Key: 'opssentinel:incident', Value: incident.replace(/[^A-Za-z0-9 _.:/=+@-]/g, '_').slice(0, 256) }],
    TransitiveTagKeys: ['opssentinel:incident'],
  });
  try {
    const { Credentials: given } = await client.send(command, { abortSignal: AbortSignal.timeout(deadline) });
    if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken)
      throw new VendorError('aws', 'unavailable', `sts:AssumeRole of ${arn} answered without credentials`);
    return { accessKeyId: given.AccessKeyId, secretAccessKey: given.SecretAccessKey, sessionToken: given.SessionToken };
  } catch (error) {
    throw asVendorError(error, 'read');
  }
}

/** Who asks for a role: ourselves. In the sandbox an account of nobody's. */
const ourOwn = (config: AwsConfig): { credentials?: Credentials } =>
  config.credentials === 'sandbox' ? { credentials: { accessKeyId: 'SANDBOX000000000000', secretAccessKey: 'sandbox' } } : {};

/** `os-pagerduty=Q0HX7KD`: letters, digits and `+=,.@-_`, 2 to 64 of them, as STS wants it (contracts 5.9). */
export const sessionName = (incident: string): string => fitted(`os-${incident}`);

/** `pagerduty=Q0HX7KD`: stays in CloudTrail through every further role. */
export const sourceIdentity = (incident: string): string => fitted(incident);

/** Our ids hold letters, digits, `._-` and colons. What is longer, or holds anything else, keeps its difference in a hash. */
function fitted(text: string): string {
  if (/^[A-Za-z0-9_.:-]{2,64}$/.test(text)) return text.replaceAll(':', '=');
  const plain = text.replaceAll(':', '=').replace(/[^A-Za-z0-9_+=,.@-]/g, '-');
  return `${plain.slice(0, 51)}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}
