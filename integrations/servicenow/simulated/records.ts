import { randomBytes } from 'node:crypto';
import type { Instance, Row } from './instance.js';
import { type Refused, write, type Written } from './write.js';

/** A change that was stored, as a Business Rule sees it. */
export interface Change {
  operation: 'insert' | 'update';
  before: Row;
  after: Row;
  by: string;
}

export interface Records {
  insert: (fields: Readonly<Record<string, unknown>>, by: string) => Written | Refused;
  update: (row: Row, fields: Readonly<Record<string, unknown>>, by: string) => Written | Refused;
  find: (idOrNumber: string) => Row | undefined;
  /** Texts of the work notes, oldest first. */
  notes: (row: Row) => string[];
}

/** Our own user: what rights forbid is forbidden to it alone. */
export const agent = 'opssentinel';

/** The table of incidents and their journal. */
export function createRecords(instance: Instance, onChange: (change: Change) => void): Records {
  const store = (before: Row, fields: Readonly<Record<string, unknown>>, by: string, operation: Change['operation']) => {
    const written = write(instance, before, fields, by, by === agent);
    if ('refused' in written) return written;
    const { row, notes, changed } = written;
    for (const note of notes) {
      const [element = ''] = note.split(' ', 1);
      instance.journal.push({
        sys_id: randomBytes(16).toString('hex'),
        name: 'incident',
        element_id: row['sys_id'] ?? '',
        element,
        value: note.slice(element.length + 1),
        sys_created_on: instance.now(),
        sys_created_by: by,
      });
    }
    if (operation === 'insert') instance.incidents.push(row);
    else instance.incidents = instance.incidents.map((one) => (one['sys_id'] === row['sys_id'] ? row : one));
    if (operation === 'insert' || changed.length > 0 || notes.length > 0) onChange({ operation, before, after: row, by });
    return written;
  };
  return {
    insert: (fields, by) => {
      const now = instance.now();
      const fresh: Row = Object.fromEntries(instance.columns().map((column) => [column, '']));
      Object.assign(fresh, {
        sys_id: randomBytes(16).toString('hex'),
        number: instance.nextNumber(),
        state: '1',
        incident_state: '1',
        active: 'true',
        opened_at: now,
        sys_created_on: now,
        reopen_count: '0',
        urgency: '3',
        impact: '3',
        sys_mod_count: '-1',
      });
      return store(fresh, fields, by, 'insert');
    },
    update: (row, fields, by) => store(row, fields, by, 'update'),
    find: (id) => instance.incidents.find((row) => row['sys_id'] === id || row['number'] === id),
    notes: (row) =>
      instance.journal
        .filter((entry) => entry['element_id'] === row['sys_id'] && entry['element'] === 'work_notes')
        .map((entry) => entry['value'] ?? ''),
  };
}
