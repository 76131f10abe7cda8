import type { JsonObject } from '../../../domain/json.js';
import type { SandboxAlarm } from '../../contract/simulator.js';
import {
  type Behaviour,
  policy,
  serviceReference,
  type SimAlert,
  type SimIncident,
  type SimNote,
  userReference,
} from './account.js';

const policyReference = (): JsonObject => ({
  id: policy.id,
  type: 'escalation_policy_reference',
  summary: policy.name,
  self: null,
  html_url: null,
});

const common = (incident: SimIncident, address: string): JsonObject => ({
  id: incident.id,
  type: 'incident',
  self: `https://api.pagerduty.com/incidents/${incident.id}`,
  html_url: `${address}/_sandbox/pagerduty/incidents/${incident.id}`,
  status: incident.status,
  incident_key: incident.key,
  created_at: incident.createdAt,
  title: incident.title,
  service: serviceReference(incident.service),
  escalation_policy: policyReference(),
  teams: [],
  priority: null,
  urgency: 'high',
  conference_bridge: null,
  resolve_reason: incident.resolveReason,
  ...(incident.reopenedAt ? { reopened_at: incident.reopenedAt } : {}),
});

/** `data` of a webhook v3 about an incident. */
export const webhookIncident = (incident: SimIncident, address: string): JsonObject => ({
  ...common(incident, address),
  number: incident.number,
  incident_type: { name: 'incident_default' },
  assignees: incident.assignees.map(userReference),
});

/** The incident as REST has it: other names than the webhook's. */
export const restIncident = (incident: SimIncident, address: string): JsonObject => ({
  ...common(incident, address),
  summary: `[#${incident.number}] ${incident.title}`,
  incident_number: incident.number,
  assigned_via: 'escalation_policy',
  last_status_change_at: incident.log.at(-1)?.createdAt ?? incident.createdAt,
  assignments:
    incident.status === 'resolved'
      ? []
      : incident.assignees.map((user) => ({ at: incident.createdAt, assignee: userReference(user) })),
  acknowledgements:
    incident.status === 'acknowledged'
      ? incident.acknowledgers.map(({ user, at }) => ({ at, acknowledger: userReference(user) }))
      : [],
  alert_counts: {
    all: incident.alerts.length,
    triggered: incident.alerts.filter((alert) => alert.status === 'triggered').length,
    resolved: incident.alerts.filter((alert) => alert.status === 'resolved').length,
  },
});

export const restNote = (note: SimNote): JsonObject => ({
  id: note.id,
  user: userReference(note.user),
  channel: { summary: 'The PagerDuty website or APIs' },
  content: note.content,
  created_at: note.createdAt,
});

export function restAlert(alert: SimAlert, incident: SimIncident, shape: Behaviour['details']): JsonObject {
  const text = JSON.stringify(alert.details);
  const details = shape === 'object' ? alert.details : shape === 'string' ? text : JSON.stringify(text);
  return {
    id: alert.id,
    type: 'alert',
    status: alert.status,
    summary: alert.summary,
    alert_key: incident.key,
    severity: alert.severity,
    suppressed: false,
    created_at: alert.createdAt,
    service: serviceReference(incident.service),
    incident: { id: incident.id, type: 'incident_reference' },
    integration: { id: 'PSBXINT', type: 'aws_cloudwatch_inbound_integration_reference', summary: 'Amazon CloudWatch' },
    body: { type: 'alert_body', contexts: [], details, cef_details: alert.cef },
  };
}

/** The common event fields that PagerDuty's CloudWatch integration fills. */
export const alarmCef = (alarm: SandboxAlarm): JsonObject => ({
  source_component: Object.values(alarm.dimensions)[0] ?? alarm.name,
  source_location: alarm.region,
  source_origin: alarm.arn,
  event_class: alarm.metric,
  service_group: alarm.namespace,
  severity: 'critical',
});
