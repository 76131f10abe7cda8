import { follow } from '../../contract/testkit/ledger.js';
import type { TestSandbox } from '../../contract/testkit/sandbox.js';
import type { VendorSamples } from '../../contract/testkit/sample.js';
import { serviceNowChannel } from '../channels/servicenow.js';
import { connectServiceNow, type ServiceNowClient } from '../client.js';
import type { ServiceNowConfig } from '../config.js';
import { ticketFollower } from '../followers/ticket.js';
import { serviceNowSource } from '../sources/servicenow.js';
import { decision } from './given.js';

/** Gives the `sys_id`. */
const opened = async (sandbox: TestSandbox): Promise<string> =>
  (await sandbox.ask('servicenow/tickets', { short_description: 'Checkout is slow' })).sys_id;
const refOf = (externalId: string) => ({ source: 'servicenow', externalId, generation: '0' });

export const samples: VendorSamples<ServiceNowConfig, ServiceNowClient> = {
  connect: connectServiceNow,
  reads: [
    {
      of: 'servicenow',
      operation: 'GET incident/{sys_id}',
      given: opened,
      run: (call, id) => serviceNowSource.read(call, refOf(id)),
    },
  ],
  tells: [
    {
      of: 'servicenow',
      operation: 'PATCH incident/{sys_id}',
      given: opened,
      run: (call, id) =>
        serviceNowChannel.note(call, { ref: refOf(id), marker: `opssentinel servicenow:${id} report`, text: 'Restarted.' }),
    },
    {
      of: 'servicenow.ticket',
      operation: 'POST incident',
      run: (call) => follow(ticketFollower, call, { incident: 'pagerduty:Q1', decision: decision() }),
    },
  ],
};
