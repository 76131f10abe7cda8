import type { JsonObject } from '../../../domain/json.js';
import { defineDoor, type SourceDefinition } from '../../contract/source.js';
import type { ServiceNowClient } from '../client.js';
import { serviceNowDoor } from '../config.js';
import { incidentColumns, normalise, pageOf } from '../normalise.js';
import { receive } from '../receive.js';
import { valueOf } from '../record.js';
import { getWhole } from '../table.js';

export const serviceNowSource: SourceDefinition<ServiceNowClient> = {
  id: 'servicenow',
  summary: 'ServiceNow tickets.',
  permissions: ['itil'],
  doors: [
    defineDoor({
      id: 'servicenow',
      path: '/webhooks/servicenow',
      summary: 'Notices of a Business Rule of the ServiceNow instance, in our own contract.',
      proofs: ['signature', 'token', 'mtls'],
      signedBy: 'SERVICENOW_WEBHOOK_SECRETS',
      door: serviceNowDoor,
      receive,
    }),
  ],
  read: async (call, ref) => {
    const { user, url, table } = call.client;
    const record = await getWhole(call, ref.externalId, incidentColumns);
    const page = `${url}/nav_to.do?uri=${encodeURIComponent(`${table}.do?sys_id=${ref.externalId}`)}`;
    return { incident: { ...withoutOurselves(record, user), [pageOf]: page }, alerts: [] };
  },
  normalise,
};

/** What is assigned to us is nobody's: it is taken out before anything is concluded from the reading. */
function withoutOurselves(record: JsonObject, user: string | undefined): JsonObject {
  if (user === undefined || valueOf(record, 'assigned_to.user_name') !== user) return record;
  return Object.fromEntries(Object.entries(record).filter(([column]) => !column.startsWith('assigned_to')));
}
