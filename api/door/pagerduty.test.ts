import { createHash, createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AnySource } from '../../integrations/contract/registry.js';
import { pagerDutySource } from '../../integrations/pagerduty/sources/pagerduty.js';
import { startBench, type Bench } from '../testkit/bench.js';

const path = '/pagerduty/autonomous/action';
const [oldSecret, newSecret] = ['a-secret-of-the-old-subscription', 'a-secret-of-the-new-subscription'];

const doorToken = 'a-token-that-orchestrations-show-at-this-door';

let bench: Bench;
const setUp = async (): Promise<void> => {
  const source = { ...pagerDutySource, integration: 'pagerduty' } as unknown as AnySource;
  bench = await startBench({
    source,
    env: {
      PAGERDUTY_WEBHOOK_SECRETS: `${oldSecret},${newSecret}`,
      PAGERDUTY_USER_ID: 'PROBOT1',
      OPSSENTINEL_DOOR_TOKENS: `orchestration:pagerduty:${createHash('sha256').update(doorToken).digest('hex')}`,
    },
  });
};
afterEach(() => bench.close());

const signature = (body: Buffer | string, secret: string = newSecret): string =>
  `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;
const post = (body: Buffer | string, header: string = signature(body)): Promise<Response> =>
  fetch(bench.address + path, {
    method: 'POST',
    body: body as string,
    headers: { 'content-type': 'application/json', 'x-pagerduty-signature': header, 'x-webhook-id': String(Math.random()) },
  });

function event(eventType: string, about: { id?: string; agent?: string; data?: object } = {}): string {
  return JSON.stringify({
    event: {
      id: about.id ?? '01F7KXJ2Q9Z8M4V6T1N0B3C5DE',
      event_type: eventType,
      resource_type: 'incident',
      occurred_at: new Date().toISOString(),
      agent: { id: about.agent ?? 'PSVC001', type: 'service_reference', summary: 'checkout' },
      client: null,
      data: about.data ?? {
        id: 'Q1ABCDEF234567',
        type: 'incident',
        number: 4711,
        status: 'triggered',
        title: 'ALARM',
        service: { id: 'PSVC001' },
      },
    },
  });
}

describe('POST /pagerduty/autonomous/action', () => {
  it('M2: a signed v3 trigger is a run and a 202; twenty of them at once are one', async () => {
    await setUp();
    bench.temporal.delay.value = 30;

    const answers = await Promise.all(Array.from({ length: 20 }, () => post(event('incident.triggered'))));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(bench.temporal.calls.map(({ call, workflowId }) => `${call} ${workflowId}`)).toEqual([
      'start incident:pagerduty:Q1ABCDEF234567',
    ]);
  });

  it('M2: what carries no signature is taken with a token of this door, and refused without', async () => {
    await setUp();
    const send = (body: object, authorization?: string): Promise<Response> =>
      fetch(bench.address + path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
      });
    const plain = { incident: { id: 'QPLAIN1' }, service: { name: 'checkout' }, trigger_details: 'cpu; rm -rf /' };
    const orchestration = { __pd_metadata: { incident: { id: 'QORCH1' } } };

    for (const body of [plain, orchestration]) expect((await send(body)).status).toBe(401);
    expect((await send(plain, 'Bearer another')).status).toBe(401);
    expect(bench.temporal.calls).toEqual([]);
    for (const body of [plain, orchestration, plain]) expect((await send(body, `Bearer ${doorToken}`)).status).toBe(202);

    expect(bench.temporal.calls.map(({ workflowId }) => workflowId)).toEqual([
      'incident:pagerduty:QPLAIN1',
      'incident:pagerduty:QORCH1',
    ]);
  });

  it('takes any of several signatures and either secret; ignores versions that it does not know', async () => {
    await setUp();
    const body = event('incident.triggered');

    expect((await post(body, signature(body, oldSecret))).status).toBe(202);
    expect((await post(body, `v1=${'0'.repeat(64)}, ${signature(body)}`)).status).toBe(202);
    expect((await post(body, `v2=abc,${signature(body)}`)).status).toBe(202);
    expect((await post(body, signature(body).replace('v1', 'v2'))).status).toBe(401);
  });

  it('a reopening is another life of the incident, and has a run of its own', async () => {
    await setUp();

    await post(event('incident.triggered'));
    await post(
      event('incident.reopened', {
        id: 'E2',
        data: { id: 'Q1ABCDEF234567', type: 'incident', reopened_at: '2026-09-30T08:30:00Z' },
      }),
    );

    expect([...bench.temporal.open]).toEqual([
      'incident:pagerduty:Q1ABCDEF234567',
      'incident:pagerduty:Q1ABCDEF234567:r1790757000',
    ]);
  });

  it('row 5: our own note and resolve are written down and touch no run', async () => {
    await setUp();

    const note = await post(
      event('incident.annotated', {
        agent: 'PROBOT1',
        data: { id: 'N1', type: 'incident_note', incident: { id: 'Q1ABCDEF234567' }, content: 'well' },
      }),
    );
    const resolve = await post(event('incident.resolved', { id: 'E2', agent: 'PROBOT1' }));

    expect([note.status, resolve.status]).toEqual([202, 202]);
    expect(bench.temporal.calls).toHaveLength(0);
    expect(bench.memory.journal.map(({ result }) => result)).toEqual(['recorded', 'recorded']);
  });

  it('a ping is 200; event types of tomorrow are recorded with 2xx', async () => {
    await setUp();

    expect((await post(event('pagey.ping', { data: { message: 'Hello from your friend Pagey!', type: 'ping' } }))).status).toBe(
      200,
    );
    expect((await post(event('incident.teleported', { id: 'E2' }))).status).toBe(202);
    expect(bench.temporal.calls).toHaveLength(0);
  });

  it('row 1: every change of one bit of the signature is 401', async () => {
    await setUp();
    const body = event('incident.triggered');
    const digest = createHmac('sha256', newSecret).update(body).digest();

    for (let bit = 0; bit < 256; bit += 1) {
      const changed = Buffer.from(digest);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect((await post(body, `v1=${changed.toString('hex')}`)).status).toBe(401);
    }
    expect(bench.temporal.calls).toHaveLength(0);
  });

  it('whatever PagerDuty signs is answered 2xx: three other answers would switch the subscription off', async () => {
    await setUp();
    const good = Buffer.from(event('incident.triggered'));
    const mutated = fc.tuple(fc.nat(good.length - 1), fc.nat(255), fc.nat(20)).map(([at, byte, cut]) => {
      const body = Buffer.from(good.subarray(0, good.length - cut));
      if (at < body.length) body[at] = byte;
      return body;
    });
    const anything = fc.oneof(
      mutated,
      fc.json().map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(`{"event":${text}}`)),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );

    await fc.assert(
      fc.asyncProperty(anything, async (body) => {
        const response = await post(body);
        await response.arrayBuffer();
        expect(response.status).toBeLessThan(300);
      }),
      { numRuns: 1000 },
    );
  });
});
