import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import type { Delivery } from '../domain/delivery.js';
import { incidentWorkflowId } from './ids.js';
import { type IncidentInput, queues } from './messages.js';

/** How a run is begun, by whoever begins it: one per incident and life, open or closed, so both policies stand in every call. */
export function startOptions(delivery: Delivery) {
  const { source, externalId, generation } = delivery.ref;
  const input: IncidentInput = { delivery };
  // Whoever looks for what is missing has to hear that it is not.
  const whenOpen = delivery.kind === 'reconcile' ? WorkflowIdConflictPolicy.FAIL : WorkflowIdConflictPolicy.USE_EXISTING;
  return {
    workflowId: incidentWorkflowId(delivery.ref),
    taskQueue: queues.run,
    args: [input] as [IncidentInput],
    workflowIdConflictPolicy: whenOpen,
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    staticSummary: `${source} incident ${externalId}${generation === '0' ? '' : `, life ${generation}`}`,
    staticDetails: `Begun by ${delivery.eventType}, which ${source} dated ${delivery.occurredAt} and we received ${delivery.receivedAt} (${delivery.authenticatedBy}; event ${delivery.eventId}).`,
  };
}

/** Whether a start was refused because that id has had its run. Compared by name: errors may come from another copy of the SDK. */
export const alreadyStarted = (error: unknown): boolean =>
  error instanceof Error && error.name === 'WorkflowExecutionAlreadyStartedError';

/** Waits for a call that begins or tells a run. `closed`: there was one, and by the call's own policies nothing was begun or told. */
export async function durable(call: Promise<unknown>): Promise<'durable' | 'closed'> {
  try {
    await call;
    return 'durable';
  } catch (error) {
    if (alreadyStarted(error)) return 'closed';
    throw error;
  }
}
