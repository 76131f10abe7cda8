import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Answering, startAnswering } from '../../testkit/answering.js';
import { type Confirmed, confirmSubscription } from './confirm.js';
import type { Topic } from './hosts.js';

const topic: Topic = {
  arn: 'arn:aws:sns:eu-west-1:111122223333:alarms',
  region: 'eu-west-1',
  account: '111122223333',
  name: 'alarms',
};
const subscription = `${topic.arn}:5be6f0d5-4b1f-4d0e-9a52-2f6b3c1d0e9f`;
const token = 'a+b/c='.repeat(20);
const saying = (arn: string): string =>
  `<ConfirmSubscriptionResponse><ConfirmSubscriptionResult><SubscriptionArn>${arn}</SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>`;

let aws: Answering;
beforeEach(async () => {
  aws = await startAnswering();
});
afterEach(() => aws.close());

const confirm = (body: string, status = 200): Promise<Confirmed> => {
  aws.answer((response) => void response.writeHead(status).end(body));
  return confirmSubscription(topic, token, { endpoint: aws.address, signal: new AbortController().signal, now: Date.now });
};

describe('a subscription', () => {
  it('is confirmed by one call of SNS, made of the topic and the token alone', async () => {
    expect(await confirm(saying(subscription))).toEqual({ subscription });
    expect(aws.asked).toMatchObject([
      {
        method: 'POST',
        path: '/',
        headers: { host: 'sns.eu-west-1.amazonaws.com', 'content-type': 'application/x-www-form-urlencoded' },
      },
    ]);
    expect(Object.fromEntries(new URLSearchParams(aws.asked[0]?.body))).toEqual({
      Action: 'ConfirmSubscription',
      Version: '2010-03-31',
      TopicArn: topic.arn,
      Token: token,
    });
  });

  it.each([
    ['none', '<ConfirmSubscriptionResponse/>'],
    ['another topic’s', saying('arn:aws:sns:eu-west-1:999999999999:alarms:5be6f0d5')],
    ['one that only begins like it', saying(`${topic.arn}-of-others:5be6f0d5`)],
    ['what is no ARN', saying('<b>pending confirmation</b>')],
  ])('is not confirmed by an answer with %s', async (_which, body) => {
    expect(await confirm(body)).toEqual({ later: 'sns:ConfirmSubscription answered without the ARN of the subscription' });
  });

  it('is read from an answer of 64 KB, and not from a longer one', async () => {
    expect(await confirm(saying(subscription).padEnd(65_536))).toEqual({ subscription });
    expect(await confirm(saying(subscription).padEnd(65_537))).toEqual({
      later: expect.stringMatching(/^aws: sns:ConfirmSubscription: no answer \(/),
    });
  });

  it.each([400, 403, 404])('that SNS refuses with %i is not asked for again', async (status) => {
    expect(await confirm('', status)).toEqual({ refused: `aws: sns:ConfirmSubscription: HTTP ${status}` });
  });

  it.each([429, 500, 503])('that SNS answers with %i comes again', async (status) => {
    expect(await confirm('', status)).toEqual({ later: `aws: sns:ConfirmSubscription: HTTP ${status}` });
  });

  it('keeps its token to itself, whatever SNS says of it', async () => {
    expect(JSON.stringify(await confirm(`<Message>Invalid parameter: Token ${token}</Message>`, 400))).not.toContain(token);
  });
});
