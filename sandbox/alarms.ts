import type { SandboxAlarm } from '../integrations/contract/simulator.js';

const region = 'eu-west-1';
const staging = '111122223333';
const production = '444455556666';

/** Services of the simulated PagerDuty account. */
const webStaging = { id: 'PSVC001', name: 'web staging' };
const web = { id: 'PSVC002', name: 'web' };

type Shipped = Omit<SandboxAlarm, 'arn' | 'region' | 'comparison' | 'period'> & Partial<Pick<SandboxAlarm, 'comparison'>>;

const shipped: readonly Shipped[] = [
  {
    name: 'ec2-cpu-high',
    account: staging,
    namespace: 'AWS/EC2',
    metric: 'CPUUtilization',
    threshold: 90,
    dimensions: { InstanceId: 'i-0aa11bb22cc33dd44' },
    service: webStaging,
    reading: { alarm: 97.2, ok: 12.4 },
  },
  {
    name: 'ec2-cpu-high-prod',
    account: production,
    namespace: 'AWS/EC2',
    metric: 'CPUUtilization',
    threshold: 90,
    dimensions: { InstanceId: 'i-0cc33dd44ee55ff66' },
    service: web,
    reading: { alarm: 96.1, ok: 18.7 },
  },
  {
    name: 'ec2-status-check-failed',
    account: production,
    namespace: 'AWS/EC2',
    metric: 'StatusCheckFailed',
    comparison: 'GreaterThanOrEqualToThreshold',
    threshold: 1,
    dimensions: { InstanceId: 'i-0dd44ee55ff66aa77' },
    service: web,
    reading: { alarm: 1, ok: 0 },
  },
  {
    name: 'ec2-memory-high',
    account: staging,
    namespace: 'CWAgent',
    metric: 'mem_used_percent',
    threshold: 90,
    dimensions: { InstanceId: 'i-0bb22cc33dd44ee55' },
    service: webStaging,
    reading: { alarm: 95.4, ok: 41.3 },
  },
];

/** The alarms that `POST /_sandbox/alarms/<name>` knows. */
export const alarms: readonly SandboxAlarm[] = shipped.map((alarm) => ({
  comparison: 'GreaterThanThreshold',
  period: 60,
  region,
  arn: `arn:aws:cloudwatch:${region}:${alarm.account}:alarm:${alarm.name}`,
  ...alarm,
}));
