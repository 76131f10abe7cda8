import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld, WireRequest } from '../../contract/simulator.js';
import { type Behaviour, firstPerson, seconds, secondPerson, type SimIncident, type SimUser, users } from './account.js';
import type { Changes } from './changes.js';
import type { EventsApi } from './events-api.js';
import type { Incidents } from './incidents.js';
import { pastBody, pastIncidents } from './past.js';
import type { Sender, SimDelivery } from './sender.js';
import type { Subscriptions } from './subscriptions.js';
import { sendUnsigned } from './unsigned.js';

export interface ControlDeps {
  world: SandboxWorld;
  incidents: Incidents;
  subscriptions: Subscriptions;
  changes: Changes;
  events: EventsApi;
  behaviour: () => Behaviour;
  behave: (change: Partial<Behaviour>) => void;
}

const behaviourChange = z.strictObject({
  repeat: z.int().min(1).max(100).optional(),
  answerWithinMs: z.int().min(10).max(60_000).optional(),
  secrets: z.array(z.string().min(1)).optional(),
  lost: z.boolean().optional(),
  details: z.enum(['object', 'string', 'doubly-encoded']).optional(),
  alertLagMs: z.int().min(0).optional(),
  escalateAfterMinutes: z.number().min(0).optional(),
  remaining: z.int().min(0).optional(),
  mostOffset: z.int().min(100).optional(),
});

const changeBody = z.strictObject({
  service: z.string(),
  summary: z.string().default('Deployed'),
  source: z.string().default('deploys'),
  at: z.iso.datetime().optional(),
});

const resendBody = z.strictObject({
  /** Of which event; without it, the latest `incident.triggered`. */
  eventId: z.string().optional(),
  incident: z.string().optional(),
  times: z.int().min(1).max(1000).default(1),
  newWebhookId: z.boolean().default(false),
});

const deedBody = z.strictObject({
  by: z.string().optional(),
  to: z.string().optional(),
  into: z.string().optional(),
  content: z.string().optional(),
  /** By how much it was opened earlier. */
  minutes: z.number().min(0).optional(),
  /** How many notes. */
  times: z.int().min(1).max(2000).default(1),
});
type Deed = z.infer<typeof deedBody>;

/** What there is, for people. */
export const controlRoutes: Readonly<Record<string, string>> = {
  'GET /incidents': 'the incidents with their alerts and notes',
  'GET /incidents/{id}': 'one incident',
  'POST /incidents/{id}/{deed}':
    'a person does something: acknowledge, unacknowledge, resolve, reopen, reassign, merge, note, button; `age` makes it older by so many minutes; or orchestration, workflow and plain send its body',
  'POST /past': 'incidents of long ago that are in the account already; nobody is told',
  'POST /orchestration': 'an Event Orchestration sends its body',
  'GET /pages': 'who was paged by the Events API',
  'GET /changes': 'the change events',
  'POST /changes': 'a deployment is told of',
  'GET /subscription': 'the state of the webhook subscription',
  'POST /subscription/enable': 'switches it on again',
  'POST /subscription/suspend': 'as after three dropped webhooks: it is off for 24 h',
  'POST /subscription/deactivate': 'as somebody who switches it off by hand',
  'POST /ping': 'sends `pagey.ping`',
  'GET /deliveries': 'what was delivered, and how it was answered',
  'POST /deliveries': 'how it delivers: repeated, slowly answered, with other secrets',
  'POST /resend': 'a delivery once more',
};

/** Routes below `/_sandbox/pagerduty/`: the people of the simulated account, and the state of its webhooks. */
export async function answerControl(deps: ControlDeps, { method, path, body }: WireRequest): Promise<JsonObject | undefined> {
  const { incidents, subscriptions, events } = deps;
  const { sender } = subscriptions.standing;
  const read = body.length === 0 ? {} : parse(body);
  if (read === undefined) return { error: 'The body is not JSON.' };
  switch (`${method} ${path.replace(/\/$/, '')}`) {
    case 'GET /incidents':
      return { incidents: incidents.all().map(shown) };
    case 'GET /pages':
      return { pages: events.pages().map((page) => ({ ...page })) };
    case 'GET /subscription':
      return subscriptionState(deps);
    case 'POST /subscription/enable':
      sender.enable();
      subscriptions.standing.active = true;
      return subscriptionState(deps);
    case 'POST /subscription/suspend':
      sender.suspend();
      return subscriptionState(deps);
    case 'POST /subscription/deactivate':
      subscriptions.standing.active = false;
      return subscriptionState(deps);
    case 'POST /ping':
      subscriptions.ping(subscriptions.standing);
      return { sent: 'pagey.ping' };
    case 'GET /deliveries':
      return { deliveries: sender.deliveries().map(delivered), ...deps.behaviour() };
    case 'GET /changes':
      return { changes: deps.changes.all().map((change) => ({ ...change })) };
    case 'POST /changes':
      return withBody(changeBody, read, (change) => addChange(deps, change));
    case 'POST /past':
      return withBody(pastBody, read, ({ incidents: past }): JsonObject => {
        const added = incidents.add((first) => pastIncidents(deps.world, past, first));
        return added === undefined ? { error: 'There is no such alarm.' } : { added };
      });
    case 'POST /orchestration':
      return sendUnsigned(deps.world, 'orchestration', undefined, read);
    case 'POST /deliveries':
      return withBody(behaviourChange, read, (change) => {
        deps.behave(change);
        return { ...deps.behaviour() };
      });
    case 'POST /resend':
      return withBody(resendBody, read, (order) => resend(sender, order));
    default:
      return onIncident(deps, method, path, read);
  }
}

const addChange = ({ changes, world }: ControlDeps, { at, ...change }: z.infer<typeof changeBody>): JsonObject => ({
  ...changes.add({ ...change, timestamp: at ?? seconds(world.now()), details: {}, links: [] }),
});

async function onIncident(
  { world, incidents }: ControlDeps,
  method: string,
  path: string,
  read: unknown,
): Promise<JsonObject | undefined> {
  const [, id, deed] = /^\/incidents\/([^/]+)(?:\/([a-z]+))?$/.exec(path) ?? [];
  if (id === undefined) return undefined;
  const incident = incidents.find(id);
  if (!incident)
    return {
      error: `There is no incident ${id}. Open: ${
        incidents
          .all()
          .map((one) => one.id)
          .join(', ') || 'none'
      }.`,
    };
  if (method === 'GET' && deed === undefined) return shown(incident);
  if (method !== 'POST' || deed === undefined) return undefined;
  const sent = await sendUnsigned(world, deed, incident, read);
  if (sent !== undefined) return sent;
  return withBody(deedBody, read, (order) => perform(incidents, incident, deed, order));
}

/** What people do with an incident. */
function perform(incidents: Incidents, incident: SimIncident, deed: string, order: Deed): JsonObject {
  const by = person(order.by, firstPerson);
  const to = person(order.to, secondPerson);
  if (by === undefined || to === undefined)
    return { error: `Users are ${users.map(({ id, email }) => `${id} (${email})`).join(', ')}.` };
  switch (deed) {
    case 'acknowledge':
      incidents.acknowledge(incident, by);
      break;
    case 'unacknowledge':
      incidents.unacknowledge(incident, by);
      break;
    case 'resolve':
      if (incident.status !== 'resolved') incidents.resolve(incident, by);
      break;
    case 'reopen':
      if (incident.status === 'resolved') incidents.reopen(incident, by);
      break;
    case 'reassign':
      incidents.reassign(incident, to, by);
      break;
    case 'note':
      for (let note = 0; note < order.times; note += 1) incidents.annotate(incident, order.content ?? 'A note by a person.', by);
      break;
    case 'age':
      incidents.age(incident, (order.minutes ?? 0) * 60_000);
      break;
    case 'merge': {
      const into = incidents.find(order.into ?? '');
      if (!into || into === incident) return { error: 'Name another incident: {"into": "Q0SBX0002"}.' };
      incidents.merge(incident, into, by);
      break;
    }
    default:
      return {
        error: `There is no "${deed}". Try acknowledge, unacknowledge, resolve, reopen, reassign, merge, note, age, button, orchestration, workflow or plain.`,
      };
  }
  return shown(incident);
}

async function resend(
  sender: Sender,
  { eventId, incident, times, newWebhookId }: z.infer<typeof resendBody>,
): Promise<JsonObject> {
  const fits = (one: SimDelivery): boolean =>
    (eventId === undefined ? one.eventType === 'incident.triggered' : one.eventId === eventId) &&
    (incident === undefined || one.incident === incident);
  const delivery = sender.deliveries().findLast(fits);
  if (!delivery) return { error: 'There is no such delivery; GET /_sandbox/pagerduty/deliveries lists them.' };
  return { eventId: delivery.eventId, statuses: await sender.resend(delivery, times, newWebhookId) };
}

function subscriptionState({ subscriptions, world }: ControlDeps): JsonObject {
  const { disabledUntil, consecutiveDrops } = subscriptions.standing.sender.subscription();
  const disabled = disabledUntil !== undefined && world.now() < disabledUntil;
  return {
    url: world.settings.webhookUrl,
    disabled,
    disabledUntil: disabled ? new Date(disabledUntil).toISOString() : null,
    consecutiveDrops,
  };
}

function shown({
  id,
  number,
  alarm,
  title,
  status,
  key,
  createdAt,
  reopenedAt,
  service,
  level,
  assignees,
  acknowledgers,
  resolveReason,
  notes,
  statusUpdates,
  woken,
}: SimIncident): JsonObject {
  return {
    id,
    number,
    alarm,
    title,
    status,
    key,
    createdAt,
    reopenedAt: reopenedAt ?? null,
    service,
    level,
    resolveReason,
    woken,
    assignees: assignees.map((user) => user.id),
    acknowledgedBy: acknowledgers.map(({ user }) => user.id),
    statusUpdates: statusUpdates.map(({ message }) => message),
    notes: notes.map((note) => ({ id: note.id, by: note.user.id, content: note.content, createdAt: note.createdAt })),
  };
}

const delivered = ({ webhookId, eventId, eventType, incident, state, attempts, body }: SimDelivery): JsonObject => ({
  webhookId,
  eventId,
  eventType,
  incident,
  state,
  attempts,
  body,
});

const person = (named: string | undefined, otherwise: SimUser): SimUser | undefined =>
  named === undefined ? otherwise : users.find((user) => user.id === named || user.email === named);

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

async function withBody<Value>(
  schema: z.ZodType<Value>,
  read: unknown,
  then: (value: Value) => JsonObject | Promise<JsonObject>,
): Promise<JsonObject> {
  const parsed = schema.safeParse(read);
  return parsed.success ? then(parsed.data) : { error: z.prettifyError(parsed.error) };
}
