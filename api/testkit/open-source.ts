import { z } from 'zod';
import type { Delivery, EventKind } from '../../domain/delivery.js';
import type { Deploy } from '../../domain/deploy.js';
import type { AnySource } from '../../integrations/contract/registry.js';
import type { RawRequest, Received } from '../../integrations/contract/source.js';

/** Doors that believe the API's proofs and the body as it is: each of them one thing that a door may make of a request. */
export const doors = {
  token: '/bench/token',
  certificate: '/bench/certificate',
  other: '/bench/other',
  signature: '/bench/signature',
};

/** What a test sends: what the door shall make of it. */
export type Said =
  | { alerts: { id: string; incident: string; kind?: EventKind; life?: string }[] }
  | { word: 'approve' | 'reject'; id: string; incident: string; by: string; life?: string; plan?: string }
  | { deploy: Deploy; id: string };

const door = (id: keyof typeof doors, proofs: readonly string[]) => ({
  id,
  path: doors[id],
  summary: 'A bench.',
  proofs,
  door: z.unknown().transform(() => undefined),
  receive,
});

export const openSource = {
  id: 'open',
  integration: 'open',
  doors: [
    door('token', ['token']),
    door('certificate', ['mtls', 'token']),
    door('other', ['mtls']),
    door('signature', ['signature']),
  ],
} as unknown as AnySource;

function receive({ body, proofs, receivedAt, bodyHash }: RawRequest, configured: unknown): Received {
  const [proof] = proofs;
  if (configured !== undefined || !proof) return { kind: 'refused', status: 401, because: 'nothing proves who sent this' };
  const said = JSON.parse(body.toString('utf8')) as Said;
  const ref = (incident: string, life = '0') => ({ source: 'open', externalId: incident, generation: life });
  if ('word' in said) {
    const { word: decision, id: eventId, incident, by, life, plan } = said;
    const shown = plan === undefined ? {} : { planHash: plan };
    return { kind: 'approval', eventId, decision, ref: ref(incident, life), by: { id: by }, trust: proof.trust, ...shown };
  }
  if ('deploy' in said) return { kind: 'deploy', eventId: said.id, deploy: said.deploy };
  const deliveries = said.alerts.map(
    ({ id, incident, kind = 'triggered', life }): Delivery => ({
      eventId: id,
      eventType: `alert.${kind}`,
      kind,
      ref: ref(incident, life),
      occurredAt: receivedAt,
      receivedAt,
      actor: null,
      trust: proof.trust,
      authenticatedBy: proof.by,
      bodyHash,
    }),
  );
  return { kind: 'deliveries', deliveries };
}
