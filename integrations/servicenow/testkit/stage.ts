import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import type { LedgerRecord } from '../../../domain/record.js';
import type { CallWith } from '../../contract/call.js';
import { startTestSandbox, type TestSandbox } from '../../contract/testkit/sandbox.js';
import type { ServiceNowClient } from '../client.js';
import { ticketFollower } from '../followers/ticket.js';
import { connected, control, decision, ledger, type Loose, type Told } from './given.js';

/** What the mark of a ticket of the stage's incident looks like. */
export const ours = { correlation_id: 'opssentinel:pagerduty:Q1' };

/** The follower, the instance it writes to, and the ledger it follows. Fresh for every test. */
export interface Stage {
  sandbox: TestSandbox;
  call: CallWith<ServiceNowClient>;
  told: Told;
  ask: ReturnType<typeof control>;
  behave: (change: Loose) => Promise<Loose>;
  /** As a person. */
  opened: (fields?: Loose) => Promise<Loose>;
  edited: (number: string, fields: Loose) => Promise<Loose>;
  tickets: () => Promise<Loose[]>;
  /** The one ticket that there is. */
  only: () => Promise<Loose>;
  deliver: (...lines: LedgerRecord[]) => Promise<void>;
  writes: () => Promise<string[]>;
  /** Opens no tickets from now on. */
  notOpening: () => void;
  remediated: (more?: Loose) => LedgerRecord;
  /** A plan whose rule has the ticket resolved. */
  planned: () => Promise<void>;
}

export function setStage(): Stage {
  const ask = control(() => stage.sandbox.address);
  const tickets = async (): Promise<Loose[]> => (await ask('GET', 'servicenow/tickets')).tickets;
  const deliver = (...lines: LedgerRecord[]): Promise<void> => ticketFollower.deliver(stage.call, lines, stage.told.reads);
  const stage: Stage = {
    sandbox: undefined as unknown as TestSandbox,
    call: undefined as unknown as Stage['call'],
    told: ledger('pagerduty:Q1'),
    ask,
    behave: (change) => ask('POST', 'servicenow/behaviour', change),
    opened: (fields = {}) => ask('POST', 'servicenow/tickets', { short_description: 'CPU', ...fields }),
    edited: (number, fields) => ask('POST', `servicenow/tickets/${number}`, fields),
    tickets,
    only: async () => {
      const all = await tickets();
      expect(all).toHaveLength(1);
      return all[0];
    },
    deliver,
    writes: async () =>
      (await stage.sandbox.effects())
        .filter(({ vendor }) => vendor === 'servicenow')
        .map(({ operation, outcome }) => `${operation}: ${outcome}`),
    notOpening: () => void (stage.call = connected(stage.sandbox, { SERVICENOW_OPEN_TICKETS: 'false' })),
    remediated: (more = {}) =>
      stage.told.line('outcome', 'remediated: alarm OK since 03:14:20Z', { data: { kind: 'remediated' }, ...more }),
    planned: async () => {
      stage.told.decide(decision());
      await deliver(stage.told.line('plan', 'restart-ec2-instance on i-0aa11'));
    },
  };
  beforeAll(async () => {
    stage.sandbox = await startTestSandbox();
  });
  beforeEach(async () => {
    await stage.sandbox.reset();
    stage.call = connected(stage.sandbox);
    stage.told = ledger('pagerduty:Q1');
  });
  afterAll(() => stage.sandbox.close());
  return stage;
}
