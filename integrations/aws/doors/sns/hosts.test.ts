import { describe, expect, it } from '@jest/globals';
import { hostOf, parseTopic, reachedAt, whyNotCertificate } from './hosts.js';

const topic = { arn: 'arn:aws:sns:eu-west-1:111122223333:alarms', region: 'eu-west-1', account: '111122223333', name: 'alarms' };

describe('the ARN of a topic', () => {
  it.each([
    [topic.arn, topic],
    [
      'arn:aws-cn:sns:cn-north-1:111122223333:alarms',
      { arn: 'arn:aws-cn:sns:cn-north-1:111122223333:alarms', region: 'cn-north-1', account: '111122223333', name: 'alarms' },
    ],
    [
      'arn:aws-us-gov:sns:us-gov-west-1:111122223333:Ops_1.fifo',
      {
        arn: 'arn:aws-us-gov:sns:us-gov-west-1:111122223333:Ops_1.fifo',
        region: 'us-gov-west-1',
        account: '111122223333',
        name: 'Ops_1.fifo',
      },
    ],
  ])('%s is read', (arn, parts) => {
    expect(parseTopic(arn)).toEqual(parts);
  });

  it.each([
    '',
    `x${topic.arn}`,
    `${topic.arn}:5be6f0d5-4b1f-4d0e-9a52-2f6b3c1d0e9f`,
    `${topic.arn} `,
    topic.arn.replace(':aws:', ':AWS:'),
    topic.arn.replace('sns', 'sqs'),
    topic.arn.replace('eu-west-1', 'EU'),
    topic.arn.replace('111122223333', '11112222333'),
    topic.arn.replace('alarms', ''),
  ])('%j is none', (arn) => {
    expect(parseTopic(arn)).toBeUndefined();
  });
});

describe('the host of SNS', () => {
  it.each([
    ['eu-west-1', 'sns.eu-west-1.amazonaws.com'],
    ['us-gov-west-1', 'sns.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'sns.cn-north-1.amazonaws.com.cn'],
  ])('of %s is %s', (region, host) => {
    expect(hostOf({ region })).toBe(host);
  });

  it('is asked itself, or at the address that stands for AWS', () => {
    const host = 'sns.eu-west-1.amazonaws.com';
    expect(reachedAt(host, undefined)).toBe('https://sns.eu-west-1.amazonaws.com');
    expect(reachedAt(host, 'http://127.0.0.1:4566')).toBe('http://127.0.0.1:4566');
  });
});

describe('where a certificate may stand', () => {
  const host = 'https://sns.eu-west-1.amazonaws.com';
  const nowhere = 'SigningCertURL is not an https address of SNS that ends in .pem';
  const mended = 'SigningCertURL has a port, credentials, a query or something else that SNS never writes';
  const elsewhere = 'SigningCertURL is of another region than the topic';

  it.each([
    ['', nowhere],
    ['/a.pem', nowhere],
    [`http://sns.eu-west-1.amazonaws.com/a.pem`, nowhere],
    [`https://xsns.eu-west-1.amazonaws.com/a.pem`, nowhere],
    [`https://sns.eu-west-1.amazonaws.com.attacker.tld/a.pem`, nowhere],
    [`https://sqs.eu-west-1.amazonaws.com/a.pem`, nowhere],
    [`${host}/a.crt`, nowhere],
    [`${host}/a.pem/b`, nowhere],
    [`${host}/a.pems`, nowhere],
    [`${host}/b/a.pem`, nowhere],
    [`${host}/.pem`, nowhere],
    [`${host}/${'a'.repeat(201)}.pem`, nowhere],
    [`${host}:444/a.pem`, mended],
    [`${host}/a.pem?x=1`, mended],
    [`${host}/a.pem#x`, mended],
    [`https://user:pass@sns.eu-west-1.amazonaws.com/a.pem`, mended],
    [`https://SNS.eu-west-1.amazonaws.com/a.pem`, mended],
    [`https://sns.us-east-1.amazonaws.com/a.pem`, elsewhere],
    [`https://sns.eu-west-1.amazonaws.com.cn/a.pem`, elsewhere],
  ])('is not %s', (url, because) => {
    expect(whyNotCertificate(url, topic)).toBe(because);
  });

  it.each([
    [`${host}/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem`, topic],
    [`${host}/${'a'.repeat(200)}.pem`, topic],
    ['https://sns.cn-north-1.amazonaws.com.cn/a_B-1.pem', { ...topic, region: 'cn-north-1' }],
  ])('is %s', (url, of) => {
    expect(whyNotCertificate(url, of)).toBeUndefined();
  });
});
