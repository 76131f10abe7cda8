import type { RawRequest, Received } from '../contract/source.js';
import { groupedDeliveries, strongest } from '../wire/alertmanager/webhook.js';
import { type GrafanaDoor, unconfiguredDoor } from './config.js';
import { readSignature } from './signature.js';

const grouped = {
  source: 'grafana',
  version: '1',
  otherwise: 'the contact point has a custom payload, which replaces the whole body: remove it',
};

/**
 * Proves and reduces what a Grafana contact point sends. Never throws.
 * A signature that does not hold is refused whatever else is shown: a token may have leaked, and somebody meant to sign.
 */
export function receive(request: RawRequest, configured: GrafanaDoor | undefined): Received {
  const door = configured ?? unconfiguredDoor;
  const encoding = request.headers['content-encoding']?.trim().toLowerCase();
  if (encoding && encoding !== 'identity')
    return { kind: 'refused', status: 415, because: 'The body has a Content-Encoding, which Grafana never uses.' };
  const signature = readSignature(request, door);
  if (signature.is === 'invalid') return { kind: 'refused', status: 401, because: signature.because };
  if (signature.is === 'valid') return groupedDeliveries(grouped, request, { trust: 'signed', by: signature.by });
  const proof = strongest(request.proofs);
  if (proof) return groupedDeliveries(grouped, request, proof);
  return {
    kind: 'refused',
    status: 401,
    because: `Neither ${door.signatureHeader}, nor a token of this door, nor a client certificate that is known.`,
  };
}
