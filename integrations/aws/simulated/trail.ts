import type { JsonObject } from '../../../domain/json.js';
import type { SandboxWorld, WireRequest, WireResponse } from '../../contract/simulator.js';
import { type HistoryEvent, historyOf, listed, type TrailEvent } from './event-history.js';
import type { Sts } from './sts.js';
import { failure, formOf, isQuery, json, membersOf, type Scope } from './wire.js';

export interface Trail {
  /** What is answered is told by the history as well. */
  write: (scope: Scope, operation: string, request: WireRequest, answer: WireResponse) => void;
  events: () => readonly TrailEvent[];
  /** LookupEvents. */
  answer: (scope: Scope, action: string, request: WireRequest) => WireResponse | undefined;
  /** What people do that is not simulated. */
  control: (request: WireRequest) => JsonObject | undefined;
  reset: () => void;
}

interface Lookup {
  LookupAttributes: { AttributeKey?: string; AttributeValue?: string }[];
  /** Epoch seconds. */
  StartTime: number;
  EndTime: number;
  MaxResults: number;
  NextToken: string;
}

/** What `POST trail` takes: an event in words, or one as it shall be found, broken or not. */
interface Deed {
  name: string;
  service: string;
  account: string;
  region?: string;
  /** Seconds ago. */
  ago?: number;
  by?: string;
  invokedBy?: string;
  request?: JsonObject;
  resources?: { ResourceType: string; ResourceName: string }[];
  errorCode?: string;
  /** In place of the event's JSON. */
  raw?: string;
}

/** Who called what: every answered call, in order, and CloudTrail's event history of it. `pageOf`: at most so many on a page. */
export function createTrail(sandbox: SandboxWorld, sts: Sts, pageOf: () => number | undefined): Trail {
  const events: TrailEvent[] = [];
  const history: HistoryEvent[] = [];

  const lookup = (scope: Scope, request: WireRequest): WireResponse => {
    const { LookupAttributes: by = [], StartTime: from = 0, EndTime: to = Infinity, ...wanted } = membersOf<Lookup>(request);
    const [attribute] = by;
    const most = wanted.MaxResults ?? 50;
    // Source: API reference of LookupEvents.
    if (by.length > 1 || (attribute && (!attribute.AttributeKey || !attribute.AttributeValue)))
      return failure(request, 'InvalidLookupAttributesException', 'Invalid lookup attributes: one key and one value.');
    if (most < 1 || most > 50) return failure(request, 'InvalidMaxResultsException', 'A page holds 1 to 50 events.');
    if (from > to) return failure(request, 'InvalidTimeRangeException', 'The start time is after the end time.');
    const found = history
      .filter(({ account, region, at }) => account === scope.account && region === scope.region && at >= from && at <= to)
      .filter((event) => !attribute || valuesOf(event, attribute.AttributeKey ?? '').includes(attribute.AttributeValue ?? ''))
      .reverse();
    const begin = Number(wanted.NextToken ?? 0);
    const end = begin + Math.min(most, pageOf() ?? most);
    return json(request, {
      Events: found.slice(begin, end).map(({ told }) => told),
      ...(end < found.length ? { NextToken: String(end) } : {}),
    });
  };

  return {
    write: (scope, operation, request, answer) => {
      const { account, region, key } = scope;
      const session = sts.sessions.get(key);
      const event: TrailEvent = {
        at: new Date(sandbox.now()).toISOString(),
        operation,
        account,
        region,
        role: session?.role ?? '',
        session: session?.name ?? '',
        sourceIdentity: session?.sourceIdentity ?? '',
        incident: session?.tags['opssentinel:incident'] ?? '',
        requestParameters: parametersOf(scope, operation, request),
      };
      events.push(event);
      const told = historyOf(event, key, answer);
      if (told) history.push(told);
    },
    events: () => events,
    answer: (scope, action, request) => (action === 'LookupEvents' ? lookup(scope, request) : undefined),
    control: ({ method, path, body }) => {
      if (path !== '/trail' || method !== 'POST') return undefined;
      const { events: deeds = [] } = JSON.parse(body.toString('utf8') || '{}') as { events?: Deed[] };
      history.push(...deeds.map((deed) => asHistory(deed, sandbox.now())));
      history.sort((a, b) => a.at - b.at);
      return { told: deeds.length };
    },
    reset: () => {
      events.length = 0;
      history.length = 0;
    },
  };
}

function valuesOf({ told }: HistoryEvent, key: string): unknown[] {
  return key === 'ResourceName'
    ? (told.Resources ?? []).map(({ ResourceName }) => ResourceName)
    : [told[key as keyof typeof told]];
}

function asHistory(deed: Deed, now: number): HistoryEvent {
  const { region = 'eu-west-1', ago = 0, by = 'ada', invokedBy, request = {}, resources = [], ...rest } = deed;
  return listed({
    ...rest,
    region,
    at: Math.floor(now / 1_000 - ago),
    readOnly: false,
    userName: by,
    identity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${deed.account}:assumed-role/Engineers/${by}`,
      accountId: deed.account,
      sessionContext: { sessionIssuer: { type: 'Role', userName: 'Engineers' } },
      ...(invokedBy === undefined ? {} : { invokedBy }),
    },
    request,
    response: null,
    resources,
  });
}

function parametersOf({ service }: Scope, operation: string, request: WireRequest): Record<string, unknown> {
  if (service === 'lambda') return pathParameters(request);
  const parameters: Record<string, unknown> = isQuery(service) ? Object.fromEntries(formOf(request)) : { ...membersOf(request) };
  // contracts 5.9: CloudTrail shows no parameters of a command.
  return operation === 'ssm:SendCommand' && 'Parameters' in parameters
    ? { ...parameters, Parameters: 'HIDDEN_DUE_TO_SECURITY_REASONS' }
    : parameters;
}

/** CloudTrail shows no payload of an invocation. */
function pathParameters({ path, query }: WireRequest): Record<string, unknown> {
  const [, , kind = '', name = ''] = path.split('/');
  const qualifier = query.get('Qualifier');
  return {
    [kind === 'functions' ? 'functionName' : 'durableExecutionArn']: decodeURIComponent(name),
    ...(qualifier === null ? {} : { qualifier }),
  };
}
