import { z } from 'zod';
import { defineDoor, type RawRequest, type Received } from '../../contract/source.js';
import { alarmTime } from '../occurrence.js';
import { alarmNamed } from '../sources/cloudwatch/alarm-id.js';
import { alarmStates, receivedOf } from '../sources/cloudwatch/transition.js';
import { whyNotValid } from './sns/certificate.js';
import { confirmSubscription } from './sns/confirm.js';
import { type SnsDoor, snsDoorConfig } from './sns/door.js';
import { certificateUrlOf, type Envelope, envelopeOf } from './sns/envelope.js';
import { type Topic, whyNotCertificate } from './sns/hosts.js';
import { isKnownVersion, isSignedBy } from './sns/signature.js';

/** SNS gives up after 3,600 s under every delivery policy (contracts 2.1); as much again for its clock and ours. Milliseconds. */
const tooOldMs = 7_200_000;

/** Contracts 2.2. Only what names the transition: everything else is read at CloudWatch. */
const alarmMessage = z.object({
  AlarmName: z.string(),
  NewStateValue: z.string(),
  AlarmArn: z.string(),
  AWSAccountId: z.string().nullable().default(null),
  StateChangeTime: z.string(),
});

export const snsDoor = defineDoor({
  id: 'sns',
  path: '/webhooks/sns',
  summary: 'CloudWatch alarms from Amazon SNS.',
  proofs: ['signature'],
  signedBy: 'OPSSENTINEL_SNS_TOPICS',
  door: snsDoorConfig,
  receive: async (request, door) =>
    door ? receive(request, door) : { kind: 'later', because: 'No topic is named in OPSSENTINEL_SNS_TOPICS.' },
});

const refused = (because: string): Received => ({ kind: 'refused', status: 401, because });

/** Proves and reduces a message of SNS (contracts 2.1). Never throws. A 4xx is final for SNS: it throws the message away. */
export async function receive(request: RawRequest, door: SnsDoor): Promise<Received> {
  const { headers, body } = request;
  if (headers['x-amz-sns-rawdelivery']?.toLowerCase() === 'true')
    return refused(
      'A raw message carries no signature, so nothing proves it. Switch raw message delivery off for this subscription.',
    );
  const encoding = headers['content-encoding']?.trim().toLowerCase();
  if (encoding && encoding !== 'identity')
    return { kind: 'refused', status: 415, because: 'The body has a Content-Encoding, which SNS never sends.' };
  const message = envelopeOf(body);
  if (!message) return refused('The body is not a message of SNS.');
  const topic = door.topics.get(message.TopicArn);
  // Before anything is fetched: whoever names no topic of ours makes us ask nobody.
  if (!topic) return refused(`The topic ${message.TopicArn} is not in OPSSENTINEL_SNS_TOPICS.`);
  const doubt = await whyNotProven(message, topic, request, door);
  return doubt ?? sort(message, topic, request, door);
}

/** `undefined`: SNS signed it. */
async function whyNotProven(message: Envelope, topic: Topic, request: RawRequest, door: SnsDoor): Promise<Received | undefined> {
  const url = certificateUrlOf(message);
  const wrong = whyNotCertificate(url, topic);
  if (wrong !== undefined) return refused(wrong);
  if (!isKnownVersion(message.SignatureVersion)) return refused('SignatureVersion is neither 1 nor 2.');
  const looked = await door.certificates.at(url, request.signal);
  if ('later' in looked) return { kind: 'later', because: looked.later };
  if ('never' in looked) return refused(looked.never);
  const invalid = whyNotValid(looked.certificate, Date.parse(request.receivedAt));
  if (invalid !== undefined) return refused(invalid);
  return isSignedBy(message, looked.certificate.key) ? undefined : refused('The signature does not fit the message.');
}

async function sort(message: Envelope, topic: Topic, request: RawRequest, door: SnsDoor): Promise<Received> {
  const { MessageId: eventId, Timestamp, Type } = message;
  const recorded = (because: string): Received => ({ kind: 'recorded', eventId, eventType: `sns.${Type}`, because });
  const published = alarmTime(Timestamp);
  if (published === undefined || Date.parse(request.receivedAt) - published > tooOldMs)
    return recorded('too old to act: it was published more than 2 h ago');
  if (message.Type === 'Notification') return alarmOf(message, topic, request) ?? recorded('not an alarm of CloudWatch');
  if (message.Type === 'UnsubscribeConfirmation')
    return recorded(`the subscription of ${topic.arn} has ended: its alarms do not come here any more`);
  const confirmed = await confirmSubscription(topic, message.Token, {
    endpoint: door.endpoint,
    signal: request.signal,
    now: Date.now,
  });
  if ('later' in confirmed) return { kind: 'later', because: confirmed.later };
  if ('refused' in confirmed) return recorded(`not confirmed: ${confirmed.refused}. Subscribe again`);
  return recorded(`subscription confirmed: ${confirmed.subscription}`);
}

/** `undefined`: it is no alarm's. `Region` in it is a display name and the subject is cut: the ARN alone says which alarm it is. */
function alarmOf({ Message, MessageId, SignatureVersion }: Envelope, topic: Topic, request: RawRequest): Received | undefined {
  const said = messageOf(Message);
  const parsed = alarmMessage.safeParse(said);
  if (!parsed.success)
    return looksLikeAlarm(said)
      ? { kind: 'quarantined', because: 'signed, but its alarm lacks AlarmArn, StateChangeTime or NewStateValue' }
      : undefined;
  const { AlarmArn, AlarmName, AWSAccountId, NewStateValue, StateChangeTime } = parsed.data;
  const alarm = alarmNamed(AlarmArn, { name: AlarmName, account: AWSAccountId });
  if (typeof alarm === 'string') return { kind: 'quarantined', because: `signed, but ${alarm}` };
  const at = alarmTime(StateChangeTime);
  const to = alarmStates.find((state) => state === NewStateValue);
  if (at === undefined || to === undefined)
    return { kind: 'quarantined', because: 'signed, but its StateChangeTime or NewStateValue is not one of CloudWatch' };
  const authenticatedBy = `SNS signature version ${SignatureVersion}, topic ${topic.name} of ${topic.account}`;
  return receivedOf({ alarm, to, at }, { eventId: MessageId, trust: 'signed', authenticatedBy }, request);
}

function messageOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const looksLikeAlarm = (said: unknown): boolean =>
  typeof said === 'object' && said !== null && Object.hasOwn(said, 'AlarmName') && Object.hasOwn(said, 'NewStateValue');
