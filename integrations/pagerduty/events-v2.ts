import { VendorError } from '../contract/errors.js';

export type EventV2 =
  | { action: 'trigger'; dedupKey: string; summary: string; details: Record<string, string> }
  /** Needs the key and the routing key of the trigger; for a key that is not known PagerDuty answers 202 and does nothing. */
  | { action: 'acknowledge' | 'resolve'; dedupKey: string };

/** Something that was changed, for the service's timeline: wakes nobody. Kept for 90 days. */
export interface ChangeEvent {
  summary: string;
  /** ISO 8601, UTC. */
  at: string;
  details: Record<string, string>;
  link?: { href: string; text: string };
}

/** Who we are in events: what we sent ourselves is found again by it. */
export const ownSource = 'opssentinel';

/** Limits of the Events API v2 (contracts 1.8): summary 1,024 characters, dedup_key 255, the whole body 512 KB. */
export const eventLimits = { summary: 1024, dedupKey: 255, details: 40, detail: 2_000, body: 512 * 1024 };

/** The body of `POST /v2/enqueue`. Throws VendorError `refused` for a key that PagerDuty would not take. */
export function eventBody(routingKey: string, event: EventV2): object {
  const { action, dedupKey } = event;
  if (dedupKey === '' || dedupKey.length > eventLimits.dedupKey)
    throw new VendorError('pagerduty', 'refused', 'dedup_key must have 1 to 255 characters');
  const head = { routing_key: routingKey, event_action: action, dedup_key: dedupKey };
  if (event.action !== 'trigger') return head;
  return {
    ...head,
    payload: {
      summary: shortened(event.summary, eventLimits.summary),
      source: ownSource,
      severity: 'critical',
      class: 'remediation',
      custom_details: bounded(event.details),
    },
    client: 'OpsSentinel',
  };
}

/** The body of `POST /v2/change/enqueue`. */
export const changeBody = (routingKey: string, { summary, at, details, link }: ChangeEvent): object => ({
  routing_key: routingKey,
  payload: {
    summary: shortened(summary, eventLimits.summary),
    source: ownSource,
    timestamp: at,
    custom_details: bounded(details),
  },
  links: link === undefined ? [] : [link],
});

const shortened = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** 40 details of 2,000 characters stay below the body's limit in any script. */
const bounded = (details: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(details)
      .slice(0, eventLimits.details)
      .map(([name, value]) => [shortened(name, 200), shortened(value, eventLimits.detail)]),
  );
