import type { Delivery } from '../../../domain/delivery.js';
import { latestLife } from '../../../domain/incident.js';
import type { Received } from '../../contract/source.js';
import { type Agent, isOurselves, type Proven } from './proven.js';

/**
 * A press carries no plan: it speaks of the one that waits when it arrives. One that comes late may have meant another, so it counts
 * only this long after it was pressed, by PagerDuty's clock. Milliseconds.
 */
const wordHoldsMs = 10 * 60 * 1000;

export interface Press {
  /** What stands on the button. */
  label: string | undefined;
  agent: Agent | null | undefined;
  /** When it was pressed, if that is said: ISO 8601. */
  at: string | undefined;
  /** What it is where the label is nobody's word. */
  delivery: Delivery;
}

/** A custom incident action: by its label a person's word on the waiting plan, else the wish that we look at this incident. */
export function pressed({ label, agent, at, delivery }: Press, { request, door, trust }: Proven): Received {
  const { eventId, eventType } = delivery;
  const { externalId: incident } = delivery.ref;
  const recorded = (because: string): Received => ({ kind: 'recorded', eventId, eventType, incident, because });
  if (isOurselves(agent, door)) return recorded('made by ourselves; starts nothing');
  const decision = decisionOf(label?.trim(), door);
  if (decision === undefined) return { kind: 'delivery', delivery };
  if (!agent || !agent.type?.startsWith('user')) return recorded(`"${decision}" was pressed, and nobody is named who did`);
  if (at === undefined || Math.abs(Date.parse(request.receivedAt) - Date.parse(at)) > wordHoldsMs)
    return recorded(`"${decision}" was not pressed within the last 10 min: it may have meant another plan; press it again`);
  return {
    kind: 'approval',
    eventId,
    // The button does not tell which life of the incident; what waits is its latest.
    ref: { ...delivery.ref, generation: latestLife },
    decision,
    by: { id: agent.id, ...(agent.summary ? { name: agent.summary.slice(0, 200) } : {}) },
    trust,
  };
}

function decisionOf(label: string | undefined, door: Proven['door']): 'approve' | 'reject' | undefined {
  if (!label) return undefined;
  if (label === door.approveButton) return 'approve';
  return label === door.rejectButton ? 'reject' : undefined;
}
