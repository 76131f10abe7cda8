import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Delivery, EventKind } from '../../domain/delivery.js';
import type { AnySource } from '../../integrations/contract/registry.js';
import type { RawRequest, Received } from '../../integrations/contract/source.js';

export const secret = 'a secret that only this test knows';
export const doorPath = '/bench/hook';

/** A source of the smallest kind: an HMAC over the bytes, and the fields that the door acts on. */
export const benchSource = {
  id: 'bench',
  integration: 'bench',
  doors: [
    {
      id: 'bench',
      path: doorPath,
      summary: 'A bench.',
      proofs: ['signature'],
      door: z
        .object({ BENCH_SECRET: z.string().min(8, 'BENCH_SECRET must have 8 characters').optional() })
        .transform(({ BENCH_SECRET }) => (BENCH_SECRET === undefined ? undefined : { key: BENCH_SECRET, ourselves: ['ROBOT'] })),
      receive,
    },
  ],
} as unknown as AnySource;

export const sign = (body: Buffer | string): string => createHmac('sha256', secret).update(body).digest('hex');

export interface Hook {
  id: string;
  type: EventKind | 'ping' | 'unwanted' | 'breaks';
  incident: string;
  by: string;
}

export const hook = (about: Partial<Hook> = {}): string =>
  JSON.stringify({ id: 'E1', type: 'triggered', incident: 'Q1', by: 'PUSR1', ...about });

function receive({ headers, body, receivedAt, bodyHash }: RawRequest, door: { key: string }): Received {
  const proof = createHmac('sha256', door.key).update(body).digest('hex');
  if (headers['content-encoding'] !== undefined)
    return { kind: 'refused', status: 415, because: 'compressed bodies are not taken' };
  if (headers['x-proof'] !== proof) return { kind: 'refused', status: 401, because: 'the signature does not match' };
  const event = read(body);
  if (event === undefined) return { kind: 'quarantined', because: 'not an event' };
  if (event.type === 'breaks') throw new Error('a mistake in a source');
  if (event.type === 'ping') return { kind: 'ping', eventId: event.id };
  if (event.type === 'unwanted') return { kind: 'recorded', eventId: event.id, eventType: 'unwanted', because: 'of no interest' };
  return { kind: 'delivery', delivery: deliveryOf(event, receivedAt, bodyHash) };
}

function read(body: Buffer): Hook | undefined {
  try {
    const event = JSON.parse(body.toString('utf8')) as Hook | null;
    return typeof event?.id === 'string' ? event : undefined;
  } catch {
    return undefined;
  }
}

function deliveryOf(event: Hook, receivedAt: string, bodyHash: string): Delivery {
  return {
    eventId: event.id,
    eventType: `incident.${event.type}`,
    kind: event.type as EventKind,
    ref: { source: 'bench', externalId: event.incident, generation: '0' },
    occurredAt: receivedAt,
    receivedAt,
    actor: { id: event.by, type: 'user' },
    trust: 'signed',
    authenticatedBy: 'hmac, secret 1 of 1',
    bodyHash,
  };
}
