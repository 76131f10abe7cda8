import { describe, expect, it } from '@jest/globals';
import type { Delivery } from '../../domain/delivery.js';
import { createRegistry } from '../registry.js';
import { shared } from '../contract/testkit/shared.js';
import { startTestDoor } from '../wire/testkit/door.js';
import { grafanaDoor } from './config.js';
import { grafana } from './index.js';
import { receive } from './receive.js';
import { grafanaSource } from './sources/grafana.js';
import { callTo, labels } from './testkit/given.js';

const door = shared(startTestDoor);

const token = { trust: 'token', by: 'token sandbox' } as const;
const settings = (env: Record<string, string> = {}) =>
  grafanaDoor.parse({ GRAFANA_WEBHOOK_SECRETS: `another,${door.webhookSecret}`, ...env });

/** What the product makes of the webhooks that arrived. */
const received = (env: Record<string, string> = {}, proofs: readonly (typeof token)[] = []): Delivery[] =>
  door.taken('/webhooks/grafana', proofs).flatMap((request) => {
    const got = receive(request, settings(env));
    return got.kind === 'deliveries' ? got.deliveries : [];
  });
const alert = (over: object = {}) => ({ alerts: [{ labels, ...over }] });

describe('what Grafana sends', () => {
  it('is signed over the body', async () => {
    await door.tell('grafana', 'alerts', alert());
    expect(received()).toMatchObject([{ kind: 'triggered', trust: 'signed', authenticatedBy: 'hmac, secret 2 of 2' }]);
  });

  it('is signed over time and body', async () => {
    await door.tell('grafana', 'contact-point', { hmac: 'timestamp', header: 'X-Sig', timestampHeader: 'X-Time' });
    await door.tell('grafana', 'alerts', alert());
    const env = { GRAFANA_WEBHOOK_SIGNATURE_HEADER: 'X-Sig', GRAFANA_WEBHOOK_TIMESTAMP_HEADER: 'X-Time' };
    expect(received(env)).toMatchObject([{ trust: 'signed' }]);
  });

  it('is not signed, and taken only by who shows a token', async () => {
    await door.tell('grafana', 'contact-point', { hmac: 'none', token: true });
    await door.tell('grafana', 'alerts', alert());
    expect(received()).toEqual([]);
    await door.tell('grafana', 'repeat');
    expect(received({}, [token])).toMatchObject([{ trust: 'token' }]);
  });

  it('is repeated at every interval under one id, and ends under another, of the same occurrence', async () => {
    await door.tell('grafana', 'alerts', alert());
    await door.tell('grafana', 'repeat');
    await door.tell('grafana', 'alerts', alert({ status: 'resolved' }));
    const [first, again, end] = received();
    expect(again?.eventId).toBe(first?.eventId);
    expect(end).toMatchObject({ kind: 'resolved', ref: first?.ref });
    expect(end?.eventId).not.toBe(first?.eventId);
  });

  it('may be a group, of which some have ended and some were cut off', async () => {
    const other = { labels: { ...labels, instance: 'i-0bb22cc33dd44ee55' }, values: null };
    await door.tell('grafana', 'alerts', { alerts: [{ labels, values: { B: 96.1 } }, other], truncatedAlerts: 3 });
    const kinds = received().map(({ kind, eventType }) => [kind, eventType.includes('without 3 more')]);
    expect(kinds).toEqual([
      ['triggered', true],
      ['triggered', true],
    ]);
  });

  it('may be lost: Grafana does not send again, the next interval does', async () => {
    door.answerWith(503);
    await door.tell('grafana', 'alerts', alert());
    expect(received()).toHaveLength(1);
    await door.tell('grafana', 'repeat');
    expect(received()).toHaveLength(1);
  });
});

describe('reading back', () => {
  const refOf = async (over: object = {}) => {
    await door.tell('grafana', 'alerts', alert(over));
    const [delivery] = received();
    if (!delivery) throw new Error('nothing arrived');
    return delivery.ref;
  };
  const read = async (ref: Delivery['ref']) =>
    grafanaSource.normalise(await grafanaSource.read(callTo(door.address), ref), ref, 'token', []);

  it('finds the alert by its fingerprint, with the labels and the start that Grafana has', async () => {
    const ref = await refOf({ annotations: { summary: 'CPU is high' } });
    const { incident, alert: found } = await read(ref);
    expect(incident).toMatchObject({ status: 'triggered', title: 'CPU is high', life: ref.generation });
    expect(found).toMatchObject({ source: 'grafana', name: 'High CPU', labels: { instance: 'i-0aa11bb22cc33dd44' } });
  });

  it('says resolved of what fires no more, and of a body that somebody made up', async () => {
    const ref = await refOf();
    await door.tell('grafana', 'alerts', alert({ status: 'resolved' }));
    expect((await read(ref)).incident.status).toBe('resolved');
    expect((await read({ ...ref, externalId: '0123456789abcdef' })).incident.status).toBe('resolved');
  });

  it.each([
    ['403', 'forbidden'],
    ['429', 'throttled'],
    ['503', 'unavailable'],
    ['reset-before', 'unavailable'],
    ['execute-then-timeout', 'unavailable'],
    ['half-body', 'unavailable'],
  ] as const)('%s is never taken for an end: %s', async (kind, fault) => {
    const ref = await refOf();
    await door.fault('GET /api/alertmanager/grafana/api/v2/alerts', kind);
    await expect(read(ref)).rejects.toMatchObject({ name: 'VendorError', fault });
  });

  it('shows no token in what it says', async () => {
    const ref = await refOf();
    await door.fault('GET /api/alertmanager/grafana/api/v2/alerts', '403');
    const call = callTo(door.address, { token: 'scripted' });
    const error = await grafanaSource.read(call, ref).catch((thrown: unknown) => String(thrown));
    expect(error).toContain('[removed]');
    expect(error).not.toContain('scripted');
  });
});

describe('settings', () => {
  it('of a sandbox connect it', () => {
    const { registry, problems } = createRegistry({ GRAFANA_URL: `${door.address}/grafana/`, GRAFANA_TOKEN: 'x' }, [grafana]);
    expect(problems).toEqual([]);
    expect(registry.integrations.get('grafana')?.connected).toBe(true);
  });

  it('that are wrong are all named, and the token is not shown', () => {
    const env = { GRAFANA_URL: 'grafana', GRAFANA_TOKEN: 'a b', GRAFANA_ORG_ID: 'x', GRAFANA_SILENCE: 'yes' };
    const { problems } = createRegistry(env, [grafana]);
    expect(new Set(problems.map((line) => line.split(':')[0]))).toEqual(new Set(Object.keys(env)));
    expect(problems.join()).not.toContain('a b');
    expect(createRegistry({ GRAFANA_URL: 'https://g' }, [grafana]).problems).toHaveLength(1);
    expect(createRegistry({ GRAFANA_TOKEN: 'x' }, [grafana]).problems).toHaveLength(1);
  });
});
