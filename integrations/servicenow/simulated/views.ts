import type { JsonObject } from '../../../domain/json.js';
import { type Instance, references, type Row } from './instance.js';

export interface View {
  fields: readonly string[];
  excludeLink: boolean;
  display: 'true' | 'false' | 'all';
  address: string;
}

const stateLabels: Record<string, string> = {
  1: 'New',
  2: 'In Progress',
  3: 'On Hold',
  6: 'Resolved',
  7: 'Closed',
  8: 'Canceled',
};
const urgencyLabels: Record<string, string> = { 1: '1 - High', 2: '2 - Medium', 3: '3 - Low' };
const priorityLabels: Record<string, string> = {
  1: '1 - Critical',
  2: '2 - High',
  3: '3 - Moderate',
  4: '4 - Low',
  5: '5 - Planning',
};
const labels: Readonly<Record<string, Record<string, string>>> = {
  state: stateLabels,
  urgency: urgencyLabels,
  priority: priorityLabels,
};

/** contracts 4.1: texts; a reference is `{link, value}` unless its link is left out; journals come back empty; unknown fields are left out. */
export function view(instance: Instance, row: Row, { fields, ...how }: View): JsonObject {
  const wanted = fields.length === 0 ? Object.keys(row) : fields;
  return Object.fromEntries(wanted.flatMap((field) => (known(row, field) ? [[field, valueIn(instance, row, field, how)]] : [])));
}

const known = (row: Row, field: string): boolean => row[field.split('.')[0] ?? ''] !== undefined;

/** Of a column, or of one of the record that it refers to. */
function valueIn(instance: Instance, row: Row, field: string, how: Omit<View, 'fields'>): string | JsonObject {
  const [column = '', far] = field.split('.');
  if (column === 'work_notes' || column === 'comments') return shaped({ value: '', shown: '' }, how);
  const table = references[column];
  const target = table === undefined ? undefined : instance.tables[table]?.find((one) => one['sys_id'] === row[column]);
  if (far !== undefined) return shaped({ value: target?.[far] ?? '', shown: target?.[far] ?? '' }, how);
  const value = row[column] ?? '';
  const shown = target?.['name'] ?? labels[column]?.[value] ?? value;
  const link = table === undefined || value === '' ? undefined : `${how.address}/servicenow/api/now/table/${table}/${value}`;
  return shaped({ value, shown, ...(link === undefined || how.excludeLink ? {} : { link }) }, how);
}

function shaped(
  { value, shown, link }: { value: string; shown: string; link?: string },
  { display }: Pick<View, 'display'>,
): string | JsonObject {
  const to: JsonObject = link === undefined ? {} : { link };
  if (display === 'all') return { display_value: shown, value, ...to };
  if (link === undefined) return display === 'true' ? shown : value;
  return display === 'true' ? { display_value: shown, ...to } : { value, ...to };
}
