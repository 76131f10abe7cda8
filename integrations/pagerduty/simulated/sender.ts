import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld } from '../../contract/simulator.js';
import { type Behaviour, subscriptionId } from './account.js';

/** One event on its way to the subscription. */
export interface SimDelivery {
  webhookId: string;
  eventId: string;
  eventType: string;
  incident: string;
  body: string;
  state: 'waiting' | 'delivered' | 'dropped' | 'discarded';
  /** Status of each attempt; 0: none came in time. */
  attempts: number[];
  firstTriedAt: number | undefined;
}

export interface Subscription {
  /** Three dropped deliveries in a row switch it off for 24 h. */
  disabledUntil: number | undefined;
  consecutiveDrops: number;
}

const dropsUntilDisabled = 3;
const disabledForMs = 24 * 60 * 60 * 1000;
/** PagerDuty says "periodically, for up to 48 hours"; the pace is ours. Milliseconds. */
const retryForMs = 48 * 60 * 60 * 1000;
const retryAfterMs = (attempts: number): number => Math.min(10_000 * 2 ** (attempts - 1), 300_000);

export interface Sender {
  subscription: () => Subscription;
  deliveries: () => SimDelivery[];
  /** Puts an event into its incident's queue, if the subscription is on. */
  enqueue: (event: { type: string; resource: string; incident: string; agent: JsonObject | null; data: JsonObject }) => void;
  /** Sends a delivery again as it was, all at once, outside every rule. Gives the statuses; 0 for no answer. */
  resend: (delivery: SimDelivery, times: number, newWebhookId: boolean) => Promise<number[]>;
  enable: () => void;
  reset: () => void;
}

/** The webhook v3 sender, by PagerDuty's delivery rules. Source: PagerDuty developer documentation, "Webhooks behavior". */
export function createSender(world: SandboxWorld, behaviour: () => Behaviour): Sender {
  let deliveries: SimDelivery[] = [];
  const subscription: Subscription = { disabledUntil: undefined, consecutiveDrops: 0 };
  const queues = new Map<string, SimDelivery[]>();
  const busy = new Set<string>();
  let life = new AbortController();

  const enabled = (): boolean => subscription.disabledUntil === undefined || world.now() >= subscription.disabledUntil;
  const enable = (): void => void Object.assign(subscription, { disabledUntil: undefined, consecutiveDrops: 0 });

  const post = async (delivery: SimDelivery, webhookId: string, signal: AbortSignal): Promise<number> => {
    try {
      const response = await fetch(world.settings.webhookUrl, {
        method: 'POST',
        headers: headersOf(delivery.body, webhookId, behaviour().secrets.length > 0 ? behaviour().secrets : [world.settings.webhookSecret]),
        body: delivery.body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(behaviour().answerWithinMs)]),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  };

  /** One attempt, with the fault that was scripted for it. */
  const attempt = async (delivery: SimDelivery, signal: AbortSignal): Promise<number> => {
    const fault = world.takeFault(`webhook ${delivery.eventType}`);
    if (fault?.kind === 'reset-before') return 0;
    const sends = fault?.kind === 'duplicate-delivery' ? 2 : 1;
    let status = 0;
    for (let sent = 0; sent < sends; sent += 1) status = await post(delivery, delivery.webhookId, signal);
    return fault?.kind.startsWith('execute-then') ? 0 : status;
  };

  const drop = (delivery: SimDelivery): void => {
    delivery.state = 'dropped';
    subscription.consecutiveDrops += 1;
    if (subscription.consecutiveDrops < dropsUntilDisabled) return;
    subscription.disabledUntil = world.now() + disabledForMs;
    for (const waiting of queues.values()) for (const other of waiting) if (other.state === 'waiting') other.state = 'discarded';
    queues.clear();
  };

  const settle = async (delivery: SimDelivery, status: number, signal: AbortSignal): Promise<'done' | 'again'> => {
    delivery.attempts.push(status);
    if (status >= 200 && status < 300) {
      delivery.state = 'delivered';
      subscription.consecutiveDrops = 0;
      for (let copy = 1; copy < behaviour().repeat && !signal.aborted; copy += 1) delivery.attempts.push(await post(delivery, delivery.webhookId, signal));
      return 'done';
    }
    const retryable = status === 0 || status === 429 || status >= 500;
    if (retryable && world.now() - (delivery.firstTriedAt ?? 0) < retryForMs / world.settings.speed) return 'again';
    drop(delivery);
    return 'done';
  };

  /** In order per incident: later deliveries wait behind the one that is being retried. */
  const pump = (incident: string): void => {
    const delivery = queues.get(incident)?.[0];
    if (!delivery || busy.has(incident)) return;
    busy.add(incident);
    const { signal } = life;
    delivery.firstTriedAt ??= world.now();
    void attempt(delivery, signal)
      .then((status) => (signal.aborted || delivery.state !== 'waiting' ? 'done' : settle(delivery, status, signal)))
      .then((end) => {
        if (signal.aborted) return;
        const goOn = (): void => {
          busy.delete(incident);
          pump(incident);
        };
        if (end === 'again') {
          world.later(retryAfterMs(delivery.attempts.length) / world.settings.speed, goOn);
          return;
        }
        const queue = queues.get(incident);
        if (queue?.[0] === delivery) queue.shift();
        goOn();
      });
  };

  return {
    subscription: () => subscription,
    deliveries: () => deliveries,
    enable,
    enqueue: ({ type, resource, incident, agent, data }) => {
      if (world.settings.webhookUrl === '') return;
      if (subscription.disabledUntil !== undefined && enabled()) enable();
      if (!enabled()) return;
      const eventId = `01${randomBytes(12).toString('hex').toUpperCase()}`;
      const event = { id: eventId, event_type: type, resource_type: resource, occurred_at: new Date(world.now()).toISOString(), agent, client: null, data };
      const delivery: SimDelivery = {
        webhookId: randomUUID(), eventId, eventType: type, incident, body: JSON.stringify({ event }), state: 'waiting', attempts: [], firstTriedAt: undefined,
      };
      deliveries.push(delivery);
      queues.set(incident, [...(queues.get(incident) ?? []), delivery]);
      world.later(0, () => pump(incident));
    },
    resend: (delivery, times, newWebhookId) =>
      Promise.all(Array.from({ length: times }, () => post(delivery, newWebhookId ? randomUUID() : delivery.webhookId, life.signal))),
    reset: () => {
      life.abort();
      life = new AbortController();
      deliveries = [];
      queues.clear();
      busy.clear();
      enable();
    },
  };
}

function headersOf(body: string, webhookId: string, secrets: readonly string[]): Record<string, string> {
  const signatures = secrets.map((secret) => `v1=${createHmac('sha256', secret).update(body).digest('hex')}`);
  return {
    'content-type': 'application/json',
    'user-agent': 'PagerDuty-Webhook/V3.0',
    'x-pagerduty-signature': signatures.join(','),
    'x-webhook-id': webhookId,
    'x-webhook-subscription': subscriptionId,
    'x-opssentinel': 'SANDBOX',
  };
}
