/** What a field is, for people who write conditions. */
export interface FieldText {
  says: string;
  /** Where its value comes from. */
  from: string;
  /** A condition that reads it. */
  example: string;
  /** An alert or an incident may be without it: a condition over it asks with has() first, or does not hold. */
  optional?: true;
}

/** Every field that `when`, `unless`, `target` and `with` may read, by its dotted path; `*` stands for any name. */
export const fieldTexts: Readonly<Record<string, FieldText>> = {
  'alert.source': {
    says: 'Which tool raised the alert.',
    from: 'the alerting tool: cloudwatch, grafana, prometheus, …; the incident’s source where no more is known',
    example: 'alert.source == "cloudwatch"',
  },
  'alert.name': {
    says: 'What the alert is called.',
    from: 'CloudWatch: the alarm’s name; Grafana, Prometheus: alertname; otherwise the incident’s title',
    example: 'alert.name.startsWith("web-")',
  },
  'alert.namespace': {
    says: 'The family of the metric.',
    from: 'CloudWatch: Namespace; other tools have none',
    example: 'alert.namespace == "AWS/EC2"',
    optional: true,
  },
  'alert.metric': {
    says: 'The metric.',
    from: 'CloudWatch: MetricName; other tools have none',
    example: 'alert.metric == "CPUUtilization"',
    optional: true,
  },
  'alert.threshold': {
    says: 'The limit that was crossed. The value that crossed it is not told as a number.',
    from: 'CloudWatch: Threshold; other tools have none',
    example: 'alert.threshold >= 90.0',
    optional: true,
  },
  'alert.labels.*': {
    says: 'What the alert is about, by name.',
    from: 'CloudWatch: dimensions; Grafana, Prometheus: labels',
    example: 'alert.labels.InstanceId == "i-0aa11bb22cc33dd44"',
    optional: true,
  },
  'alert.severity': {
    says: 'How bad the alert says that it is.',
    from: 'the label severity, or what the incident’s source makes of it',
    example: 'alert.severity == "critical"',
    optional: true,
  },
  'alert.startedAt': {
    says: 'When it began: ISO 8601, UTC. There is no clock to compare it with.',
    from: 'the alerting tool; otherwise the incident’s beginning',
    example: 'alert.startedAt.startsWith("2026-")',
  },
  'alert.account': {
    says: 'The cloud account that the alert is from.',
    from: 'CloudWatch: the alarm’s ARN; other tools have none',
    example: 'alert.account == "444455556666"',
    optional: true,
  },
  'alert.region': {
    says: 'The region that the alert is from.',
    from: 'CloudWatch: the alarm’s ARN; other tools have none',
    example: 'alert.region == "eu-west-1"',
    optional: true,
  },
  'incident.id': {
    says: 'The id that people use.',
    from: 'PagerDuty: the incident’s id; ServiceNow: its number',
    example: 'incident.id != ""',
  },
  'incident.title': {
    says: 'The incident’s title.',
    from: 'PagerDuty: title; ServiceNow: short_description',
    example: 'incident.title.startsWith("Overload")',
  },
  'incident.urgency': {
    says: 'How urgent it is: high or low; at ServiceNow medium as well.',
    from: 'PagerDuty, ServiceNow: urgency',
    example: 'incident.urgency == "high"',
  },
  'incident.priority': {
    says: 'Its priority, as the source words it.',
    from: 'PagerDuty, ServiceNow: priority',
    example: 'incident.priority == "P1"',
    optional: true,
  },
  'incident.service.id': {
    says: 'The id of the service that it is at.',
    from: 'PagerDuty: the service’s id; ServiceNow: the business service, or the configuration item',
    example: 'incident.service.id == "PSVC003"',
  },
  'incident.service.name': {
    says: 'That service’s name.',
    from: 'PagerDuty: the service’s summary; ServiceNow: what the reference shows',
    example: 'incident.service.name == "checkout"',
  },
  'incident.team': {
    says: 'The team that has it.',
    from: 'PagerDuty: the first team’s id; ServiceNow: the assignment group',
    example: 'incident.team == "PTEAM01"',
    optional: true,
  },
};
