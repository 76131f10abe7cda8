import type { Deed } from '../../integrations/contract/history.js';
import type { Incident } from '../../domain/incident.js';
import type { Past } from './recorded.js';

/** What became of an incident without us. */
export interface WithoutUs {
  /** `undefined`: it was open when it was recorded. Milliseconds from its beginning. */
  lastedMs?: number;
  endedBy?: 'person' | 'source' | 'unknown';
  /** Whether any person did anything to it. */
  touched: boolean;
  merged: boolean;
  /** In words: `acknowledged after 2 min, resolved by a person after 31 min`. */
  deeds: Deed['did'][];
}

/** What clears so soon was nobody's to repair. Milliseconds. */
export const soonMs = 5 * 60_000;

/** Its first life: what was opened again afterwards is another one. */
export function withoutUs({ deeds, createdAt }: Past): WithoutUs {
  const last = deeds.findIndex(({ did }) => did === 'resolved' || did === 'merged');
  const end = deeds[last];
  const life = last === -1 ? deeds : deeds.slice(0, last + 1);
  return {
    ...(end ? { lastedMs: Math.max(0, Date.parse(end.at) - Date.parse(createdAt)), endedBy: end.by.kind } : {}),
    touched: life.some(({ by }) => by.kind === 'person'),
    merged: life.some(({ did }) => did === 'merged'),
    deeds: life.map(({ did }) => did),
  };
}

/** No person did anything to it, and its source ended it at once. */
export const clearedByItself = ({ touched, endedBy, lastedMs = Infinity }: WithoutUs): boolean =>
  !touched && endedBy === 'source' && lastedMs < soonMs;

/** How long people had it; `undefined`: they did not, or it was never closed. Milliseconds. */
export const peopleTookMs = ({ touched, lastedMs }: WithoutUs): number | undefined => (touched ? lastedMs : undefined);

/** The incident as its source told it at that moment, as far as its log says. Epoch milliseconds. */
export function incidentAt({ incident, deeds }: Past, now: number): Incident {
  const { mergedInto, ...plain } = incident;
  let status: Incident['status'] = 'triggered';
  let heldBy: Incident['heldBy'] = [];
  for (const { at, did, by } of deeds) {
    if (Date.parse(at) > now || status === 'resolved') break;
    if (did === 'acknowledged') {
      status = 'acknowledged';
      heldBy = [...heldBy, { id: by.id ?? 'somebody', name: by.id ?? 'somebody' }];
    } else if (did === 'resolved' || did === 'merged') {
      status = 'resolved';
    } else if (did !== 'noted') {
      status = 'triggered';
      heldBy = [];
    }
  }
  return {
    ...plain,
    status,
    heldBy: status === 'acknowledged' ? heldBy : [],
    ...(status === 'resolved' && mergedInto ? { mergedInto } : {}),
  };
}
