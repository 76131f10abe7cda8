import { z } from 'zod';
import { jsonOf } from '../json-body.js';

/** Letters as they are: what UTF-8 cannot write would have the same signed bytes as other text. */
const writable = (text: string): boolean => Buffer.from(text).toString('utf8') === text;
const text = z.string().refine(writable);
// A line break in any signed value but the first could move the borders between them, and the signature would still hold.
const line = text.regex(/^[^\r\n\u2028\u2029]*$/);

export const topicPattern = /^arn:aws[a-z-]*:sns:[a-z0-9-]{3,}:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/;

const common = z.object({
  MessageId: z.string().regex(/^[A-Za-z0-9-]{1,100}$/),
  TopicArn: z.string().regex(topicPattern),
  Message: text,
  Timestamp: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/),
  SignatureVersion: z.string().max(10),
  Signature: z.string().max(2_000),
  SigningCertURL: z.string().max(500).optional(),
  /** As Lambda is handed the same message. */
  SigningCertUrl: z.string().max(500).optional(),
});

const notification = common.extend({
  Type: z.literal('Notification'),
  /** Lambda's form has `null` where there is none. */
  Subject: line.nullish(),
});
const handshake = common.extend({
  Type: z.enum(['SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  Token: z.string().regex(/^[A-Za-z0-9+/=_-]{16,2000}$/),
  SubscribeURL: line,
});

const envelope = z.discriminatedUnion('Type', [notification, handshake]);

/** A message as SNS posts it over HTTP (contracts 2.1). Nothing in it is proven yet. */
export type Envelope = z.infer<typeof envelope>;

/** The message that a body holds, or `undefined`. The content type says `text/plain`, and topics can change it: it is not looked at. */
export function envelopeOf(body: Buffer): Envelope | undefined {
  return envelope.safeParse(jsonOf(body)).data;
}

export const certificateUrlOf = ({ SigningCertURL, SigningCertUrl }: Envelope): string => SigningCertURL ?? SigningCertUrl ?? '';

/** What the signature is over: name and value, a line each, in this order (contracts 2.1). `Subject` only where there is one. */
export function stringToSign(message: Envelope): string {
  const { Message, MessageId, Timestamp, TopicArn, Type } = message;
  const members: readonly (readonly [name: string, value: string | null | undefined])[] =
    message.Type === 'Notification'
      ? [
          ['Message', Message],
          ['MessageId', MessageId],
          ['Subject', message.Subject],
          ['Timestamp', Timestamp],
          ['TopicArn', TopicArn],
          ['Type', Type],
        ]
      : [
          ['Message', Message],
          ['MessageId', MessageId],
          ['SubscribeURL', message.SubscribeURL],
          ['Timestamp', Timestamp],
          ['Token', message.Token],
          ['TopicArn', TopicArn],
          ['Type', Type],
        ];
  return members.map(([name, value]) => (value == null ? '' : `${name}\n${value}\n`)).join('');
}
