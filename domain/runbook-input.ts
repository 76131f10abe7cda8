import { parseDuration } from './duration.js';
import type { Json } from './json.js';

/** All that a rule may say to a runbook, and no more. Text needs a list or an anchored pattern; there is no free text. */
export type RunbookInput =
  | { type: 'int'; min: number; max: number; default?: number | undefined }
  | { type: 'duration'; min: string; max: string; default?: string | undefined }
  | { type: 'path' | 'enum'; oneOf: string[]; default?: string | undefined }
  | { type: 'string'; pattern: string; maxLength?: number | undefined; default?: string | undefined }
  | { type: 'boolean'; default?: boolean | undefined };

export type InputValue = string | number | boolean;
export type ReadInput = { ok: true; value: InputValue } | { ok: false; says: string };

/** Whether a whole text matches a pattern, in linear time. Passed in, so that this file imports nothing. */
export type MatchesWhole = (pattern: string, text: string) => boolean;

const refused = (says: string): ReadInput => ({ ok: false, says });
const longest = 256;

/** Reads a value (a literal of a rule, or text out of an alert) as a runbook's input, or says in a sentence why not. */
export function readInput(input: RunbookInput, raw: Json, matchesWhole: MatchesWhole): ReadInput {
  if (raw === null || typeof raw === 'object') return refused('must be one plain value');
  switch (input.type) {
    case 'int':
      return readInt(input, raw);
    case 'duration':
      return readDuration(input, raw);
    case 'path':
    case 'enum':
      if (typeof raw === 'string' && input.oneOf.includes(raw)) return { ok: true, value: raw };
      return refused(`must be one of ${input.oneOf.join(', ')}; found ${shown(raw)}`);
    case 'string':
      if (typeof raw === 'string' && raw.length <= (input.maxLength ?? longest) && matchesWhole(input.pattern, raw))
        return { ok: true, value: raw };
      return refused(
        `must match ${input.pattern} and be at most ${input.maxLength ?? longest} characters long; found ${shown(raw)}`,
      );
    case 'boolean':
      return typeof raw === 'boolean' ? { ok: true, value: raw } : refused(`must be true or false; found ${shown(raw)}`);
  }
}

function readInt(input: Extract<RunbookInput, { type: 'int' }>, raw: InputValue): ReadInput {
  const value = typeof raw === 'string' && /^-?[0-9]{1,15}$/.test(raw) ? Number(raw) : raw;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return refused(`must be a whole number; found ${shown(raw)}`);
  if (value < input.min || value > input.max) return refused(`must be from ${input.min} to ${input.max}; found ${value}`);
  return { ok: true, value };
}

function readDuration(input: Extract<RunbookInput, { type: 'duration' }>, raw: InputValue): ReadInput {
  const ms = typeof raw === 'string' ? parseDuration(raw) : undefined;
  if (ms === undefined) return refused(`must be a duration such as 90s, 15m or 24h; found ${shown(raw)}`);
  if (ms < (parseDuration(input.min) ?? 0) || ms > (parseDuration(input.max) ?? 0))
    return refused(`must be from ${input.min} to ${input.max}; found ${String(raw)}`);
  return { ok: true, value: raw };
}

/** Text of an alert as a message may show it: quoted, escaped, short. */
const shown = (raw: InputValue): string => {
  const text = JSON.stringify(raw);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};
