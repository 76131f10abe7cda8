import { randomBytes, randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld } from '../../contract/simulator.js';
import type { Behaviour } from './account.js';
import { type Address, attempt, post } from './post.js';

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

export interface SimEvent {
  type: string;
  resource: string;
  incident: string;
  agent: JsonObject | null;
  data: JsonObject;
}

export interface Sender {
  subscription: () => Subscription;
  deliveries: () => SimDelivery[];
  /** Puts an event into its incident's queue, if the subscription is on. */
  enqueue: (event: SimEvent) => void;
  /** Sends a delivery again as it was, all at once, outside every rule. Gives the statuses; 0 for no answer. */
  resend: (delivery: SimDelivery, times: number, newWebhookId: boolean) => Promise<number[]>;
  enable: () => void;
  /** As after three drops. */
  suspend: () => void;
  reset: () => void;
}

/** What the sender holds; a reset begins another life. */
interface State {
  world: SandboxWorld;
  behaviour: () => Behaviour;
  to: () => Address;
  deliveries: SimDelivery[];
  subscription: Subscription;
  /** Per incident, the one that is being sent at the head. */
  queues: Map<string, SimDelivery[]>;
  busy: Set<string>;
  life: AbortController;
}

/** The webhook v3 sender, by PagerDuty's delivery rules. Source: PagerDuty developer documentation, "Webhooks behavior". */
export function createSender(world: SandboxWorld, behaviour: () => Behaviour, to: () => Address): Sender {
  const state: State = {
    world,
    behaviour,
    to,
    deliveries: [],
    subscription: { disabledUntil: undefined, consecutiveDrops: 0 },
    queues: new Map(),
    busy: new Set(),
    life: new AbortController(),
  };
  return {
    subscription: () => state.subscription,
    deliveries: () => state.deliveries,
    enable: () => enable(state),
    suspend: () => suspend(state),
    enqueue: (event) => enqueue(state, event),
    resend: (delivery, times, newWebhookId) =>
      Promise.all(
        Array.from({ length: times }, () =>
          post(state, delivery.body, newWebhookId ? randomUUID() : delivery.webhookId, state.life.signal),
        ),
      ),
    reset: () => {
      state.life.abort();
      Object.assign(state, { life: new AbortController(), deliveries: [] });
      state.queues.clear();
      state.busy.clear();
      enable(state);
    },
  };
}

const enable = ({ subscription }: State): void =>
  void Object.assign(subscription, { disabledUntil: undefined, consecutiveDrops: 0 });

function enqueue(state: State, { type, resource, incident, agent, data }: SimEvent): void {
  const { world, subscription, queues } = state;
  if (state.to().url === '') return;
  if (subscription.disabledUntil !== undefined) {
    if (world.now() < subscription.disabledUntil) return;
    enable(state);
  }
  const eventId = `01${randomBytes(12).toString('hex').toUpperCase()}`;
  const event = {
    id: eventId,
    event_type: type,
    resource_type: resource,
    occurred_at: new Date(world.now()).toISOString(),
    agent,
    client: null,
    data,
  };
  const delivery: SimDelivery = {
    webhookId: randomUUID(),
    eventId,
    eventType: type,
    incident,
    body: JSON.stringify({ event }),
    state: 'waiting',
    attempts: [],
    firstTriedAt: undefined,
  };
  state.deliveries.push(delivery);
  if (state.behaviour().lost) {
    delivery.state = 'discarded';
    return;
  }
  queues.set(incident, [...(queues.get(incident) ?? []), delivery]);
  world.later(0, () => pump(state, incident));
}

/** In order per incident: later deliveries wait behind the one that is being retried. */
function pump(state: State, incident: string): void {
  const { world, queues, busy } = state;
  const delivery = queues.get(incident)?.[0];
  if (!delivery || busy.has(incident)) return;
  busy.add(incident);
  delivery.firstTriedAt ??= world.now();
  const { signal } = state.life;
  const goOn = (): void => {
    busy.delete(incident);
    pump(state, incident);
  };
  void attempt(state, delivery, signal)
    .then((status) => (signal.aborted || delivery.state !== 'waiting' ? 'done' : settle(state, delivery, status, signal)))
    .then((end) => {
      if (signal.aborted) return;
      if (end === 'again') {
        world.later(retryAfterMs(delivery.attempts.length) * world.settings.speed, goOn);
        return;
      }
      const queue = queues.get(incident);
      if (queue?.[0] === delivery) queue.shift();
      goOn();
    });
}

async function settle(state: State, delivery: SimDelivery, status: number, signal: AbortSignal): Promise<'done' | 'again'> {
  const { world, behaviour, subscription } = state;
  delivery.attempts.push(status);
  if (status >= 200 && status < 300) {
    delivery.state = 'delivered';
    subscription.consecutiveDrops = 0;
    for (let copy = 1; copy < behaviour().repeat && !signal.aborted; copy += 1) {
      delivery.attempts.push(await post(state, delivery.body, delivery.webhookId, signal));
    }
    return 'done';
  }
  const retryable = status === 0 || status === 429 || status >= 500;
  if (retryable && world.now() - (delivery.firstTriedAt ?? 0) < retryForMs * world.settings.speed) return 'again';
  drop(state, delivery);
  return 'done';
}

function drop(state: State, delivery: SimDelivery): void {
  delivery.state = 'dropped';
  state.subscription.consecutiveDrops += 1;
  if (state.subscription.consecutiveDrops >= dropsUntilDisabled) suspend(state);
}

function suspend({ world, subscription, queues }: State): void {
  subscription.disabledUntil = world.now() + disabledForMs;
  for (const other of [...queues.values()].flat()) if (other.state === 'waiting') other.state = 'discarded';
  queues.clear();
}
