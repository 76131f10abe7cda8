import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { simulatedCertificate } from '../../simulated/sns/certificate.js';
import { type Answering, startAnswering } from '../../testkit/answering.js';
import { type Certificates, createCertificates, type Looked } from './certificates.js';

const { pem } = simulatedCertificate('good');
const host = 'sns.eu-west-1.amazonaws.com';
const read = { certificate: expect.objectContaining({ from: expect.any(Number), until: expect.any(Number) }) };
const failed = { later: 'aws: GET the signing certificate of SNS: HTTP 503' };

let aws: Answering;
let certificates: Certificates;
/** Epoch milliseconds; stands still. */
let clock: number;
beforeEach(async () => {
  aws = await startAnswering();
  clock = Date.parse('2026-09-30T08:14:00Z');
  certificates = createCertificates(aws.address, () => clock);
});
afterEach(() => aws.close());

const at = (name: number | string, signal = new AbortController().signal): Promise<Looked> =>
  certificates.at(`https://${host}/${name}.pem`, signal);
const serve = (body: string, status = 200): void => aws.answer((response) => void response.writeHead(status).end(body));
/** How often somebody was asked by this. */
const asking = async (ask: () => Promise<unknown>): Promise<number> => {
  const before = aws.asked.length;
  await ask();
  return aws.asked.length - before;
};
const inTurn = async (names: readonly number[]): Promise<void> => {
  for (const name of names) await at(name);
};
const numbers = (from: number, until: number): number[] => Array.from({ length: until - from }, (_, index) => from + index);
/** A server that answers only when it is told to. */
const holding = (): { asked: (count: number) => Promise<void>; release: (body: string) => void } => {
  const waiting: { end: (body: string) => unknown }[] = [];
  aws.answer((response) => void waiting.push(response));
  return {
    asked: async (count) => {
      while (waiting.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    release: (body) => {
      for (const response of waiting.splice(0)) response.end(body);
    },
  };
};

describe('a signing certificate', () => {
  it('is asked for where AWS is reached, under the name of the host that the address names', async () => {
    serve(pem);
    expect(await at('a')).toEqual(read);
    expect(aws.asked).toMatchObject([{ method: 'GET', path: '/a.pem', headers: { host } }]);
  });

  it('is read once', async () => {
    serve(pem);
    expect(await asking(() => Promise.all([at('a'), at('a')]))).toBe(1);
    serve('', 503);
    expect(await asking(async () => expect(await at('a')).toEqual(read))).toBe(0);
  });

  it('is known among the last 50: the one that was read first is read again', async () => {
    serve(pem);
    await inTurn(numbers(0, 50));
    expect(await asking(() => inTurn(numbers(0, 50)))).toBe(0);
    await at(50);
    expect(await asking(() => inTurn(numbers(1, 51)))).toBe(0);
    expect(await asking(() => at(0))).toBe(1);
  });

  it('of 32 KB is read, and of a byte more is not', async () => {
    serve(pem.padEnd(32_768, '\n'));
    expect(await at('a')).toEqual(read);
    serve(pem.padEnd(32_769, '\n'));
    expect(await at('b')).toEqual({
      later: expect.stringMatching(/^aws: GET the signing certificate of SNS: no answer \(/),
    });
  });
});

describe('what is no certificate', () => {
  it('is refused for what it is', async () => {
    serve('', 404);
    expect(await at('a')).toEqual({ never: 'there is nothing at SigningCertURL' });
    serve('x');
    expect(await at('b')).toEqual({ never: 'what stands at SigningCertURL is no certificate' });
  });

  it('stands for 10 s without asking again; then it is asked again', async () => {
    serve('', 503);
    expect(await at('a')).toEqual(failed);
    serve(pem);
    clock += 9_999;
    expect(await asking(async () => expect(await at('a')).toEqual(failed))).toBe(0);
    clock += 1;
    expect(await at('a')).toEqual(read);
  });

  it('is known among the last 500, and counts from when it failed last', async () => {
    serve('', 503);
    await inTurn(numbers(0, 500));
    expect(await asking(() => inTurn(numbers(0, 500)))).toBe(0);
    clock += 10_000;
    expect(await asking(() => at(0))).toBe(1);
    await inTurn(numbers(500, 501));
    // The second one made room, not the first: it has failed since.
    expect(await asking(() => at(0))).toBe(0);
    clock -= 10_000;
    expect(await asking(() => inTurn(numbers(2, 500)))).toBe(0);
    expect(await asking(() => at(1))).toBe(1);
  }, 30_000);
});

describe('many at once', () => {
  it('8 are asked for at the same time, and the ninth comes later; who waits for one of them still gets it', async () => {
    const server = holding();
    const first = numbers(0, 8).map((name) => at(name));
    await server.asked(8);
    expect(await at(8)).toEqual({ later: 'too many signing certificates are being read at once' });
    const again = at(3);
    server.release(pem);
    expect(await Promise.all([...first, again])).toEqual(Array.from({ length: 9 }, () => read));
    expect(aws.asked).toHaveLength(8);
    serve(pem);
    expect(await at(8)).toEqual(read);
  });
});

describe('whoever cannot wait', () => {
  const late = { later: 'the signing certificate of SNS could not be read in time' };

  it('is told so, and the next one finds it', async () => {
    const server = holding();
    const leaving = new AbortController();
    const asked = at('a', leaving.signal);
    await server.asked(1);
    leaving.abort();
    expect(await asked).toEqual(late);
    const next = at('a');
    server.release(pem);
    expect(await next).toEqual(read);
    expect(aws.asked).toHaveLength(1);
  });

  it('has gone before it begins', async () => {
    serve(pem);
    expect(await at('a', AbortSignal.abort())).toEqual(late);
  });
});
