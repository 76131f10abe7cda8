import { randomBytes } from 'node:crypto';
import type { SandboxWorld } from '../../contract/simulator.js';
import { agent, type Behaviour, subscriptionId } from './account.js';
import { createSender, type Sender, type SimEvent } from './sender.js';

/** A webhook subscription, and the queue that feeds it. */
export interface SimSubscription {
  id: string;
  url: string;
  description: string;
  events: readonly string[];
  filter: { type: string; id: string | null };
  customHeaders: { name: string; value: string }[];
  /** Shown by the call that makes it, and never again. */
  secret: string;
  active: boolean;
  sender: Sender;
}

type Wish = Pick<SimSubscription, 'url' | 'description' | 'events' | 'filter' | 'customHeaders'>;

export interface Subscriptions {
  /** The sandbox's own, which is always there. */
  standing: SimSubscription;
  all: () => SimSubscription[];
  find: (id: string) => SimSubscription | undefined;
  create: (wish: Wish) => SimSubscription;
  /** To every one that wants it. */
  tell: (event: SimEvent & { service: string }) => void;
  ping: (subscription: SimSubscription) => void;
  reset: () => void;
}

const standingEvents = [
  'triggered',
  'acknowledged',
  'unacknowledged',
  'reassigned',
  'reopened',
  'resolved',
  'escalated',
  'annotated',
].map((type) => `incident.${type}`);

export function createSubscriptions(world: SandboxWorld, behaviour: () => Behaviour): Subscriptions {
  const standing: SimSubscription = {
    id: subscriptionId,
    get url() {
      return world.settings.webhookUrl;
    },
    description: 'OpsSentinel (SANDBOX)',
    events: standingEvents,
    filter: { type: 'account_reference', id: null },
    customHeaders: [],
    get secret() {
      return world.settings.webhookSecret;
    },
    active: true,
    sender: createSender(world, behaviour, () => ({
      id: subscriptionId,
      url: world.settings.webhookUrl,
      secrets: behaviour().secrets.length > 0 ? behaviour().secrets : [world.settings.webhookSecret],
      headers: {},
    })),
  };
  const made = new Map<string, SimSubscription>();
  let next = 1;
  const all = (): SimSubscription[] => [standing, ...made.values()];
  return {
    standing,
    all,
    find: (id) => all().find((one) => one.id === id),
    create: (wish) => {
      const id = `PSBXWH${next++}`;
      const secret = randomBytes(32).toString('hex');
      const headers = Object.fromEntries(wish.customHeaders.map(({ name, value }) => [name.toLowerCase(), value]));
      const sender = createSender(world, behaviour, () => ({ id, url: wish.url, secrets: [secret], headers }));
      const subscription = { ...wish, id, secret, active: true, sender };
      made.set(id, subscription);
      return subscription;
    },
    tell: ({ service, ...event }) => {
      for (const one of all()) if (one.active && wants(one, event.type, service)) one.sender.enqueue(event);
    },
    ping: ({ sender }) => {
      const data = { message: 'Hello from your friend Pagey!', type: 'ping' };
      const by = { id: agent.id, type: 'user_reference' };
      sender.enqueue({ type: 'pagey.ping', resource: 'pagey', incident: 'ping', agent: by, data });
    },
    reset: () => {
      for (const { sender } of all()) sender.reset();
      standing.active = true;
      made.clear();
    },
  };
}

/** The standing one has always been sent whatever the sandbox plays; teams are not simulated. */
function wants(one: SimSubscription, type: string, service: string): boolean {
  if (one.id === subscriptionId) return true;
  if (!one.events.includes(type)) return false;
  return one.filter.type === 'service_reference' ? one.filter.id === service : true;
}
