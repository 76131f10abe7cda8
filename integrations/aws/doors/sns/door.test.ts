import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Answering, startAnswering } from '../../testkit/answering.js';
import { snsDoorConfig } from './door.js';

const arn = (name: string): string => `arn:aws:sns:eu-west-1:111122223333:${name}`;
let aws: Answering;
beforeEach(async () => {
  aws = await startAnswering();
});
afterEach(() => aws.close());

describe('the door of SNS', () => {
  it('knows each topic that is named by its ARN', () => {
    const door = snsDoorConfig.parse({ OPSSENTINEL_SNS_TOPICS: ` ${arn('alarms')} , ${arn('other')}` });
    expect([...(door?.topics ?? [])]).toEqual([
      [arn('alarms'), { arn: arn('alarms'), region: 'eu-west-1', account: '111122223333', name: 'alarms' }],
      [arn('other'), { arn: arn('other'), region: 'eu-west-1', account: '111122223333', name: 'other' }],
    ]);
  });

  it('takes 200 topics, and says that 201 are too many', () => {
    const listed = (count: number): string => Array.from({ length: count }, (_, index) => arn(`t${index}`)).join(',');
    expect(snsDoorConfig.parse({ OPSSENTINEL_SNS_TOPICS: listed(200) })?.topics.size).toBe(200);
    const { error } = snsDoorConfig.safeParse({ OPSSENTINEL_SNS_TOPICS: listed(201) });
    expect(error?.issues).toMatchObject([{ path: ['OPSSENTINEL_SNS_TOPICS'], message: 'has more than 200 topics' }]);
  });

  it.each([undefined, ''])('reaches AWS at its own hosts where AWS_ENDPOINT_URL is %j', (AWS_ENDPOINT_URL) => {
    expect(snsDoorConfig.parse({ OPSSENTINEL_SNS_TOPICS: arn('alarms'), AWS_ENDPOINT_URL })).toMatchObject({
      endpoint: undefined,
    });
  });

  it('reaches AWS at AWS_ENDPOINT_URL, however many slashes it ends in', async () => {
    for (const ending of ['', '/', '//']) {
      const door = snsDoorConfig.parse({ OPSSENTINEL_SNS_TOPICS: arn('alarms'), AWS_ENDPOINT_URL: `${aws.address}${ending}` });
      expect(door?.endpoint).toBe(aws.address);
      await door?.certificates.at('https://sns.eu-west-1.amazonaws.com/a.pem', new AbortController().signal);
    }
    expect(aws.asked.map(({ path }) => path)).toEqual(['/a.pem', '/a.pem', '/a.pem']);
  });
});
