import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import type { Delivery } from '../domain/delivery.js';
import { incidentWorkflowId } from './ids.js';
import { type IncidentInput, queues } from './messages.js';

/** How a run is begun, by whoever begins it: one per incident and life, open or closed, so both policies stand in every call. */
export function startOptions(delivery: Delivery) {
  const { source, externalId, generation } = delivery.ref;
  const input: IncidentInput = { delivery };
  return {
    workflowId: incidentWorkflowId(delivery.ref),
    taskQueue: queues.run,
    args: [input] as [IncidentInput],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    staticSummary: `${source} incident ${externalId}${generation === '0' ? '' : `, life ${generation}`}`,
    staticDetails: `Begun by ${delivery.eventType}, which ${source} dated ${delivery.occurredAt} and we received ${delivery.receivedAt} (${delivery.authenticatedBy}; event ${delivery.eventId}).`,
  };
}
