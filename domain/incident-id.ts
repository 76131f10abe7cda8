import type { IncidentRef } from './incident.js';

/** Other characters are escaped as `_xHH`, so that an id is safe in a path, a shell and the server's HTTP API. */
const escape = (text: string): string =>
  text.replace(/[^A-Za-z0-9.-]/gu, (character) => {
    if (character === '_') return '__';
    return [...new TextEncoder().encode(character)].map((byte) => `_x${byte.toString(16).padStart(2, '0')}`).join('');
  });

/** Our id of an incident: `pagerduty:Q0HX2R9`, with `:r<epoch seconds>` after a reopening. REST's `{id}`. */
export function incidentId(ref: IncidentRef): string {
  const life = ref.generation === '0' ? '' : `:r${escape(ref.generation)}`;
  return `${escape(ref.source)}:${escape(ref.externalId)}${life}`;
}

/** Undoes `escape`. */
const unescape = (text: string): string =>
  text.replace(/__|(?:_x[0-9a-f]{2})+/g, (escaped) => {
    if (escaped === '__') return '_';
    return new TextDecoder().decode(Uint8Array.from(escaped.slice(2).split('_x'), (byte) => Number.parseInt(byte, 16)));
  });

/** Which life of an incident one of our ids names: its `generation`. `undefined`: it is an id of another incident. */
export function lifeIn(id: string, { source, externalId }: Pick<IncidentRef, 'source' | 'externalId'>): string | undefined {
  const first = incidentId({ source, externalId, generation: '0' });
  if (id === first) return '0';
  return id.startsWith(`${first}:r`) ? unescape(id.slice(first.length + 2)) : undefined;
}
