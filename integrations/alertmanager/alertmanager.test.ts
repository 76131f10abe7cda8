import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Delivery } from '../../domain/delivery.js';
import { testCall } from '../contract/testkit/call.js';
import { createRegistry } from '../registry.js';
import { shared } from '../contract/testkit/shared.js';
import { startTestDoor } from '../wire/testkit/door.js';
import { connectAlertmanager } from './client.js';
import { alertmanager } from './index.js';
import { alertmanagerSource, receive } from './sources/alertmanager.js';
import { alertmanagerAlertWitness as witness } from './witnesses/alert.js';

const door = shared(startTestDoor);

const token = { trust: 'token', by: 'token alertmanager-1' } as const;
const labels = { alertname: 'HighCpu', instance: 'i-0aa11bb22cc33dd44' };
const call = (now = Date.now()) =>
  testCall(connectAlertmanager({ url: `${door.address}/alertmanager`, token: 'secret' }, 500), { now: () => now });
const received = (): Delivery[] =>
  door.taken('/webhooks/alertmanager', [token]).flatMap((request) => {
    const got = receive(request);
    return got.kind === 'deliveries' ? got.deliveries : [];
  });
const play = (over: object = {}) => door.tell('alertmanager', 'alerts', { alerts: [{ labels, ...over }] });
const read = async (ref: Delivery['ref']) =>
  alertmanagerSource.normalise(await alertmanagerSource.read(call(), ref), ref, 'token', []);

describe('M3: Alertmanager’s door', () => {
  it('opens by what the API has proven, and by nothing else', async () => {
    await play();
    const [request] = door.taken('/webhooks/alertmanager');
    if (!request) throw new Error('nothing arrived');
    expect(receive(request)).toMatchObject({ kind: 'refused', status: 401 });
    expect(receive({ ...request, proofs: [token] })).toMatchObject({
      deliveries: [{ trust: 'token', authenticatedBy: token.by }],
    });
  });

  it('takes version 4 with its newest fields, and what a real one sent', () => {
    const body = readFileSync(join(import.meta.dirname, 'fixtures', 'webhook-firing.json'));
    const bodyHash = createHash('sha256').update(body).digest('hex');
    const { signal } = new AbortController();
    const got = receive({ headers: {}, body, bodyHash, receivedAt: '2026-11-22T23:56:12.000Z', proofs: [token], signal });
    expect(got).toMatchObject({ deliveries: [{ ref: { externalId: 'd303afa70e592d56', generation: '1795391770' } }] });
  });

  it('hears the same twice when the first answer was 5xx, under one id', async () => {
    door.answerWith(503);
    await play();
    const [first, again] = received();
    expect(again?.eventId).toBe(first?.eventId);
    door.answerWith(401);
    await play({ status: 'resolved' });
    expect(received()).toHaveLength(1);
  });

  it('hears of beginning and end of one occurrence', async () => {
    await play();
    await play({ status: 'resolved' });
    const [begin, end] = received();
    expect([begin?.kind, end?.kind]).toEqual(['triggered', 'resolved']);
    expect(end?.ref).toEqual(begin?.ref);
  });
});

describe('reading back', () => {
  it('finds it by its fingerprint while it fires', async () => {
    await play({ annotations: { summary: 'CPU is high' } });
    const [delivery] = received();
    if (!delivery) throw new Error('nothing arrived');
    expect(await read(delivery.ref)).toMatchObject({
      incident: { status: 'triggered', title: 'CPU is high', life: delivery.ref.generation },
      alert: { source: 'alertmanager', name: 'HighCpu', labels, origin: { kind: 'alertmanager.alert' } },
    });
    await play({ status: 'resolved' });
    expect((await read(delivery.ref)).incident.status).toBe('resolved');
  });
});

describe('Alertmanager’s own word', () => {
  const look = async (now?: number) => {
    const { fingerprints } = await door.tell('alertmanager', 'alerts', { alerts: [{ labels, status: 'resolved' }], send: false });
    return { id: (fingerprints as string[])[0] ?? '', now };
  };
  const ask = async (id: string, now?: number) => {
    const { alert } = await read({ source: 'alertmanager', externalId: id, generation: '1790756040' });
    return witness.read(call(now), alert);
  };

  it('is firing, clear when it is gone', async () => {
    const { id } = await look();
    expect(await ask(id)).toMatchObject({ state: 'clear' });
    await play();
    expect(await ask(id)).toMatchObject({ state: 'firing', labels });
  });

  it('is unknown while Alertmanager may have forgotten everything: it was started a moment ago', async () => {
    const { id } = await look();
    const oneMinuteAfterItsStart = Date.now() - 86_400_000 + 60_000;
    expect(await ask(id, oneMinuteAfterItsStart)).toMatchObject({ state: 'unknown' });
  });

  it('is unknown of what people silenced or another alert inhibits: nothing is done by itself', async () => {
    const { id } = await look();
    await play({ inhibited: true });
    expect(await ask(id)).toMatchObject({ state: 'unknown', says: expect.stringContaining('inhibited') });
    await play();
    await fetch(`${door.address}/alertmanager/api/v2/silences`, {
      method: 'POST',
      body: JSON.stringify({
        matchers: [{ name: 'alertname', value: 'High.*', isRegex: true, isEqual: true }],
        startsAt: new Date().toISOString(),
        endsAt: new Date(Date.now() + 60_000).toISOString(),
        createdBy: 'ada',
        comment: 'maintenance',
      }),
    });
    expect(await ask(id)).toMatchObject({ state: 'unknown', says: expect.stringContaining('silenced by people') });
  });

  it('is never concluded from an answer that failed', async () => {
    const { id } = await look();
    const alert = (await read({ source: 'alertmanager', externalId: id, generation: '0' })).alert;
    for (const kind of ['500', '429', 'half-body', 'execute-then-timeout'] as const) {
      await door.fault('GET /api/v2/alerts', kind);
      await expect(witness.read(call(), alert)).rejects.toMatchObject({ name: 'VendorError' });
    }
    await door.fault('GET /api/v2/alerts', '403');
    expect(await witness.read(call(), alert)).toMatchObject({ state: 'unknown' });
  });
});

it('is connected by its address alone; wrong settings are named and not shown', () => {
  expect(createRegistry({ ALERTMANAGER_URL: 'https://am.example.com' }, [alertmanager]).problems).toEqual([]);
  expect(createRegistry({ ALERTMANAGER_TOKEN: 'x' }, [alertmanager]).problems).toHaveLength(1);
  const { problems } = createRegistry({ ALERTMANAGER_URL: 'https://user:hidden@am.example.com' }, [alertmanager]);
  expect(problems.join()).toMatch(/^ALERTMANAGER_URL: holds a user name/);
  expect(problems.join()).not.toContain('hidden');
});
