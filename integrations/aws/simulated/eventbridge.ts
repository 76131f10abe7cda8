import type { JsonObject } from '../../../domain/json.js';
import type { WireRequest } from '../../contract/simulator.js';
import { type Change, eventOf } from './alarm-messages.js';
import { createPoster } from './posting.js';
import type { AwsWorld } from './world.js';

export interface EventBridge {
  tell: (change: Change) => void;
  /** `POST eventbridge` takes `{"deliver": true, "token": "…"}` or `{"send": {…}}`, an event of one's own; `GET eventbridge` shows deliveries. */
  control: (request: WireRequest) => JsonObject | undefined;
  reset: () => void;
}

interface Behaviour {
  deliver: boolean;
  /** Shown by the API destination's connection, instead of the right one. */
  token?: string;
}

/** EventBridge with one rule for alarms, whose target is an API destination at the API. */
export function createEventBridge({ sandbox }: AwsWorld): EventBridge {
  let behaviour: Behaviour = { deliver: false };
  // Contracts 2.3: at least once, for 24 h; the pace is ours. An API destination waits 5 s, and also tries again after 401, 407, 409 and 429
  // (EventBridge user guide, "API destinations": error codes that are retried).
  const poster = createPoster(sandbox, {
    answerWithinMs: 5_000,
    pausesMs: [1_000, 2_000, 4_000, 8_000],
    isRetried: (status) => status >= 500 || [401, 407, 409, 429].includes(status),
  });
  const post = (event: JsonObject): void =>
    poster.post({
      operation: 'webhook eventbridge',
      about: String(event['id']),
      url: `${sandbox.settings.apiUrl}/webhooks/eventbridge`,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Amazon/EventBridge/ApiDestinations',
        authorization: `Bearer ${behaviour.token ?? sandbox.settings.doorToken}`,
        'x-opssentinel': 'SANDBOX',
      },
      body: JSON.stringify(event),
    });
  return {
    tell: (change) => {
      if (behaviour.deliver && change.alarm.title === undefined) post(eventOf(change));
    },
    control: ({ method, path, body }) => {
      if (path !== '/eventbridge') return undefined;
      if (method === 'POST') {
        const { send, ...change } = JSON.parse(body.toString('utf8') || '{}') as Partial<Behaviour> & { send?: JsonObject };
        behaviour = { ...behaviour, ...change };
        if (send) post(send);
      }
      return JSON.parse(
        JSON.stringify({ behaviour, deliveries: poster.list().map(({ headers: _secret, ...shown }) => shown) }),
      ) as JsonObject;
    },
    reset: () => {
      behaviour = { deliver: false };
      poster.reset();
    },
  };
}
