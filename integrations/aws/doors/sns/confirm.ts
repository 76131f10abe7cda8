import { z } from 'zod';
import { isFinal, type VendorError } from '../../../contract/errors.js';
import { createHttp } from '../../../wire/http.js';
import { hostOf, reachedAt, type Topic } from './hosts.js';

export type Confirmed = { subscription: string } | { refused: string } | { later: string };

/** Bytes. */
const largestAnswer = 65_536;
/** Milliseconds. */
const deadlineMs = 5_000;

/**
 * Confirms a subscription by SNS's own call, made of the topic and the token alone: the SubscribeURL that came is never fetched.
 * It needs no credentials (SNS API reference, ConfirmSubscription: signed only with AuthenticateOnUnsubscribe), and may be repeated.
 */
export async function confirmSubscription(
  topic: Topic,
  token: string,
  { endpoint, signal, now }: { endpoint: string | undefined; signal: AbortSignal; now: () => number },
): Promise<Confirmed> {
  const host = hostOf(topic);
  const http = createHttp({ vendor: 'aws', secrets: [token], deadlineMs, largestAnswer });
  try {
    const { body } = await http(
      { signal, now },
      {
        method: 'POST',
        url: reachedAt(host, endpoint),
        operation: 'sns:ConfirmSubscription',
        headers: { 'content-type': 'application/x-www-form-urlencoded', host },
        body: new URLSearchParams({
          Action: 'ConfirmSubscription',
          Version: '2010-03-31',
          TopicArn: topic.arn,
          Token: token,
        }).toString(),
        answer: z.string(),
      },
    );
    const subscription = /<SubscriptionArn>([A-Za-z0-9:_.-]{1,400})<\/SubscriptionArn>/.exec(body)?.[1];
    if (subscription?.startsWith(`${topic.arn}:`)) return { subscription };
    return { later: 'sns:ConfirmSubscription answered without the ARN of the subscription' };
  } catch (error) {
    // Nothing else is thrown by what `createHttp` made.
    const { fault, message } = error as VendorError;
    return isFinal(fault) ? { refused: message } : { later: message };
  }
}
