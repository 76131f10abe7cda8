import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addressOf } from './address.js';
import { createBuckets } from './buckets.js';
import { startBench, type Bench } from './testkit/bench.js';
import { hook } from './testkit/signed-source.js';

describe('a bucket', () => {
  it('never gives more than its burst and its rate, and says when there is one again', () => {
    const rate = { perSecond: 2, burst: 5 };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 60 }), (pauses) => {
        let now = 0;
        const buckets = createBuckets(rate, () => now);
        let given = 0;
        for (const pause of pauses) {
          now += pause;
          const wait = buckets.take('a');
          if (wait === 0) given += 1;
          else {
            expect(wait).toBe(1);
            const later = now;
            now += wait * 1000;
            expect(buckets.left('a')).toBe(0);
            now = later;
          }
        }
        expect(given).toBeLessThanOrEqual(rate.burst + (now / 1000) * rate.perSecond);
      }),
    );
  });

  it('is one per key, in bounded memory, and a clock that goes back gives nothing', () => {
    let now = 10_000;
    const buckets = createBuckets({ perSecond: 0.001, burst: 1 }, () => now, 3);
    expect([buckets.take('a'), buckets.take('b'), buckets.take('a')]).toEqual([0, 0, 1000]);
    now = 0;
    expect(buckets.take('a')).toBeGreaterThan(0);
    for (const key of ['c', 'd', 'e']) buckets.take(key);
    expect(buckets.take('a')).toBe(0);
  });
});

describe('whom a limit counts', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s is %s', (remoteAddress, key) => {
    expect(addressOf({ remoteAddress })).toBe(key);
  });
});

describe('too many requests', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  it('at a door are 429 with when to come again, never another 4xx; the others are taken', async () => {
    bench = await startBench({ limits: { senderRate: { perSecond: 0.01, burst: 3 } } });
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await bench.deliver(hook({ id: `E${n}`, incident: `Q${n}` }))).status);
    const last = await bench.deliver('x'.repeat(400 * 1024), { 'x-forwarded-for': '192.0.2.1' });

    expect(statuses).toEqual([202, 202, 202, 429, 429]);
    expect([last.status, Number(last.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect(bench.temporal.open.size).toBe(3);
    expect(await bench.metrics()).toContain('opssentinel_limited_total{what="sender"} 3');
    expect((await bench.get('/healthz')).status).toBe(200);
  });

  it('of all senders together likewise', async () => {
    bench = await startBench({ limits: { doorRate: { perSecond: 0.01, burst: 1 } } });
    expect((await bench.deliver(hook())).status).toBe(202);
    expect((await bench.deliver(hook({ id: 'E2' }))).status).toBe(429);
    expect(await bench.metrics()).toContain('opssentinel_limited_total{what="door"} 1');
  });

  it('at the REST API are 429 as a problem, and no door is closed by them', async () => {
    bench = await startBench({ limits: { restRate: { perSecond: 0.01, burst: 2 } } });
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await bench.get('/api/v1/holds', 'viewer')).status);
    const limited = await bench.get('/api/v1/holds', 'viewer');

    expect(statuses).toEqual([200, 200, 429, 429]);
    expect(limited.headers.get('content-type')).toContain('application/problem+json');
    expect((await bench.deliver(hook())).status).toBe(202);
  });
});
