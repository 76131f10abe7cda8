import { z } from 'zod';
import { defineDoor, type Proof, type RawRequest, type Received } from '../../contract/source.js';
import { alarmTime } from '../occurrence.js';
import { alarmNamed } from '../sources/cloudwatch/alarm-id.js';
import { alarmStates, receivedOf } from '../sources/cloudwatch/transition.js';
import { jsonOf } from './json-body.js';

/** EventBridge retries a target for 24 h at most (EventBridge user guide, "Event retry policy"); an hour more for the clocks. Milliseconds. */
const tooOldMs = 25 * 60 * 60 * 1_000;

/** Contracts 2.3. Only what names the transition: everything else is read at CloudWatch. */
const envelope = z.object({
  id: z.string().regex(/^[A-Za-z0-9-]{1,100}$/),
  'detail-type': z.string().min(1).max(200),
  source: z.string().max(100),
  account: z.string(),
  region: z.string(),
  time: z.string(),
  /** Set when somebody replays an archive. */
  'replay-name': z.string().nullish(),
  resources: z.array(z.string()).nullish(),
  detail: z.unknown(),
});

const alarmDetail = z.object({
  alarmName: z.string(),
  state: z.object({
    value: z.enum(alarmStates),
    timestamp: z.string(),
    /** A composite alarm that is held back by another one. */
    actionsSuppressedBy: z.string().nullish(),
  }),
});

type Event = z.infer<typeof envelope>;

/** Alarms by an EventBridge rule with an API destination as its target, which shows the header of its connection. */
export const eventBridgeDoor = defineDoor({
  id: 'eventbridge',
  path: '/webhooks/eventbridge',
  summary: 'CloudWatch alarms from an EventBridge API destination.',
  proofs: ['mtls', 'token'],
  door: z.unknown().transform(() => undefined),
  receive: (request) => receive(request),
});

/** Pure; never throws. Whoever holds the token can write anything: what is told is a hint, and the alarm is read again. */
export function receive(request: RawRequest): Received {
  const proof = request.proofs.find(({ trust }) => trust === 'mtls') ?? request.proofs[0];
  if (!proof)
    return {
      kind: 'refused',
      status: 401,
      because:
        'Nothing proves who sends this. Give the connection of the API destination the token of this door, in the header Authorization.',
    };
  const parsed = envelope.safeParse(jsonOf(request.body));
  if (!parsed.success)
    return {
      kind: 'quarantined',
      because: 'not an EventBridge event; send the matched event as it is, without an input transformer',
    };
  return sort(parsed.data, request, proof);
}

function sort(event: Event, request: RawRequest, proof: Proof): Received {
  const { id: eventId, 'detail-type': eventType } = event;
  const recorded = (because: string): Received => ({ kind: 'recorded', eventId, eventType, because });
  if (event.source !== 'aws.cloudwatch') return recorded('an event of another service than CloudWatch');
  if (eventType !== 'CloudWatch Alarm State Change') return recorded('not the change of an alarm’s state; starts nothing');
  const happened = alarmTime(event.time);
  const detail = alarmDetail.safeParse(event.detail);
  const at = detail.success ? alarmTime(detail.data.state.timestamp) : undefined;
  if (happened === undefined || !detail.success || at === undefined)
    return { kind: 'quarantined', because: 'an alarm event without `time`, `detail.state` or `detail.alarmName` as documented' };
  const [arn, ...more] = event.resources ?? [];
  if (arn === undefined || more.length > 0)
    return { kind: 'quarantined', because: 'an alarm event that does not name exactly one alarm in `resources`' };
  const alarm = alarmNamed(arn, { name: detail.data.alarmName, account: event.account });
  if (typeof alarm === 'string') return { kind: 'quarantined', because: alarm };
  if (alarm.region !== event.region) return { kind: 'quarantined', because: 'it names one region, and its alarm ARN another' };
  if (event['replay-name'] != null) return recorded('the replay of an archive; starts nothing');
  if (Date.parse(request.receivedAt) - happened > tooOldMs) return recorded('too old to act: it happened more than 25 h ago');
  if (detail.data.state.actionsSuppressedBy != null) return recorded('the actions of this alarm are suppressed by another alarm');
  return receivedOf(
    { alarm, to: detail.data.state.value, at },
    { eventId, trust: proof.trust, authenticatedBy: proof.by },
    request,
  );
}
