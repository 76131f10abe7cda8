import type { Decision } from '../../../domain/plan.js';
import { follow } from '../../contract/testkit/ledger.js';
import type { CalendarSubject } from '../../contract/calendar.js';
import type { TestSandbox } from '../../contract/testkit/sandbox.js';
import type { VendorSamples } from '../../contract/testkit/sample.js';
import { maintenanceWindows } from '../calendars/maintenance-windows.js';
import { pagerDutyChannel } from '../channels/pagerduty.js';
import { connectPagerDuty, type PagerDutyClient } from '../client.js';
import type { PagerDutyConfig } from '../config.js';
import { pagerDutyChangeEvents } from '../followers/change-events.js';
import { pagerDutyPages } from '../followers/pages.js';
import { pagerDutyStatusUpdates } from '../followers/status-updates.js';
import { pagerDutySource } from '../sources/pagerduty.js';

/** Gives the incident's id. */
const opened = async (sandbox: TestSandbox): Promise<string> => {
  await sandbox.alarm('ec2-cpu-high', 'ALARM');
  return (await sandbox.ask('pagerduty/incidents')).incidents[0].id;
};
const refOf = (externalId: string) => ({ source: 'pagerduty', externalId, generation: '0' });
const decisionOf = (id: string) => ({ incident: { ref: refOf(id), urgency: 'high' } }) as never as Decision;
const incidentOf = (id: string): string => `pagerduty:${id}`;

export const samples: VendorSamples<PagerDutyConfig, PagerDutyClient> = {
  connect: connectPagerDuty,
  environment: {
    PAGERDUTY_ROUTING_KEY: 'a'.repeat(32),
    PAGERDUTY_CHANGE_ROUTING_KEY: 'c'.repeat(32),
    PAGERDUTY_STATUS_UPDATES: 'true',
  },
  reads: [
    {
      of: 'pagerduty',
      operation: 'GET /incidents/{id}',
      given: opened,
      run: (call, id) => pagerDutySource.read(call, refOf(id)),
    },
    {
      of: 'pagerduty',
      operation: 'GET /incidents/{id}/alerts',
      given: opened,
      run: (call, id) => pagerDutySource.read(call, refOf(id)),
    },
    {
      of: 'pagerduty',
      operation: 'GET /incidents',
      run: async (call) => pagerDutySource.poll?.(call, new Date(Date.now() - 60_000).toISOString()),
    },
    {
      of: 'pagerduty.maintenance-windows',
      operation: 'GET /maintenance_windows',
      run: (call) => maintenanceWindows.read(call, { service: 'PSVC001' }, { at: new Date().toISOString() } as CalendarSubject),
    },
    {
      of: 'pagerduty',
      operation: 'GET /incidents',
      run: async (call) => pagerDutySource.open?.(call, new Date(Date.now() - 60_000).toISOString(), ['PSVC001']),
    },
    {
      of: 'pagerduty',
      operation: 'GET /webhook_subscriptions',
      run: async (call) => pagerDutySource.subscriptions?.read(call),
    },
  ],
  tells: [
    {
      of: 'pagerduty',
      operation: 'POST /incidents/{id}/notes',
      given: opened,
      run: (call, id) =>
        pagerDutyChannel.note(call, { ref: refOf(id), marker: `opssentinel ${incidentOf(id)} report`, text: 'Restarted.' }),
    },
    {
      of: 'pagerduty.change-events',
      operation: 'POST /v2/change/enqueue',
      given: opened,
      run: (call, id) => follow(pagerDutyChangeEvents, call, { incident: incidentOf(id) }),
    },
    {
      of: 'pagerduty.status-updates',
      operation: 'POST /incidents/{id}/status_updates',
      given: opened,
      run: (call, id) => follow(pagerDutyStatusUpdates, call, { incident: incidentOf(id), decision: decisionOf(id) }),
    },
    {
      of: 'pagerduty.pages',
      operation: 'POST /v2/enqueue',
      run: (call) => follow(pagerDutyPages, call, { paged: 'pagerduty' }),
      // A resolve of what is resolved is accepted and does nothing (contracts 1.8): it is told again, to no end.
      repeated: 'again',
    },
  ],
};
