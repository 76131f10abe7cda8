import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld, WireResponse } from '../../contract/simulator.js';
import { seconds } from './account.js';

/** Something that was changed on a service: by somebody's deployment, or by us. */
export interface SimChange {
  id: string;
  service: string;
  summary: string;
  source: string;
  /** ISO 8601, UTC. */
  timestamp: string;
  details: JsonObject;
  links: JsonObject[];
}

export interface Changes {
  all: () => SimChange[];
  of: (service: string) => SimChange[];
  add: (change: Omit<SimChange, 'id'>) => SimChange;
  enqueue: (body: JsonObject | undefined) => WireResponse;
  shown: (change: SimChange) => JsonObject;
  reset: () => void;
}

const answer = (status: number, body: JsonObject): WireResponse => ({ status, body: JSON.stringify(body) });
const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Change events. Every integration key of the sandbox is one of the first service. */
export function createChanges(world: SandboxWorld): Changes {
  const changes: SimChange[] = [];
  let next = 1;
  const add = (change: Omit<SimChange, 'id'>): SimChange => {
    const made = { ...change, id: `01SBXCHANGE${String(next++).padStart(4, '0')}` };
    changes.push(made);
    return made;
  };
  const service = world.alarms[0]?.service.id ?? 'PSVC001';
  return {
    all: () => changes,
    of: (wanted) => changes.filter((one) => one.service === wanted),
    add,
    enqueue: (body) => enqueue(world, service, body, add),
    shown: ({ id, service: of, summary, source, timestamp, details, links }) => ({
      id,
      type: 'change_event',
      summary,
      source,
      timestamp,
      services: [{ id: of, type: 'service_reference' }],
      custom_details: details,
      links,
      images: [],
    }),
    reset: () => void changes.splice(0),
  };
}

/** contracts 1.8: POST /v2/change/enqueue. No key: what is sent twice stands there twice. */
function enqueue(world: SandboxWorld, service: string, body: JsonObject | undefined, add: Changes['add']): WireResponse {
  const errors = body ? problems(body) : ['body is not JSON'];
  if (!body || errors.length > 0) return answer(400, { status: 'invalid event', message: 'Change event is invalid', errors });
  const payload = body['payload'] as JsonObject;
  const details = isObject(payload['custom_details']) ? payload['custom_details'] : {};
  const change = add({
    service,
    summary: String(payload['summary']),
    source: typeof payload['source'] === 'string' ? payload['source'] : '',
    timestamp: typeof payload['timestamp'] === 'string' ? payload['timestamp'] : seconds(world.now()),
    details,
    links: Array.isArray(body['links']) ? body['links'].filter(isObject) : [],
  });
  const key = typeof details['mark'] === 'string' ? details['mark'] : '';
  world.effect({ vendor: 'pagerduty', operation: 'POST /v2/change/enqueue', target: service, key, outcome: change.id });
  return answer(202, { status: 'success', message: 'Change event processed' });
}

function problems({ routing_key: key, payload }: JsonObject): string[] {
  const found: string[] = [];
  // A ruleset's key takes no change events.
  if (typeof key !== 'string' || !/^(?!R)[A-Za-z0-9]{32}$/.test(key)) found.push("'routing_key' is missing or invalid");
  const summary = isObject(payload) ? payload['summary'] : undefined;
  if (typeof summary !== 'string' || summary === '' || summary.length > 1024)
    found.push("'payload.summary' is missing or too long (maximum is 1024 characters)");
  return found;
}
