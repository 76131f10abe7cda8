import type { IncidentRef } from '../domain/incident.js';
import { incidentId } from '../domain/incident-id.js';

export { incidentId };

/** The workflow's id. The only place that makes one. */
export const incidentWorkflowId = (ref: IncidentRef): string => `incident:${incidentId(ref)}`;

/** REST's `{id}` to the workflow's id. */
export const workflowIdOf = (incident: string): string => `incident:${incident}`;

/** The Schedule that looks for incidents that nobody told us of; its runs are named after it. */
export const reconcileId = 'reconcile';

/** What is given back after one step of one incident, on one of several targets where there are several. */
export const giveBackWorkflowId = (incident: string, step: number, target?: number): string =>
  `giveback:${incident}:${step}${target === undefined ? '' : `:${target}`}`;

/** Whether a run gives back what was lent for this incident. */
export const isGiveBackOf = (incident: string, workflowId: string): boolean => workflowId.startsWith(`giveback:${incident}:`);

/** By which it is found out afterwards whether the rule was right. */
export const labelWorkflowId = (incident: string): string => `label:${incident}`;
