import { z } from 'zod';
import type { AlarmEvent, WireRequest, WireResponse } from '../integrations/contract/simulator.js';
import type { HandlerDeps } from './deps.js';
import { faultScript } from './faults.js';
import { page } from './page.js';
import { receivedBy } from './received.js';
import type { World } from './world.js';

const alarmBody = z.strictObject({ state: z.enum(['ALARM', 'OK']) });

/** The sandbox's own interface. Errors are `{"error": …}` and say what to do. */
export async function answerControl(deps: HandlerDeps, request: WireRequest): Promise<WireResponse> {
  const { world } = deps;
  const path = request.path.replace(/^\/_sandbox\/?/, '').replace(/\/$/, '');
  const route = `${request.method} ${path}`;
  switch (route) {
    case 'GET ':
      return {
        status: 200,
        headers: { 'content-type': 'text/html; charset=utf-8' },
        body: page(world, deps.simulators),
      };
    case 'GET effects':
      return json(200, world.effects());
    case 'GET calls':
      return json(200, world.calls());
    case 'GET received':
      return json(200, receivedBy(deps.simulators));
    case 'GET unknown':
      return json(200, world.unknown());
    case 'GET alarms':
      return json(
        200,
        world.alarms.map((alarm) => ({ ...alarm, state: world.alarmState(alarm.name) })),
      );
    case 'GET environment':
      return json(200, deps.environment());
    case 'GET faults':
      return json(200, world.faults.list());
    case 'POST faults':
      return addFaults(world, request.body);
    case 'DELETE faults':
      world.faults.clear();
      return json(200, []);
    case 'POST reset':
      deps.reset();
      return json(200, { reset: true });
    default:
  }
  const alarm = /^POST alarms\/([^/]+)$/.exec(route)?.[1];
  if (alarm !== undefined) return setAlarm(world, decodeURIComponent(alarm), request.body);
  return (
    (await askVendor(deps, request, path)) ??
    json(404, { error: `The sandbox has no ${request.method} ${request.path}. GET /_sandbox/ lists what there is.` })
  );
}

/** One fault, or a list of them. */
function addFaults(world: World, body: Buffer): WireResponse {
  const parsed = parseBody(z.union([z.array(faultScript), faultScript.transform((one) => [one])]), body);
  if ('error' in parsed) return json(400, parsed);
  for (const script of parsed.value) world.faults.add(script);
  return json(201, world.faults.list());
}

function setAlarm(world: World, name: string, body: Buffer): WireResponse {
  if (!world.alarms.some((alarm) => alarm.name === name)) {
    return json(404, { error: `There is no alarm "${name}". Shipped: ${world.alarms.map((alarm) => alarm.name).join(', ')}.` });
  }
  const parsed = parseBody(alarmBody, body);
  if ('error' in parsed) return json(400, parsed);
  const event: AlarmEvent = { name, state: parsed.value.state };
  // Those that go with it first: whoever hears of it may ask for them at once.
  for (const one of [...(world.alarms.find((alarm) => alarm.name === name)?.also ?? []), name])
    world.emit('alarm', { ...event, name: one });
  return json(202, event);
}

async function askVendor({ simulators }: HandlerDeps, request: WireRequest, path: string): Promise<WireResponse | undefined> {
  const [vendor, ...rest] = path.split('/');
  const simulator = simulators.find((one) => one.vendor === vendor);
  const answer = await simulator?.control?.({ ...request, path: `/${rest.join('/')}` });
  if (answer === undefined) return undefined;
  return json('error' in answer ? 400 : 200, answer);
}

function parseBody<Value>(schema: z.ZodType<Value>, body: Buffer): { value: Value } | { error: string } {
  let read: unknown;
  try {
    read = JSON.parse(body.toString('utf8'));
  } catch {
    return { error: 'The body is not JSON.' };
  }
  const parsed = schema.safeParse(read);
  return parsed.success ? { value: parsed.data } : { error: z.prettifyError(parsed.error) };
}

const json = (status: number, value: unknown): WireResponse => ({ status, body: `${JSON.stringify(value, undefined, 2)}\n` });
