import type { JsonObject } from '../../../domain/json.js';
import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { failure, json, membersOf, type Scope } from './wire.js';
import type { AwsWorld } from './world.js';

/** A calendar of Change Calendar: open but for its events, or closed but for them (DEFAULT_OPEN, DEFAULT_CLOSED). */
export interface SimulatedCalendar {
  name: string;
  account: string;
  region: string;
  byDefault: 'OPEN' | 'CLOSED';
  /** ISO 8601, UTC. */
  events: { from: string; to: string }[];
}

export interface ChangeCalendars {
  answer: (scope: Scope, action: string, request: WireRequest) => WireResponse | undefined;
  control: (request: WireRequest) => JsonObject | undefined;
  reset: () => void;
}

/** There from the start, open, wherever it is asked for. */
const shipped = 'prod-changes';
const arnPattern = /^arn:aws[a-z-]*:ssm:([a-z0-9-]+):(\d{12}):document\/([A-Za-z0-9_.-]{3,128})$/;

interface Asked {
  CalendarNames: unknown;
  AtTime: string;
}

/** SSM GetCalendarState. Source: the service's model (botocore ssm 2014-11-06): the answer's times are text, and it is OPEN only where all are. */
export function createChangeCalendars(world: AwsWorld): ChangeCalendars {
  let calendars: SimulatedCalendar[] = [];

  const find = (scope: Scope, given: string): SimulatedCalendar | undefined => {
    const [, region = scope.region, account = scope.account, name = given] = arnPattern.exec(given) ?? [];
    const found = calendars.find((one) => one.name === name && one.account === account && one.region === region);
    return found ?? (name === shipped ? { name, account, region, byDefault: 'OPEN', events: [] } : undefined);
  };

  const state = (scope: Scope, request: WireRequest): WireResponse => {
    const { CalendarNames: names, AtTime: asked } = membersOf<Asked>(request);
    if (!Array.isArray(names) || names.some((name) => typeof name !== 'string'))
      return failure(request, 'SerializationException', 'Expected a list of strings');
    const at = asked === undefined ? world.sandbox.now() : Date.parse(asked);
    if (Number.isNaN(at)) return failure(request, 'ValidationException', `${asked ?? ''} is not a valid time.`);
    const found: SimulatedCalendar[] = [];
    for (const name of names as string[]) {
      if (world.documents.has(name)) return failure(request, 'InvalidDocumentType', `${name} is not a calendar.`);
      const calendar = find(scope, name);
      if (!calendar) return failure(request, 'InvalidDocument', `Document with name ${name} does not exist.`);
      found.push(calendar);
    }
    const next = nextChange(found, at);
    return json(request, {
      State: stateOf(found, at),
      AtTime: seconds(at),
      ...(next === undefined ? {} : { NextTransitionTime: seconds(next) }),
    });
  };

  return {
    answer: (scope, action, request) => (action === 'GetCalendarState' ? state(scope, request) : undefined),
    control: ({ method, path, body }) => {
      if (path !== '/calendars') return undefined;
      if (method === 'GET') return JSON.parse(JSON.stringify({ calendars })) as JsonObject;
      if (method !== 'POST') return undefined;
      const wanted = JSON.parse(body.toString('utf8') || '{}') as Partial<SimulatedCalendar>;
      const { name = shipped, account = '111122223333', region = 'eu-west-1', byDefault = 'OPEN', events = [] } = wanted;
      calendars = calendars.filter((one) => one.name !== name || one.account !== account || one.region !== region);
      calendars.push({ name, account, region, byDefault, events });
      return { name, account, region, byDefault, events };
    },
    reset: () => {
      calendars = [];
    },
  };
}

function stateOf(calendars: readonly SimulatedCalendar[], at: number): 'OPEN' | 'CLOSED' {
  const closed = calendars.some(({ byDefault, events }) => {
    const within = events.some(({ from, to }) => Date.parse(from) <= at && at < Date.parse(to));
    return within !== (byDefault === 'CLOSED');
  });
  return closed ? 'CLOSED' : 'OPEN';
}

function nextChange(calendars: readonly SimulatedCalendar[], at: number): number | undefined {
  const now = stateOf(calendars, at);
  const times = calendars.flatMap(({ events }) => events.flatMap(({ from, to }) => [Date.parse(from), Date.parse(to)]));
  return times.filter((time) => time > at && stateOf(calendars, time) !== now).sort((a, b) => a - b)[0];
}

const seconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
