import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ApprovalAnswer, ApprovalRequest } from '../domain/approval.js';
import type { Delivery } from '../domain/delivery.js';

/** Type name of the one workflow per incident. */
export const incidentWorkflowType = 'incident';

/** Type name of one round that looks for incidents that nobody told us of. */
export const reconcileWorkflowType = 'reconcile';

/** What a run is started with. */
export interface IncidentInput {
  delivery: Delivery;
}

/** A later event of the same incident. */
export const incidentEvent = defineSignal<[Delivery]>('incidentEvent');
/** Another run holds the same alert and has ended "joined": its reference is added to ours. */
export const joined = defineSignal<[{ incident: string; url?: string }]>('joined');
/** A human decides, and is answered. */
export const approval = defineUpdate<ApprovalAnswer, [ApprovalRequest]>('approval');
/** A bare decision from Temporal's own tools: recorded as an unverified operator. */
export const approve = defineSignal<[Partial<ApprovalRequest>?]>('approve');
export const reject = defineSignal<[Partial<ApprovalRequest>?]>('reject');
/** A human takes the incident: no step that has not begun is begun. */
export const takeOver = defineSignal<[{ by: string }?]>('takeOver');

/** Where the run stands, in words. */
export const status = defineQuery<RunStatus>('status');

export interface RunStatus {
  phase: string;
  says: string;
  planHash?: string;
  /** ISO 8601, UTC: when the wait that it is in runs out. */
  until?: string;
}

/** Task queues: one per worker role. PagerDuty alone has its own, with a rate. */
export const queues = {
  run: 'opssentinel-run',
  decide: 'opssentinel-decide',
  effect: 'opssentinel-effect',
  tell: 'opssentinel-tell',
} as const;

export type WorkerRole = keyof typeof queues;
export const workerRoles: readonly WorkerRole[] = ['run', 'decide', 'effect', 'tell'];
