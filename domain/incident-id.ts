import type { IncidentRef } from './incident.js';

/** Other characters are escaped as `_xHH`, so that an id is safe in a path, a shell and the server's HTTP API. */
const escape = (text: string): string =>
  text.replace(/[^A-Za-z0-9.-]/g, (character) => {
    if (character === '_') return '__';
    return [...new TextEncoder().encode(character)].map((byte) => `_x${byte.toString(16).padStart(2, '0')}`).join('');
  });

/** Our id of an incident: `pagerduty:Q0HX2R9`, with `:r<epoch seconds>` after a reopening. REST's `{id}`. */
export function incidentId(ref: IncidentRef): string {
  const life = ref.generation === '0' ? '' : `:r${escape(ref.generation)}`;
  return `${escape(ref.source)}:${escape(ref.externalId)}${life}`;
}
