import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld, WireRequest } from '../../contract/simulator.js';
import type { Alerts } from '../../wire/simulated/alerts.js';
import { withOrder } from '../../wire/simulated/body.js';
import { alertsOrder, play } from '../../wire/simulated/contact.js';
import type { Annotations } from './annotations.js';
import { contactPointSettings, notify, type Sent } from './contact-point.js';
import { type SeriesOrder, seriesOrder } from './queries.js';

interface ControlDeps {
  world: SandboxWorld;
  alerts: Alerts;
  annotations: Annotations;
  series: Map<string, SeriesOrder>;
}

export interface Control {
  /** Routes below `/_sandbox/grafana/`. */
  answer: (request: WireRequest) => Promise<JsonObject | undefined>;
  routes: Readonly<Record<string, string>>;
  reset: () => void;
}

export function createControl({ world, alerts, annotations, series }: ControlDeps): Control {
  let contactPoint = contactPointSettings.parse({});
  let sent: Sent[] = [];

  const send = async (fingerprints: readonly string[], truncated = 0): Promise<JsonObject> => {
    const group = alerts.all().filter((alert) => fingerprints.includes(alert.fingerprint) && !alerts.isSilenced(alert));
    if (group.length === 0) return { sent: 0 };
    const one = await notify(world, contactPoint, group, truncated);
    sent.push(one);
    return { sent: group.length, status: one.status };
  };
  const raise = (body: Buffer): Promise<JsonObject> =>
    withOrder(alertsOrder, body, async ({ alerts: given, send: now, truncatedAlerts }) => {
      const fingerprints = given.map((one) => play(world, alerts, one).fingerprint);
      return { fingerprints, ...(now ? await send(fingerprints, truncatedAlerts) : {}) };
    });

  return {
    routes: {
      'POST /alerts': 'lets alerts fire or end, and sends them to the contact point with `"send": true`',
      'POST /repeat': 'what still fires is told again',
      'POST /contact-point': 'how the contact point signs',
      'POST /series': 'the answer to a query from now on',
      'GET /webhooks': 'what was sent, and how it was answered',
      'GET /annotations': 'the annotations that were drawn',
      'GET /silences': 'the silences that were set',
    },
    answer: async ({ method, path, body }) => {
      switch (`${method} ${path.replace(/\/$/, '')}`) {
        case 'POST /alerts':
          return raise(body);
        // The group's interval is over: what still fires is told again.
        case 'POST /repeat':
          return send(alerts.all().flatMap(({ endsAt, fingerprint }) => (endsAt === undefined ? [fingerprint] : [])));
        case 'POST /contact-point':
          return withOrder(contactPointSettings, body, (settings) => ({ ...(contactPoint = settings) }));
        case 'POST /series':
          return withOrder(seriesOrder, body, (given) => {
            series.set(given.expr, given);
            return { expr: given.expr };
          });
        case 'GET /webhooks':
          return { webhooks: sent };
        case 'GET /annotations':
          return { annotations: annotations.all() };
        case 'GET /silences':
          return { silences: alerts.silences() };
        default:
          return undefined;
      }
    },
    reset: () => {
      contactPoint = contactPointSettings.parse({});
      sent = [];
    },
  };
}
