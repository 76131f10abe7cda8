/** Whatever says no until it is lifted or runs out. */
export interface Hold {
  id: string;
  kind: 'stop' | 'freeze' | 'maintenance' | 'brake';
  /** `all`, `environment:prod`, `service:PSVC001`, `rule:ec2-cpu-high`, `action:aws.ssm.start-automation`, `target:<id>`. */
  scope: string;
  reason: string;
  owner: string;
  /** ISO 8601, UTC. */
  since: string;
  until?: string;
}

/** What an effect would touch, as hold scopes. */
export interface HoldSubject {
  environment: string;
  service: string;
  rule: string;
  action: string;
  targetId: string;
}

export const holdScopes = (subject: HoldSubject): string[] => [
  'all',
  `environment:${subject.environment}`,
  `service:${subject.service}`,
  `rule:${subject.rule}`,
  `action:${subject.action}`,
  `target:${subject.targetId}`,
];
