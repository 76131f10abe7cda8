/** A database instance of the sandbox's two accounts. */
export interface SimulatedDatabase {
  id: string;
  account: string;
  region: string;
  engine: string;
  class: string;
  /** `available`, `rebooting`, `modifying`, … */
  status: string;
  multiAz: boolean;
  /** Letter of its zone, and of its standby's. */
  zone: string;
  standby?: string;
  /** Cluster that it belongs to. */
  cluster?: string;
  /** Of its cluster; the others are readers. */
  writer?: boolean;
  tags: Record<string, string>;
}

const staging = '111122223333';
const production = '444455556666';

type Shipped = Pick<SimulatedDatabase, 'id' | 'account'> & Partial<SimulatedDatabase>;

const ledger = { engine: 'aurora-postgresql', cluster: 'ledger', class: 'db.r6g.large' };

const shipped: readonly Shipped[] = [
  { id: 'web-staging', account: staging },
  { id: 'orders', account: production, multiAz: true, standby: 'b', class: 'db.m6g.large' },
  { id: 'reports', account: production },
  { id: 'ledger-1', account: production, ...ledger, writer: true },
  { id: 'ledger-2', account: production, ...ledger, zone: 'b' },
  { id: 'ledger-3', account: production, ...ledger, zone: 'c' },
  { id: 'legacy', account: production, engine: 'custom-oracle-ee', class: 'db.m5.xlarge' },
];

/** The database instances as they are when the sandbox starts, by id. */
export const shippedDatabases = (): Map<string, SimulatedDatabase> =>
  new Map(
    shipped.map((database) => [
      database.id,
      {
        region: 'eu-west-1',
        engine: 'postgres',
        class: 'db.t4g.medium',
        status: 'available',
        multiAz: false,
        zone: 'a',
        tags: { opssentinel: 'allow' },
        ...database,
      },
    ]),
  );
