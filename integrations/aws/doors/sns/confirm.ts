import { z } from 'zod';
import { isFinal, VendorError } from '../../../contract/errors.js';
import { createHttp } from '../../../wire/http.js';
import { hostOf, type Topic } from './hosts.js';

export type Confirmed = { subscription: string } | { refused: string } | { later: string };

const largestAnswer = 64 * 1024;
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
        url: `${endpoint ?? `https://${host}`}/`,
        operation: 'sns:ConfirmSubscription',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          ...(endpoint === undefined ? {} : { host }),
        },
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
    const says = error instanceof Error ? error.message : 'sns:ConfirmSubscription failed';
    return error instanceof VendorError && isFinal(error.fault) ? { refused: says } : { later: says };
  }
}
