import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld, WireRequest } from '../../contract/simulator.js';
import { type Behaviour, firstPerson, secondPerson, type SimIncident, type SimUser, users } from './account.js';
import type { EventsApi } from './events-api.js';
import type { Incidents } from './incidents.js';
import { ping } from './rest.js';
import type { Sender, SimDelivery } from './sender.js';

export interface ControlDeps {
  world: SandboxWorld;
  incidents: Incidents;
  sender: Sender;
  events: EventsApi;
  behaviour: () => Behaviour;
  behave: (change: Partial<Behaviour>) => void;
}

const behaviourChange = z.strictObject({
  repeat: z.int().min(1).max(100).optional(),
  answerWithinMs: z.int().min(10).max(60_000).optional(),
  secrets: z.array(z.string().min(1)).optional(),
  details: z.enum(['object', 'string', 'doubly-encoded']).optional(),
  alertLagMs: z.int().min(0).optional(),
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
});
type Deed = z.infer<typeof deedBody>;

/** Routes below `/_sandbox/pagerduty/`: the people of the simulated account, and the state of its webhooks. */
export async function answerControl(deps: ControlDeps, { method, path, body }: WireRequest): Promise<JsonObject | undefined> {
  const { incidents, sender, events } = deps;
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
      return subscriptionState(deps);
    case 'POST /ping':
      ping(sender);
      return { sent: 'pagey.ping' };
    case 'GET /deliveries':
      return { deliveries: sender.deliveries().map(delivered), ...deps.behaviour() };
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

async function onIncident(
  { incidents }: ControlDeps,
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
      incidents.annotate(incident, order.content ?? 'A note by a person.', by);
      break;
    case 'merge': {
      const into = incidents.find(order.into ?? '');
      if (!into || into === incident) return { error: 'Name another incident: {"into": "Q0SBX0002"}.' };
      incidents.merge(incident, into, by);
      break;
    }
    default:
      return { error: `There is no "${deed}". Try acknowledge, unacknowledge, resolve, reopen, reassign, merge or note.` };
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

function subscriptionState({ sender, world }: ControlDeps): JsonObject {
  const { disabledUntil, consecutiveDrops } = sender.subscription();
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
