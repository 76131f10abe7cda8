import type { SandboxAlarm } from '../integrations/contract/simulator.js';

const region = 'eu-west-1';
const staging = '111122223333';
const production = '444455556666';

/** Services of the simulated PagerDuty account. */
const webStaging = { id: 'PSVC001', name: 'web staging' };
const web = { id: 'PSVC002', name: 'web' };
const checkout = { id: 'PSVC003', name: 'checkout' };

/** The load balancer in front of the group that checkout runs on. */
const checkoutBalancer = { LoadBalancer: 'app/checkout/0123456789abcdef' };

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
  {
    name: 'ecs-service-down',
    account: production,
    namespace: 'ECS/ContainerInsights',
    metric: 'RunningTaskCount',
    comparison: 'LessThanThreshold',
    threshold: 3,
    dimensions: { ClusterName: 'prod', ServiceName: 'web' },
    service: web,
    reading: { alarm: 1, ok: 3 },
  },
  {
    name: 'disk-usage-high',
    account: staging,
    namespace: 'CWAgent',
    metric: 'disk_used_percent',
    threshold: 80,
    dimensions: { InstanceId: 'i-0bb22cc33dd44ee55', path: '/', device: 'nvme0n1p1', fstype: 'xfs' },
    service: webStaging,
    reading: { alarm: 93.1, ok: 61.2 },
  },
  {
    name: 'checkout-latency-p95-high',
    account: production,
    namespace: 'AWS/ApplicationELB',
    metric: 'TargetResponseTime',
    threshold: 1.2,
    dimensions: checkoutBalancer,
    about: { AutoScalingGroupName: 'checkout-web' },
    service: checkout,
    reading: { alarm: 2.4, ok: 0.4 },
    silent: true,
  },
  {
    name: 'service-overload',
    title: 'Overload on checkout',
    also: ['checkout-latency-p95-high'],
    account: production,
    namespace: '',
    metric: '',
    threshold: 0,
    dimensions: {},
    service: checkout,
    reading: { alarm: 0, ok: 0 },
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
