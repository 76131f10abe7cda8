import { constants, createHash, randomUUID, sign } from 'node:crypto';
import { type CertificateKind, simulatedCertificate } from './certificate.js';

export type MessageType = 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';

/** What a message says. `Subject` undefined: it has none. */
export interface Said {
  Type: MessageType;
  TopicArn: string;
  Message: string;
  Subject?: string | undefined;
  Token?: string;
  /** Default: a new one. */
  MessageId?: string;
  /** Epoch milliseconds. */
  at: number;
}

export interface Signing {
  version: '1' | '2';
  certificate: CertificateKind;
  /** Where the certificate is said to stand; default: where it does. */
  certUrl?: string | undefined;
}

// Contracts 2.1: the order of what is signed.
const signed: Readonly<Record<MessageType, readonly string[]>> = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};

export const certificatePath = (kind: string): string =>
  `/SimpleNotificationService-${createHash('sha256').update(kind).digest('hex').slice(0, 32)}.pem`;

/** A message as SNS writes it, signed with the key of a certificate (contracts 2.1). */
export function signedMessage(said: Said, { version, certificate, certUrl }: Signing): Record<string, string> {
  const { Type, TopicArn, Message, Subject, at, MessageId = randomUUID() } = said;
  const host = `https://sns.${TopicArn.split(':')[3]}.amazonaws.com`;
  const fields: Record<string, string> = { Type, MessageId };
  if (said.Token !== undefined) fields['Token'] = said.Token;
  fields['TopicArn'] = TopicArn;
  if (Subject !== undefined) fields['Subject'] = Subject;
  fields['Message'] = Message;
  if (said.Token !== undefined)
    fields['SubscribeURL'] = `${host}/?Action=ConfirmSubscription&TopicArn=${TopicArn}&Token=${said.Token}`;
  fields['Timestamp'] = new Date(at).toISOString();
  const text = signed[Type].flatMap((key) => (fields[key] === undefined ? [] : [`${key}\n${fields[key]}\n`])).join('');
  const key = simulatedCertificate(certificate).key;
  const padding = certificate === 'ec' ? {} : { padding: constants.RSA_PKCS1_PADDING };
  return {
    ...fields,
    SignatureVersion: version,
    Signature: sign(version === '1' ? 'sha1' : 'sha256', Buffer.from(text), { key, ...padding }).toString('base64'),
    SigningCertURL: certUrl ?? `${host}${certificatePath(certificate)}`,
    ...(Type === 'Notification'
      ? { UnsubscribeURL: `${host}/?Action=Unsubscribe&SubscriptionArn=${TopicArn}:${subscriptionId}` }
      : {}),
  };
}

export const subscriptionId = '5be6f0d5-4b1f-4d0e-9a52-2f6b3c1d0e9f';

/** Contracts 2.1: the headers of a delivery. */
export function headersOf(message: Record<string, string>, raw: boolean): Record<string, string> {
  const { Type = '', MessageId = '', TopicArn = '' } = message;
  return {
    'content-type': 'text/plain; charset=UTF-8',
    'user-agent': 'Amazon Simple Notification Service Agent',
    'x-amz-sns-message-type': Type,
    'x-amz-sns-message-id': MessageId,
    'x-amz-sns-topic-arn': TopicArn,
    ...(Type === 'SubscriptionConfirmation' ? {} : { 'x-amz-sns-subscription-arn': `${TopicArn}:${subscriptionId}` }),
    ...(raw ? { 'x-amz-sns-rawdelivery': 'true' } : {}),
    'x-opssentinel': 'SANDBOX',
  };
}
