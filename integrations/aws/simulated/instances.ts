/** An instance of the sandbox's two accounts. */
export interface SimulatedInstance {
  id: string;
  account: string;
  region: string;
  type: string;
  state: 'running' | 'stopping' | 'stopped' | 'pending' | 'terminated';
  /** Both of EC2's checks say the same here. */
  checks: 'ok' | 'initializing' | 'not-applicable' | 'impaired';
  ssmPing: 'Online' | 'ConnectionLost';
  /** Absent: `ebs`. Without one it can be neither stopped nor started. */
  rootDevice?: 'instance-store';
  /** Epoch milliseconds: the last start. */
  launchedAt: number;
  tags: Record<string, string>;
}

const staging = '111122223333';
const production = '444455556666';
const group = { 'aws:autoscaling:groupName': 'checkout-web' };

/** One of the instances behind `web`, in each account: they stand in for each other. */
const web = (name: string): Record<string, string> => ({ Name: name, opssentinel: 'allow', service: 'web' });

type Shipped = Pick<SimulatedInstance, 'id' | 'account' | 'tags'>;

const shipped: readonly Shipped[] = [
  { id: 'i-0aa11bb22cc33dd44', account: staging, tags: web('web-staging-1') },
  { id: 'i-0bb22cc33dd44ee55', account: staging, tags: web('web-staging-2') },
  { id: 'i-0bb22cc33dd44ee56', account: staging, tags: web('web-staging-3') },
  { id: 'i-0bb22cc33dd44ee57', account: staging, tags: web('web-staging-4') },
  { id: 'i-0bb22cc33dd44ee58', account: staging, tags: web('web-staging-5') },
  { id: 'i-0bb22cc33dd44ee59', account: staging, tags: web('web-staging-6') },
  { id: 'i-0cc33dd44ee55ff66', account: production, tags: web('web-1') },
  { id: 'i-0dd44ee55ff66aa77', account: production, tags: web('web-2') },
  { id: 'i-0dd44ee55ff66aa78', account: production, tags: web('web-3') },
  { id: 'i-0dd44ee55ff66aa79', account: production, tags: web('web-4') },
  { id: 'i-0ee55ff66aa77bb88', account: production, tags: { Name: 'ledger-1', opssentinel: 'never' } },
  { id: 'i-0ff66aa77bb88cc99', account: production, tags: { Name: 'checkout-web', opssentinel: 'allow', ...group } },
  { id: 'i-0ff66aa77bb88cc9a', account: production, tags: { Name: 'checkout-web', opssentinel: 'allow', ...group } },
  { id: 'i-0ff66aa77bb88cc9b', account: production, tags: { Name: 'checkout-web', opssentinel: 'allow', ...group } },
  { id: 'i-0ff66aa77bb88cc9c', account: production, tags: { Name: 'checkout-web', opssentinel: 'allow', ...group } },
];

/** The instances as they are when the sandbox starts, by id. */
export function shippedInstances(now: number): Map<string, SimulatedInstance> {
  return new Map(
    shipped.map((instance) => [
      instance.id,
      {
        region: 'eu-west-1',
        type: 't3.small',
        state: 'running',
        checks: 'ok',
        ssmPing: 'Online',
        launchedAt: now - 30 * 24 * 3_600_000,
        ...instance,
        tags: { ...instance.tags },
      },
    ]),
  );
}

/**
 * What does not help although it succeeds: the instance's memory is held by something that a restart of its service leaves alone.
 * Document to instance ids.
 */
export const helpless: Readonly<Record<string, readonly string[]>> = { 'OpsSentinel-RestartService': ['i-0bb22cc33dd44ee55'] };
