import type { CallWith } from '../../contract/call.js';
import type { Grant } from '../../contract/grant.js';
import type { AwsClient } from '../client.js';
import { readEvent, type TrailWrite } from './event.js';
import type { Subject } from './subjects.js';

export interface Within {
  since: number;
  until: number;
}

/** LookupEvents reads the whole account's history: it knows no resources. Asked of the reading role alone. */
export const trailRight = 'cloudtrail:LookupEvents';
export const trailGrant: Grant = { sid: 'ReadEventHistory', actions: [trailRight], resources: ['*'], by: 'read' };

/** Of one lookup; beyond this it counts as not read completely. A page holds at most 50 events (LookupEvents, MaxResults). */
const mostPages = 10;
/** Two lookups a second in each account and region (LookupEvents). Milliseconds. */
const mostOften = 500;

/** What was found, and why there may be more. */
export interface Found {
  /** The newest first. */
  writes: TrailWrite[];
  /** In words; empty: it was read completely. */
  gap: string;
}

/**
 * Writes on one thing within this time, from CloudTrail's event history: management events of 90 days, which every account has without
 * a trail. Each lookup takes one attribute. By the thing's name, and by each of these operations as well, because not every service tells
 * CloudTrail what its calls were about. Throws VendorError; `throttled` where others look too.
 */
export async function writesOn(
  call: CallWith<AwsClient>,
  subject: Subject,
  operations: readonly string[],
  within: Within,
): Promise<Found> {
  const writes = new Map<string, TrailWrite>();
  const gaps = new Set<string>();
  const lookups = [
    ...[...new Set([...operations, ...subject.lookups])].map((name): Lookup => ['EventName', name]),
    ...(subject.resource === undefined ? [] : [['ResourceName', subject.resource] satisfies Lookup]),
  ];
  for (const lookup of lookups) {
    for await (const event of events(call, lookup, within)) {
      if (event === 'more') gaps.add(`CloudTrail lists more than ${mostPages} pages of ${lookup[1]}`);
      else {
        const write = readEvent(event);
        if (write === 'unreadable') gaps.add(`an event of ${lookup[1]} in CloudTrail cannot be read`);
        else if (write !== 'none' && isWithin(write.at, within) && subject.is(write)) writes.set(write.id, write);
      }
    }
  }
  return { writes: [...writes.values()].sort((a, b) => b.at - a.at), gap: [...gaps].join('; ') };
}

type Lookup = ['EventName' | 'ResourceName', string];

/** CloudTrail knows whole seconds: what happened in the second of either end counts. */
const isWithin = (at: number, { since, until }: Within): boolean => at + 999 >= since && at <= until;

async function* events(call: CallWith<AwsClient>, [key, value]: Lookup, { since, until }: Within) {
  let token: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    call.heartbeat();
    await turn(call);
    const { Events = [], NextToken } = await call.client.cloudTrail.lookupEvents(call, {
      LookupAttributes: [{ AttributeKey: key, AttributeValue: value }],
      StartTime: new Date(Math.floor(since / 1_000) * 1_000),
      EndTime: new Date(Math.ceil(until / 1_000) * 1_000),
      MaxResults: 50,
      ...(token ? { NextToken: token } : {}),
    });
    yield* Events;
    token = NextToken;
    if (!token) return;
  }
  yield 'more' as const;
}

/** When the next lookup may be sent, by account and region. Epoch milliseconds. */
const next = new Map<string, number>();

/** Lookups of one process go one after another, no faster than CloudTrail takes them; where the pace is that of a test, faster. */
async function turn({ place: { account, region }, pace, sleep }: CallWith<AwsClient>): Promise<void> {
  const key = `${account} ${region}`;
  const now = Date.now();
  const at = Math.max(now, next.get(key) ?? 0);
  next.set(key, at + Math.min(mostOften, pace.pollMs / 10));
  if (at > now) await sleep(at - now);
}
