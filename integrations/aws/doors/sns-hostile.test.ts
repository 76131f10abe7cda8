import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Received } from '../../contract/source.js';
import { type Doors, startDoors } from '../testkit/receiver.js';

const topic = 'arn:aws:sns:eu-west-1:111122223333:alarms';
const host = 'https://sns.eu-west-1.amazonaws.com';
const Message = JSON.stringify({
  AlarmName: 'web-cpu-high',
  NewStateValue: 'ALARM',
  StateChangeTime: '2026-09-30T08:14:01.266+0000',
  AlarmArn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:web-cpu-high',
  NewStateReason: 'é€😀 \u2028 "quoted" \\ \n second line',
});
let doors: Doors;

beforeAll(async () => {
  doors = await startDoors();
});
afterEach(() => doors.reset());
afterAll(() => doors.close());

const signed = async (over: object = {}): Promise<Record<string, string>> =>
  (await doors.tell('sns/sign', { Type: 'Notification', TopicArn: topic, Message, Subject: 'ALARM: "web-cpu-high"', ...over }))
    .message;
/** Where the simulated SNS keeps a certificate, or something else, of this kind. */
const pathOf = (kind: string): string =>
  `/SimpleNotificationService-${createHash('sha256').update(kind).digest('hex').slice(0, 32)}.pem`;
const asked = async (): Promise<string[]> => (await doors.calls()).map(({ operation }) => operation);

describe('where the certificate is said to stand', () => {
  const good = pathOf('good');
  it.each([
    `https://sns.evil.amazonaws.com.attacker.tld${good}`,
    `https://sns.eu-west-1.amazonaws.com.attacker.tld${good}`,
    `https://attacker.tld/sns.eu-west-1.amazonaws.com${good}`,
    `https://evilsns.eu-west-1.amazonaws.com${good}`,
    `https://sns.eu-west-1.amazonaws.com@attacker.tld${good}`,
    `https://user:pass@sns.eu-west-1.amazonaws.com${good}`,
    `https://@sns.eu-west-1.amazonaws.com${good}`,
    `https://sns.eu-west-1.amazonaws.com:444${good}`,
    `https://sns.eu-west-1.amazonaws.com:443${good}`,
    `https://sns.eu-west-1.amazonaws.com:${good}`,
    `http://sns.eu-west-1.amazonaws.com${good}`,
    `HTTPS://sns.eu-west-1.amazonaws.com${good}`,
    `https://SNS.eu-west-1.amazonaws.com${good}`,
    `https://sns.eu-west-1.amazonaws.com.${good}`,
    `https://sns.eu-west-1.amazonaws.com/bucket/..${good}`,
    `https://sns.eu-west-1.amazonaws.com/bucket${good}`,
    `https://sns.eu-west-1.amazonaws.com/%2e%2e${good}`,
    `https://sns.eu-west-1.amazonaws.com\\@attacker.tld${good}`,
    `https:sns.eu-west-1.amazonaws.com${good}`,
    `https:///sns.eu-west-1.amazonaws.com${good}`,
    `${host}${good}?x=1`,
    `${host}${good}#x`,
    `${host}${good}?`,
    `${host}${good}\n`,
    ` ${host}${good}`,
    `${host}${good.replace('.pem', '.crt')}`,
    `${host}/?Action=Publish&x=.pem`,
    `${host}/%2Epem`,
    `https://sns.us-east-1.amazonaws.com${good}`,
    `https://sns.eu-west-1.amazonaws.com.cn${good}`,
    'file:///etc/ssl/cert.pem',
    'data:text/plain,x.pem',
    'x.pem',
    '',
  ])('%j is refused, and nobody is asked', async (certUrl) => {
    const body = JSON.stringify(await signed({ certUrl }));
    expect(await doors.knock(body)).toMatchObject({ kind: 'refused', status: 401 });
    expect(await asked()).toEqual([]);
  });

  it('a message without any is refused', async () => {
    const { SigningCertURL: _none, ...rest } = await signed();
    expect(await doors.knock(JSON.stringify(rest))).toMatchObject({ kind: 'refused' });
  });
});

describe('what stands there', () => {
  it.each([
    ['expired', 'has expired'],
    ['not-yet', 'not valid yet'],
    ['other-issuer', 'not issued by Amazon'],
    ['ec', 'no RSA key'],
    ['short-key', 'no RSA key'],
  ])('a certificate that is %s is refused', async (certificate, because) => {
    expect(await doors.knock(JSON.stringify(await signed({ certificate, version: '2' })))).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining(because),
    });
  });

  it.each([
    ['garbage', 'refused', 'no certificate'],
    ['nothing', 'refused', 'nothing at SigningCertURL'],
    ['huge', 'later', 'no answer'],
    ['redirect', 'later', 'never followed'],
    ['away', 'later', '503'],
  ])('%s is %s', async (what, kind, because) => {
    const made = await doors.knock(JSON.stringify(await signed({ certUrl: `${host}${pathOf(what)}` })));
    expect(made).toMatchObject({ kind, because: expect.stringContaining(because) });
    expect(await asked()).toEqual(['sns:certificate']);
  });

  it('the certificate of somebody else does not prove it', async () => {
    const body = JSON.stringify(await signed({ certificate: 'other-issuer', certUrl: `${host}${pathOf('good')}` }));
    expect(await doors.knock(body)).toMatchObject({ kind: 'refused', because: 'The signature does not fit the message.' });
  });

  it('many addresses at once do not become as many requests', async () => {
    await doors.fault('sns:certificate', '503', { times: 100, delayMs: 100 });
    const bodies = await Promise.all(
      Array.from({ length: 40 }, (_one, index) => signed({ certUrl: `${host}/SimpleNotificationService-${index}.pem` })),
    );
    const made = await Promise.all(bodies.map((body) => doors.knock(JSON.stringify(body))));
    expect(new Set(made.map(({ kind }) => kind))).toEqual(new Set(['later']));
    expect((await asked()).length).toBeLessThanOrEqual(8);
  });
});

describe('what the signature is over', () => {
  it('any other version than 1 and 2 is refused', async () => {
    for (const SignatureVersion of ['0', '3', '', '1 ', 'valueOf', '__proto__'])
      expect(await doors.knock(JSON.stringify({ ...(await signed()), SignatureVersion }))).toEqual({
        kind: 'refused',
        status: 401,
        because: 'SignatureVersion is neither 1 nor 2.',
      });
    expect(await asked()).toEqual([]);
    expect(await doors.knock(JSON.stringify({ ...(await signed({ version: '1' })), SignatureVersion: '2' }))).toMatchObject({
      kind: 'refused',
    });
  });

  it('a signature over the fields in another order, or without the subject, is refused', async () => {
    const { createSign } = await import('node:crypto');
    const { simulatedCertificate } = await import('../simulated/sns/certificate.js');
    const message = await signed();
    const over = (fields: readonly string[]): string =>
      createSign('RSA-SHA1')
        .update(fields.map((field) => `${field}\n${message[field]}\n`).join(''))
        .sign(simulatedCertificate('good').key, 'base64');
    const right = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
    for (const fields of [right.toReversed(), right.filter((field) => field !== 'Subject'), [...right.slice(1), 'Message']])
      expect(await doors.knock(JSON.stringify({ ...message, Signature: over(fields) }))).toMatchObject({ kind: 'refused' });
    expect(await doors.knock(JSON.stringify({ ...message, Signature: over(right) }))).toMatchObject({ kind: 'delivery' });
  });

  it('moving the borders between values keeps the signed text, and is refused all the same', async () => {
    const { Subject, ...message } = await signed();
    const moved = { ...message, MessageId: `${message['MessageId']}\nSubject\n${Subject}` };
    expect(await doors.knock(JSON.stringify(moved))).toMatchObject({ kind: 'refused' });
    const hidden = await signed({ Message: `${Message}\nMessageId\nchosen\nSubject\nx`, Subject: undefined });
    const shown = { ...hidden, Message, MessageId: 'chosen', Subject: `x\nMessageId\n${hidden['MessageId']}` };
    expect(await doors.knock(JSON.stringify(hidden))).toMatchObject({ kind: 'recorded' });
    expect(await doors.knock(JSON.stringify(shown))).toMatchObject({ kind: 'refused' });
    const { Subject: _none, ...plain } = await signed({ Subject: undefined });
    const into = { ...plain, Message: `${plain['Message']}\nMessageId\n${plain['MessageId']}`, MessageId: 'x' };
    expect(await doors.knock(JSON.stringify(into))).toMatchObject({ kind: 'refused' });
  });

  it('the same bytes from other text are refused: half a character, another base64', async () => {
    const message = await signed({ Message: Message.replace('é', '\ufffd') });
    expect(await doors.knock(JSON.stringify(message))).toMatchObject({ kind: 'delivery' });
    const half = JSON.stringify(message).replace('\ufffd', '\\ud800');
    expect(await doors.knock(half)).toMatchObject({ kind: 'refused' });
    for (const Signature of [
      `${message['Signature']} `,
      `${message['Signature']}=`,
      message['Signature']?.replace('==', '') ?? '',
    ])
      expect(await doors.knock(JSON.stringify({ ...message, Signature }))).toMatchObject({ kind: 'refused' });
  });

  it('of a key that stands twice the value that is proven is the value that is used', async () => {
    const text = JSON.stringify(await signed());
    const evil = `"Message":${JSON.stringify(Message.replace('web-cpu-high', 'evil'))}`;
    expect(await doors.knock(text.replace('{', `{${evil},`))).toMatchObject({
      delivery: { ref: { externalId: 'eu-west-1.111122223333.web-cpu-high' } },
    });
    expect(await doors.knock(text.replace(/}$/, `,${evil}}`))).toMatchObject({ kind: 'refused' });
    expect(await doors.knock(text.replace('{', '{"__proto__":{"Subject":null},'))).toMatchObject({ kind: 'delivery' });
  });
});

describe('bodies that are no message', () => {
  it.each(['', '{', '[]', 'null', '"x"', '{"Type":"Notification"}', '\ufeff{}'])('%j is refused', async (body) => {
    expect(await doors.knock(body)).toEqual({ kind: 'refused', status: 401, because: 'The body is not a message of SNS.' });
  });

  it('compressed ones are refused as such', async () => {
    expect(await doors.knock('x', { 'content-encoding': 'gzip' })).toEqual({
      kind: 'refused',
      status: 415,
      because: 'The body has a Content-Encoding, which SNS never sends.',
    });
  });

  it('nothing that is sent makes it throw', async () => {
    const template = await signed();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(template)), fc.jsonValue(), fc.uint8Array(), async (key, value, bytes) => {
        expect((await doors.knock(Buffer.from(bytes))).kind).toBe('refused');
        const made = await doors.knock(JSON.stringify({ ...template, [key]: value }));
        expect(['refused', 'delivery']).toContain(made.kind);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a signed body with one byte changed', () => {
  const meaning = (made: Received): unknown =>
    made.kind === 'delivery' ? { ...made.delivery, bodyHash: '', receivedAt: '' } : made.kind;

  it('is refused, or means exactly the same; within what is signed it is always refused', async () => {
    const body = Buffer.from(JSON.stringify(await signed({ version: '2' })));
    const right = meaning(await doors.knock(body));
    const places = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type', 'Signature'].map((key) => {
      const from = body.indexOf(`"${key}":"`);
      return { from, to: body.indexOf('","', from) };
    });
    let refusals = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(body);
        changed[at] = (body[at] ?? 0) ^ change;
        const made = await doors.knock(changed);
        // Written otherwise, a letter may still be the same one: `\u00E9` and `\u00e9`.
        const same = JSON.stringify(parsed(changed)) === JSON.stringify(parsed(body));
        const isSigned = places.some(({ from, to }) => at >= from && at < to) && !same;
        if (isSigned) expect(made.kind).toMatch(/^(refused|later)$/);
        else if (made.kind !== 'refused' && made.kind !== 'later') expect(meaning(made)).toEqual(right);
        if (made.kind === 'refused') refusals += 1;
      }),
      { numRuns: 1_500 },
    );
    expect(refusals).toBeGreaterThan(500);
  }, 60_000);

  it('of a subscription’s confirmation confirms nothing', async () => {
    const message = await signed({ Type: 'SubscriptionConfirmation', Subject: undefined, Token: 'a'.repeat(64) });
    for (const key of ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type', 'Signature']) {
      const value = message[key] ?? '';
      const changed = `${value.slice(0, -1)}${value.endsWith('b') ? 'c' : 'b'}`;
      expect(await doors.knock(JSON.stringify({ ...message, [key]: changed }))).toMatchObject({ kind: 'refused' });
    }
    expect(await asked()).not.toContain('sns:ConfirmSubscription');
  });
});

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return undefined;
  }
}
