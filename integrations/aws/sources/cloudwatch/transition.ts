import type { Trust } from '../../../../domain/delivery.js';
import { latestLife } from '../../../../domain/incident.js';
import type { RawRequest, Received } from '../../../contract/source.js';
import type { AlarmArn } from '../../arn.js';
import { occurrenceOf } from '../../occurrence.js';
import { idOfAlarm } from './alarm-id.js';

export const alarmStates = ['ALARM', 'OK', 'INSUFFICIENT_DATA'] as const;

/** An alarm changed its state, whichever door told it. */
export interface Transition {
  alarm: AlarmArn;
  to: (typeof alarmStates)[number];
  /** Epoch milliseconds, by CloudWatch's clock. */
  at: number;
}

export interface Told {
  /** The same on every redelivery by this way. */
  eventId: string;
  trust: Trust;
  authenticatedBy: string;
}

/**
 * A transition as the run needs it. The occurrence is named by when it began, so that it is the very same run by every way.
 * An end names no beginning: EventBridge's `previousState.timestamp` is not documented to be one, and a wrong one would miss the run.
 */
export function receivedOf(
  { alarm, to, at }: Transition,
  { eventId, trust, authenticatedBy }: Told,
  { receivedAt, bodyHash }: Pick<RawRequest, 'receivedAt' | 'bodyHash'>,
): Received {
  const eventType = `alarm.${to}`;
  const externalId = idOfAlarm(alarm);
  if (to === 'INSUFFICIENT_DATA')
    return {
      kind: 'recorded',
      eventId,
      eventType,
      incident: externalId,
      because: 'INSUFFICIENT_DATA neither begins nor ends anything',
    };
  return {
    kind: 'delivery',
    delivery: {
      eventId,
      eventType,
      kind: to === 'ALARM' ? 'triggered' : 'resolved',
      ref: { source: 'cloudwatch', externalId, generation: to === 'ALARM' ? occurrenceOf(at) : latestLife },
      occurredAt: new Date(at).toISOString(),
      receivedAt,
      actor: null,
      trust,
      authenticatedBy,
      bodyHash,
    },
  };
}
