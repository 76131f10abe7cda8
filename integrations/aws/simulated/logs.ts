import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { failure, json, membersOf, type Scope } from './wire.js';
import type { AwsWorld } from './world.js';

interface Stream {
  account: string;
  region: string;
  group: string;
  name: string;
  events: { timestamp: number; message: string }[];
}

interface Put {
  logGroupName: string;
  logStreamName: string;
  logEvents: { timestamp: number; message: string }[];
}

/** Of `POST settings`: `{"logs": {"retentionDays": 7, "groups": ["/opssentinel/sandbox"]}}`. */
export interface LogsSettings {
  logs?: { retentionDays?: number; groups?: string[] };
}

export interface Logs {
  streams: () => readonly Stream[];
  set: (wanted: LogsSettings) => void;
  answer: (scope: Scope, action: string, request: WireRequest) => WireResponse | undefined;
  reset: () => void;
}

/** The group that is there in every account. */
export const sandboxGroup = '/opssentinel/sandbox';

const hour = 3_600_000;

/**
 * CloudWatch Logs in awsJson1.1: CreateLogStream and PutLogEvents with its real limits (contracts 6). It writes no line into the ledger
 * of effects: that one tells what remediation did to the world, and tests count it; what arrived here is shown by `GET logs`.
 */
export function createLogs(world: AwsWorld): Logs {
  const streams = new Map<string, Stream>();
  let groups = new Set([sandboxGroup]);
  let retention = Infinity;
  const keyOf = ({ account, region }: Scope, group: string, name: string): string =>
    JSON.stringify([account, region, group, name]);
  const absent = (request: WireRequest, what: string): WireResponse =>
    failure(request, 'ResourceNotFoundException', `The specified log ${what} does not exist.`);

  const create = (scope: Scope, request: WireRequest): WireResponse => {
    const { logGroupName: group = '', logStreamName: name = '' } = membersOf<Put>(request);
    if (!groups.has(group)) return absent(request, 'group');
    if (streams.has(keyOf(scope, group, name)))
      return failure(request, 'ResourceAlreadyExistsException', 'The specified log stream already exists');
    const { account, region } = scope;
    streams.set(keyOf(scope, group, name), { account, region, group, name, events: [] });
    return json(request, {});
  };

  const put = (scope: Scope, request: WireRequest): WireResponse => {
    const { logGroupName: group = '', logStreamName: name = '', logEvents: events = [] } = membersOf<Put>(request);
    const stream = streams.get(keyOf(scope, group, name));
    if (!stream) return absent(request, groups.has(group) ? 'stream' : 'group');
    const problem = problemWith(events);
    if (problem) return failure(request, 'InvalidParameterException', problem);
    const now = world.sandbox.now();
    const old = events.filter(({ timestamp }) => now - timestamp > 14 * 24 * hour).length;
    const expired = events.filter(({ timestamp }) => now - timestamp > retention).length;
    const fresh = events.findIndex(({ timestamp }) => timestamp - now > 2 * hour);
    const taken = events.slice(Math.max(old, expired), fresh === -1 ? undefined : fresh);
    stream.events.push(...taken);
    // contracts 6: what is out of range is dropped, and the answer is 200.
    const rejected = {
      ...(old > 0 ? { tooOldLogEventEndIndex: old } : {}),
      ...(expired > 0 ? { expiredLogEventEndIndex: expired } : {}),
      ...(fresh === -1 ? {} : { tooNewLogEventStartIndex: fresh }),
    };
    return json(request, {
      nextSequenceToken: 'ignored',
      ...(taken.length < events.length ? { rejectedLogEventsInfo: rejected } : {}),
    });
  };

  return {
    streams: () => [...streams.values()],
    set: ({ logs }) => {
      if (logs?.retentionDays !== undefined) retention = logs.retentionDays * 24 * hour;
      if (logs?.groups) groups = new Set(logs.groups);
    },
    answer: (scope, action, request) => {
      if (action === 'CreateLogStream') return create(scope, request);
      return action === 'PutLogEvents' ? put(scope, request) : undefined;
    },
    reset: () => {
      streams.clear();
      groups = new Set([sandboxGroup]);
      retention = Infinity;
    },
  };
}

/** contracts 6: 10,000 events, 1,048,576 bytes with 26 for each event, in order, within 24 h. */
function problemWith(events: Put['logEvents']): string | undefined {
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message, 'utf8') + 26, 0);
  if (events.length === 0 || events.length > 10_000) return `${events.length} events; 1 to 10000 are allowed.`;
  if (events.some(({ message }) => message.length === 0)) return 'Log event message must not be empty.';
  if (bytes > 1_048_576) return `Upload too large: ${bytes} bytes exceeds limit of 1048576`;
  const times = events.map(({ timestamp }) => timestamp);
  if (times.some((time, index) => index > 0 && time < (times[index - 1] ?? 0)))
    return 'Log events in a single PutLogEvents request must be in chronological order.';
  if ((times.at(-1) ?? 0) - (times[0] ?? 0) > 24 * hour)
    return 'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.';
  return undefined;
}
