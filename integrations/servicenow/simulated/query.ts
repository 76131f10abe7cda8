import type { Row } from './instance.js';

/**
 * An encoded query over rows. contracts 4.1: a part that names a column which is not there, or which may not be read, is left out,
 * silently, and the rest of the table comes back; unless the instance is set to give no rows then.
 */
export function select(
  rows: readonly Row[],
  query: string,
  { columns, noRowsWhenInvalid }: { columns: readonly string[]; noRowsWhenInvalid: boolean },
): Row[] {
  const parts = query.split('^').filter((part) => part !== '');
  const order = parts.find((part) => part.startsWith('ORDERBY'));
  const conditions = parts.filter((part) => !part.startsWith('ORDERBY')).map((part) => conditionOf(part, columns));
  if (noRowsWhenInvalid && conditions.includes(undefined)) return [];
  const found = rows.filter((row) => conditions.every((condition) => condition?.(row) ?? true));
  return order?.startsWith('ORDERBYDESC') ? found.toReversed() : found;
}

function conditionOf(part: string, columns: readonly string[]): ((row: Row) => boolean) | undefined {
  const [, column, operator, value = ''] = /^([a-z_0-9.]+)(!=|=|LIKE|STARTSWITH|IN)(.*)$/s.exec(part) ?? [];
  if (column === undefined || !columns.includes(column)) return undefined;
  // The database compares without case.
  const wanted = value.toLowerCase();
  const of = (row: Row): string => (row[column] ?? '').toLowerCase();
  switch (operator) {
    case '=':
      return (row) => of(row) === wanted;
    case '!=':
      return (row) => of(row) !== wanted;
    case 'LIKE':
      return (row) => of(row).includes(wanted);
    case 'STARTSWITH':
      return (row) => of(row).startsWith(wanted);
    default:
      return (row) => wanted.split(',').includes(of(row));
  }
}
