import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld, WireRequest } from '../../contract/simulator.js';
import { withOrder } from '../../wire/simulated/body.js';
import { agent, seconds, serviceReference, userReference } from './account.js';
import { invalid, json, paged, type Route } from './route.js';

/** Services that nobody is to be told of for a while. */
export interface SimWindow {
  id: string;
  description: string;
  services: string[];
  /** ISO 8601, UTC. */
  from: string;
  to: string;
}

export interface Maintenance {
  routes: Route[];
  controls: Readonly<Record<string, string>>;
  control: (request: WireRequest) => JsonObject | Promise<JsonObject> | undefined;
  reset: () => void;
}

const order = z.strictObject({
  services: z.array(z.string().min(1)).min(1),
  description: z.string().default('Maintenance'),
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
});

const filters = ['all', 'future', 'ongoing', 'open', 'past'];

/** GET /maintenance_windows. Source: the published schema of PagerDuty's REST API, [M]. */
export function createMaintenance(world: SandboxWorld): Maintenance {
  let windows: SimWindow[] = [];
  let next = 1;

  const list = (query: URLSearchParams) => {
    const filter = query.get('filter') ?? 'all';
    if (!filters.includes(filter)) return invalid('Filter is invalid');
    const services = query.getAll('service_ids[]');
    const found = windows
      .filter((one) => filter === 'all' || stateOf(one, world.now()).includes(filter))
      .filter((one) => services.length === 0 || one.services.some((id) => services.includes(id)));
    const { page, ...place } = paged(found, query);
    return json(200, { maintenance_windows: page.map((one) => shown(one, world)), ...place });
  };

  return {
    routes: [{ method: 'GET', template: '/maintenance_windows', answer: ({ query }) => list(query) }],
    controls: {
      'GET /maintenance': 'the maintenance windows',
      'POST /maintenance':
        'somebody plans one: `{"services": ["PSVC001"], "from": "…", "to": "…", "description": "database move"}`',
    },
    control: ({ method, path, body }) => {
      if (path !== '/maintenance') return undefined;
      if (method === 'GET') return { windows: windows.map((one) => ({ ...one })) };
      if (method !== 'POST') return undefined;
      return withOrder(order, body, (wanted) => {
        const made = { id: `PSBXMW${String(next++).padStart(3, '0')}`, ...wanted };
        windows.push(made);
        return made;
      });
    },
    reset: () => {
      windows = [];
    },
  };
}

/** The filters that find it. */
function stateOf({ from, to }: SimWindow, now: number): string[] {
  if (now < Date.parse(from)) return ['future', 'open'];
  return now < Date.parse(to) ? ['ongoing', 'open'] : ['past'];
}

const shown = ({ id, description, services, from, to }: SimWindow, world: SandboxWorld): JsonObject => ({
  id,
  type: 'maintenance_window',
  summary: description,
  description,
  sequence_number: Number(id.slice(-3)),
  start_time: seconds(Date.parse(from)),
  end_time: seconds(Date.parse(to)),
  created_by: userReference(agent),
  services: services.map((service) =>
    serviceReference(world.alarms.find((alarm) => alarm.service.id === service)?.service ?? { id: service, name: service }),
  ),
  teams: [],
});
