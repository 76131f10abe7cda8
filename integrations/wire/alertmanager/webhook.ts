import { z } from 'zod';
import type { Delivery } from '../../../domain/delivery.js';
import type { Proof, RawRequest, Received } from '../../contract/source.js';

/** A fingerprint names a label set, not an occurrence: it needs `startsAt` beside it (contracts 3.1). */
export const fingerprint = z.string().regex(/^[0-9a-f]{16}$/);

/** Go writes nine digits behind the second; no alert of ours is from before this century (`0001-01-01` is Go's "never"). */
const time = z.string().refine((text) => Date.parse(text) >= Date.UTC(2000, 0, 1));

/** Only what names an occurrence: everything else is read again at the vendor, so its absence or `null` loses nothing. */
const alert = z.discriminatedUnion('status', [
  z.object({ status: z.literal('firing'), fingerprint, startsAt: time }),
  z.object({ status: z.literal('resolved'), fingerprint, startsAt: time, endsAt: time }),
]);

const group = z.object({
  version: z.string(),
  alerts: z.array(alert).min(1),
  /** How many the sender left out because of its `max_alerts`. */
  truncatedAlerts: z.int().nonnegative().nullish(),
});

type GroupedAlert = z.infer<typeof alert>;

export interface GroupedWebhook {
  /** Id of the source that takes it. */
  source: string;
  /** The one version of the body that is known. */
  version: string;
  /** What it could be instead, for whoever has to look: `a contact point with a payload template of its own`. */
  otherwise: string;
}

/** Seconds since the epoch: which occurrence of a fingerprint. The API shows milliseconds, the webhook nanoseconds; both agree on this. */
export const occurrenceOf = (startsAt: string): string => String(Math.floor(Date.parse(startsAt) / 1000));

/** Mutual TLS before a token: the stronger proof speaks for the sender. */
export const strongest = (proofs: readonly Proof[]): Proof | undefined =>
  proofs.find(({ trust }) => trust === 'mtls') ?? proofs[0];

/**
 * The webhook that Alertmanager and Grafana share, once its sender is proven: one delivery per alert.
 * There is no delivery id, and both repeat a firing group at every interval: the id is made of what happened (contracts 3.1). Pure; never throws.
 */
export function groupedDeliveries(
  { source, version, otherwise }: GroupedWebhook,
  request: Pick<RawRequest, 'body' | 'receivedAt' | 'bodyHash'>,
  { trust, by }: { trust: Delivery['trust']; by: string },
): Received {
  const parsed = group.safeParse(parsedJson(request.body));
  if (!parsed.success) {
    const places = parsed.error.issues.map(({ path }) => path.join('.') || 'the body').slice(0, 3);
    return { kind: 'quarantined', because: `proven, but not a group of alerts (${places.join(', ')}); perhaps ${otherwise}` };
  }
  const { alerts, truncatedAlerts, version: found } = parsed.data;
  if (found !== version)
    return { kind: 'quarantined', because: `proven, but version ${JSON.stringify(found.slice(0, 20))} of the body is not known` };
  const { receivedAt, bodyHash } = request;
  const proof = { receivedAt, bodyHash, trust, authenticatedBy: by };
  return { kind: 'deliveries', deliveries: alerts.map((one) => deliveryOf(source, one, truncatedAlerts ?? 0, proof)) };
}

function deliveryOf(
  source: string,
  alert: GroupedAlert,
  truncated: number,
  proof: Pick<Delivery, 'receivedAt' | 'bodyHash' | 'trust' | 'authenticatedBy'>,
): Delivery {
  const generation = occurrenceOf(alert.startsAt);
  const occurrence = `${alert.fingerprint}:${generation}:${alert.status}`;
  const ended = alert.status === 'resolved';
  return {
    ...proof,
    eventId: ended ? `${occurrence}:${occurrenceOf(alert.endsAt)}` : occurrence,
    eventType: `alert.${alert.status}${truncated > 0 ? ` (its group came without ${truncated} more alerts)` : ''}`,
    kind: ended ? 'resolved' : 'triggered',
    ref: { source, externalId: alert.fingerprint, generation },
    occurredAt: new Date(ended ? alert.endsAt : alert.startsAt).toISOString(),
    actor: null,
  };
}

/** Bytes are decoded strictly: a wrong byte must not become another text. */
function parsedJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return undefined;
  }
}
