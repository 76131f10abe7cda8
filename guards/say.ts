import type { Guard } from '../domain/admission.js';
import { ceilSecond } from '../domain/words.js';

/** What one guard answers; `judgeAll` adds its name and who set its limit. */
export type Said = ReturnType<Guard['judge']>;

export const allow = (limit: string, found: string): Said => ({
  verdict: 'allow',
  limit,
  found,
});
export const refuse = (limit: string, found: string): Said => ({
  verdict: 'refuse',
  limit,
  found,
});
export const ask = (limit: string, found: string): Said => ({
  verdict: 'ask',
  limit,
  found,
});

/** Adds when it is free again: epoch milliseconds, never promised a moment too early. */
export const freeAt = (said: Said, at: number): Said => ({
  ...said,
  freeAt: new Date(ceilSecond(at)).toISOString(),
});

/** The run may wait and ask again at that time, to the millisecond. */
export const waitUntil = (said: Said, at: number): Said => ({
  ...said,
  wait: true,
  freeAt: new Date(Math.ceil(at)).toISOString(),
});

/** `pagerduty:Q0HX1B4` as people know it: `Q0HX1B4`. */
export const incidentName = (incident: string): string => incident.slice(incident.indexOf(':') + 1);
