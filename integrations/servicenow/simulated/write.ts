import type { Instance, Row } from './instance.js';

/** contracts 4.1: states; 4 and 5 were never used by incidents. */
const known = ['1', '2', '3', '6', '7', '8'];
const over = ['6', '7', '8'];
const journals = ['work_notes', 'comments'];
const own = [
  'sys_id',
  'number',
  'sys_mod_count',
  'sys_created_on',
  'sys_updated_on',
  'sys_updated_by',
  'opened_at',
  'reopen_count',
];

export interface Written {
  row: Row;
  /** What really changed. */
  changed: string[];
  notes: string[];
}

export type Refused = { refused: 'data policy'; missing: string[] };

/**
 * One write to a record, by the instance's rules. contracts 4.1: what it does not know is left out with 200, and so is a state that makes
 * no sense; a data policy judges what the record would be; journals append.
 */
export function write(
  instance: Instance,
  before: Row,
  fields: Readonly<Record<string, unknown>>,
  by: string,
  ours: boolean,
): Written | Refused {
  const after: Row = { ...before };
  const notes: string[] = [];
  for (const [column, given] of Object.entries(fields)) {
    const value = typeof given === 'string' ? given : String(given);
    if (!instance.columns().includes(column) || own.includes(column)) continue;
    if (ours && instance.behaviour.readOnly.includes(column)) continue;
    if ((column === 'state' || column === 'incident_state') && !known.includes(value)) continue;
    if (journals.includes(column)) notes.push(...(value === '' ? [] : [`${column} ${value}`]));
    else after[column] = value;
  }
  // Two columns that are kept in step.
  const stateOf = fields['state'] === undefined ? 'incident_state' : 'state';
  after['state'] = after['incident_state'] = after[stateOf] ?? '1';
  const missing = missingIn(instance, before, after);
  if (missing.length > 0) return { refused: 'data policy', missing };
  settle(instance, before, after);
  const changed = Object.keys(after).filter((column) => after[column] !== before[column]);
  if (changed.length > 0 || notes.length > 0)
    Object.assign(after, {
      sys_mod_count: String(Number(before['sys_mod_count'] ?? '-1') + 1),
      sys_updated_on: instance.now(),
      sys_updated_by: by,
    });
  return { row: after, changed, notes };
}

/** Labels, in the instance's language, of what a data policy misses. A resolution code that is no choice counts as missing. */
function missingIn({ behaviour, closeCodes }: Instance, before: Row, after: Row): string[] {
  const lacks = (column: string): boolean => (after[column] ?? '') === '';
  const extra = (list: readonly string[]): string[] => list.filter(lacks);
  if (after['state'] === before['state']) return [];
  if (after['state'] === '3') return lacks('hold_reason') ? ['On hold reason'] : [];
  if (after['state'] === '2') return extra(behaviour.mandatoryInProgress);
  if (after['state'] !== '6' && after['state'] !== '7') return [];
  return [
    ...(closeCodes().includes(after['close_code'] ?? '') ? [] : ['Resolution code']),
    ...(lacks('close_notes') ? ['Close notes'] : []),
    ...extra(behaviour.mandatory),
  ];
}

function settle(instance: Instance, before: Row, after: Row): void {
  const wasOver = over.includes(before['state'] ?? '');
  const isOver = over.includes(after['state'] ?? '');
  if (wasOver && !isOver)
    Object.assign(after, {
      reopen_count: String(Number(before['reopen_count'] ?? '0') + 1),
      resolved_at: '',
      close_code: '',
      close_notes: '',
    });
  if (!wasOver && isOver) after['resolved_at'] = instance.now();
  after['active'] = String(after['state'] !== '7' && after['state'] !== '8');
  after['priority'] = String(Math.min(5, Math.max(1, Number(after['urgency'] ?? '3') + Number(after['impact'] ?? '3') - 1)));
}
