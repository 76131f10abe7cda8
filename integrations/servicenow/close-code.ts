import { VendorError } from '../contract/errors.js';
import { valueOf } from './record.js';
import { search, type ServiceNowCall } from './table.js';

/** What says that we solved it: in new releases, and in old ones. Contracts 4.1. */
const ours = ['Solution provided', 'Solved (Permanently)'];

/** The resolution code that we set: the configured one, else what the instance's own list has of ours. Throws VendorError. */
export async function closeCodeOf(call: ServiceNowCall): Promise<string> {
  const { closeCode, table } = call.client;
  if (closeCode !== undefined) return closeCode;
  const { rows } = await search(call, {
    table: 'sys_choice',
    where: [
      ['name', '=', table],
      ['element', '=', 'close_code'],
      ['inactive', '=', 'false'],
    ],
    columns: ['value', 'label'],
    limit: 200,
  });
  const choices = [...new Set(rows.map((found) => valueOf(found, 'value')).filter((value) => value !== ''))];
  const found = ours.find((code) => choices.includes(code));
  if (found !== undefined) return found;
  const there = choices.length === 0 ? 'its list could not be read' : `it has ${choices.slice(0, 12).join(', ')}`;
  throw new VendorError(
    'servicenow',
    'refused',
    `the instance has neither “${ours.join('” nor “')}” as a resolution code (${there}); set SERVICENOW_CLOSE_CODE to one of its own`,
  );
}
