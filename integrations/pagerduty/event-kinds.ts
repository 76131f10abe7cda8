import type { EventKind } from '../../domain/delivery.js';

/**
 * Every event type of webhooks v3 that concerns an incident, to what it means to us. Types that are added later are recorded only.
 * A merge arrives as `incident.resolved`, and means the same to a run: nothing may begin here any more. That nothing was
 * repaired by it is seen when the incident is read again (`mergedInto`).
 * `incident.escalated` is the escalation policy's own clock, or ours: nobody has taken the incident by it.
 * Source: PagerDuty developer documentation, "Webhooks overview", event types.
 */
export const eventKinds: Readonly<Record<string, EventKind>> = {
  'incident.triggered': 'triggered',
  'incident.reopened': 'reopened',
  'incident.unacknowledged': 'unacknowledged',
  'incident.acknowledged': 'acknowledged',
  'incident.reassigned': 'reassigned',
  'incident.delegated': 'reassigned',
  'incident.resolved': 'resolved',
  'incident.annotated': 'note',
  'incident.status_update_published': 'note',
  'incident.escalated': 'other',
  'incident.priority_updated': 'other',
  'incident.incident_type.changed': 'other',
  'incident.service_updated': 'other',
  'incident.responder.added': 'other',
  'incident.responder.replied': 'other',
  'incident.conference_bridge.updated': 'other',
  'incident.custom_field_values.updated': 'other',
  'incident.role.assigned': 'other',
  'incident.task.created': 'other',
  'incident.task.updated': 'other',
  'incident.task.completed': 'other',
  'incident.action_invocation.created': 'other',
  'incident.action_invocation.updated': 'other',
  'incident.action_invocation.terminated': 'other',
  'incident.workflow.started': 'other',
  'incident.workflow.completed': 'other',
};

/** Types that are documented and concern no incident. */
export const serviceEvents: readonly string[] = [
  'service.created',
  'service.updated',
  'service.deleted',
  'service.custom_field_values.updated',
];
