import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../../../../domain/json.js';
import type { WireRequest, WireResponse } from '../../../contract/simulator.js';
import { alarmMessage, topicOf } from '../../../wire/simulated/cloudwatch.js';
import { type Change, subjectOf } from '../alarm-messages.js';
import { createPoster } from '../posting.js';
import { formOf } from '../wire.js';
import type { AwsWorld } from '../world.js';
import { certificateAt, operationOf, snsError, snsHost } from './answers.js';
import type { CertificateKind } from './certificate.js';
import { headersOf, type MessageType, signedMessage, subscriptionId } from './message.js';
import { createSubscriptions } from './subscriptions.js';

/** How the simulated topics behave. Every part can be set by `POST /_sandbox/aws/sns`. */
interface Behaviour {
  /** Whether alarms are told. A subscription that is confirmed begins it too. */
  deliver: boolean;
  version: '1' | '2';
  certificate: CertificateKind;
  /** What SigningCertURL says instead of the truth. */
  certUrl?: string;
  /** Whose topic it is said to be, instead of the alarm's account. */
  topic?: string;
  subject: boolean;
  raw: boolean;
}

const usual: Behaviour = { deliver: false, version: '1', certificate: 'good', subject: true, raw: false };

interface Wanted extends Partial<Behaviour> {
  /** Somebody subscribes the API to this topic. */
  subscribe?: string;
  unsubscribe?: string;
  /** Somebody publishes a message of their own. */
  publish?: { message: string; subject?: string; topic?: string };
}

export interface Sns {
  claims: (request: WireRequest) => boolean;
  operation: (request: WireRequest) => string;
  answer: (request: WireRequest) => WireResponse;
  refusal: (status: number) => WireResponse;
  tell: (change: Change) => void;
  control: (request: WireRequest) => JsonObject | undefined;
  reset: () => void;
}

/** SNS: topics that tell alarms over HTTP, their certificates, and ConfirmSubscription. Requests are known by the host that they name. */
export function createSns({ sandbox }: AwsWorld): Sns {
  let behaviour: Behaviour = { ...usual };
  const subscriptions = createSubscriptions(sandbox, () => {
    behaviour = { ...behaviour, deliver: true };
  });
  // Contracts 2.1: an answer within 15 s, 3 retries 20 s apart; 4xx but 429 is final.
  const poster = createPoster(sandbox, {
    answerWithinMs: 15_000,
    pausesMs: [20_000, 20_000, 20_000],
    isRetried: (status) => status >= 500 || status === 429,
  });

  const write = (Type: MessageType, topic: string, Message: string, Subject?: string, Token?: string): Record<string, string> =>
    signedMessage(
      {
        Type,
        TopicArn: behaviour.topic ?? topic,
        Message,
        Subject,
        at: sandbox.now(),
        ...(Token === undefined ? {} : { Token }),
      },
      behaviour,
    );
  const post = (message: Record<string, string>): void =>
    poster.post({
      operation: 'webhook sns',
      about: `${message['Type']} ${message['MessageId']}`,
      url: `${sandbox.settings.apiUrl}/webhooks/sns`,
      headers: headersOf(message, behaviour.raw),
      body: behaviour.raw ? (message['Message'] ?? '') : JSON.stringify(message, undefined, 2),
    });

  const subscribe = (topic: string): void => {
    const words = `You have chosen to subscribe to the topic ${topic}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`;
    post(write('SubscriptionConfirmation', topic, words, undefined, subscriptions.begin(topic)));
  };
  const unsubscribe = (topic: string): void => {
    behaviour = { ...behaviour, deliver: false };
    const words = `You have chosen to deactivate subscription ${topic}:${subscriptionId}.`;
    post(write('UnsubscribeConfirmation', topic, words, undefined, randomBytes(128).toString('hex')));
  };

  const set = ({ subscribe: to, unsubscribe: from, publish, ...change }: Wanted): JsonObject => {
    behaviour = { ...behaviour, ...change };
    if (to !== undefined) subscribe(to);
    if (from !== undefined) unsubscribe(from);
    if (publish) post(write('Notification', publish.topic ?? firstTopic(sandbox.alarms), publish.message, publish.subject));
    return plain(behaviour);
  };

  return {
    claims: ({ headers }) => snsHost.test(headers.host ?? ''),
    operation: operationOf,
    answer: (request) => {
      if (request.method === 'GET' && request.path.endsWith('.pem')) return certificateAt(request.path);
      const form = request.method === 'GET' ? request.query : formOf(request);
      if (form.get('Action') === 'ConfirmSubscription') return subscriptions.confirm(form);
      return snsError(501, 'InvalidAction', `The sandbox does not know ${operationOf(request)}.`);
    },
    refusal: (status) =>
      snsError(status, status >= 500 ? 'InternalFailure' : 'SandboxRefusal', 'A scripted refusal of the sandbox'),
    tell: (change) => {
      if (!behaviour.deliver || change.alarm.title !== undefined) return;
      const subject = behaviour.subject ? subjectOf(change) : undefined;
      post(write('Notification', topicOf(change.alarm), JSON.stringify(alarmMessage(change)), subject));
    },
    control: ({ method, path, body }) => {
      const wanted = JSON.parse(body.toString('utf8') || '{}') as Wanted & Parameters<typeof signedMessage>[0];
      if (method === 'GET' && path === '/sns') return plain({ behaviour, deliveries: poster.list() });
      if (method === 'POST' && path === '/sns') return set(wanted);
      if (method === 'POST' && path === '/sns/sign') {
        const message = signedMessage({ ...wanted, at: wanted.at ?? sandbox.now() }, { ...behaviour, ...wanted });
        return { headers: headersOf(message, false), message };
      }
      return undefined;
    },
    reset: () => {
      behaviour = { ...usual };
      subscriptions.reset();
      poster.reset();
    },
  };
}

const firstTopic = (alarms: AwsWorld['sandbox']['alarms']): string => (alarms[0] ? topicOf(alarms[0]) : '');

const plain = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;
