import { topicPattern } from './envelope.js';

export interface Topic {
  arn: string;
  region: string;
  account: string;
  name: string;
}

/** The parts of a topic's ARN; `undefined` when it is none. */
export function parseTopic(arn: string): Topic | undefined {
  if (!topicPattern.test(arn)) return undefined;
  const [, , , region, account, name] = arn.split(':') as [string, string, string, string, string, string];
  return { arn, region, account, name };
}

/** `sns.eu-west-1.amazonaws.com`; in China with `.cn` at its end. */
export const hostOf = ({ region }: Pick<Topic, 'region'>): string =>
  `sns.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** Where a request to this host goes: there, or to the address at which AWS is reached instead. The header `Host` names the host all the same. */
export const reachedAt = (host: string, endpoint: string | undefined): string => endpoint ?? `https://${host}`;

const snsHost = /^sns\.[a-zA-Z0-9-]{3,}\.amazonaws\.com(\.cn)?$/;
const certificatePath = /^\/[A-Za-z0-9_-]{1,200}\.pem$/;

/**
 * Why this cannot be where SNS publishes the certificate of a message of this topic; `undefined`: it can (contracts 2.1).
 * The address must be written as it will be asked: what a URL parser would first mend (a port, credentials, `..`) is no address of SNS.
 */
export function whyNotCertificate(url: string, topic: Topic): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'https:' || !snsHost.test(parsed.hostname) || !certificatePath.test(parsed.pathname))
    return 'SigningCertURL is not an https address of SNS that ends in .pem';
  if (url !== `https://${parsed.hostname}${parsed.pathname}`)
    return 'SigningCertURL has a port, credentials, a query or something else that SNS never writes';
  if (parsed.hostname !== hostOf(topic)) return 'SigningCertURL is of another region than the topic';
  return undefined;
}
