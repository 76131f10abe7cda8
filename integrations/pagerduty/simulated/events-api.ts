import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld, WireResponse } from '../../contract/simulator.js';

/** A page that the Events API v2 took in, one per key however often it came. */
export interface SimPage {
  dedupKey: string;
  action: string;
  summary: string;
  severity: string;
  details: JsonObject;
  times: number;
}

export interface EventsApi {
  pages: () => SimPage[];
  enqueue: (body: JsonObject | undefined) => WireResponse;
  reset: () => void;
}

const actions = ['trigger', 'acknowledge', 'resolve'];
const severities = ['critical', 'error', 'warning', 'info'];
const answer = (status: number, body: JsonObject): WireResponse => ({ status, body: JSON.stringify(body) });

/** contracts 1.8: POST /v2/enqueue. A resolve or acknowledgement of an unknown key is accepted and does nothing. */
export function createEventsApi(world: SandboxWorld): EventsApi {
  const pages = new Map<string, SimPage>();
  return {
    pages: () => [...pages.values()],
    enqueue: (body) => {
      const errors = body ? problems(body) : ['body is not JSON'];
      if (!body || errors.length > 0) return answer(400, { status: 'invalid event', message: 'Event object is invalid', errors });
      const action = String(body['event_action']);
      const dedupKey =
        typeof body['dedup_key'] === 'string' && body['dedup_key'] !== '' ? body['dedup_key'] : `sbx-${pages.size + 1}`;
      const known = pages.get(dedupKey);
      if (action !== 'trigger') {
        if (known) known.action = action;
      } else {
        const payload = body['payload'] as JsonObject;
        pages.set(dedupKey, {
          dedupKey,
          action,
          summary: String(payload['summary']),
          severity: String(payload['severity']),
          details: isObject(payload['custom_details']) ? payload['custom_details'] : {},
          times: (known?.times ?? 0) + 1,
        });
      }
      world.effect({
        vendor: 'pagerduty',
        operation: 'POST /v2/enqueue',
        target: dedupKey,
        key: '',
        outcome: known ? `${action}, joined to the first` : action,
      });
      return answer(202, { status: 'success', message: 'Event processed', dedup_key: dedupKey });
    },
    reset: () => pages.clear(),
  };
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The limits of the Events API v2. */
function problems(body: JsonObject): string[] {
  const found: string[] = [];
  const { routing_key: key, event_action: action, dedup_key: dedup, payload } = body;
  if (typeof key !== 'string' || !/^[A-Za-z0-9]{32}$/.test(key)) found.push("'routing_key' is missing or invalid");
  if (typeof action !== 'string' || !actions.includes(action)) found.push("'event_action' is missing or invalid");
  if (dedup !== undefined && (typeof dedup !== 'string' || dedup.length > 255))
    found.push("'dedup_key' is too long (maximum is 255 characters)");
  if (action !== 'trigger') return found;
  if (!isObject(payload)) return [...found, "'payload' is missing"];
  const { summary, source, severity } = payload;
  if (typeof summary !== 'string' || summary === '' || summary.length > 1024)
    found.push("'payload.summary' is missing or too long (maximum is 1024 characters)");
  if (typeof source !== 'string' || source === '') found.push("'payload.source' is missing or blank");
  if (typeof severity !== 'string' || !severities.includes(severity)) found.push("'payload.severity' is invalid");
  return found;
}
