import type { DurationUnit } from './duration.js';
import type { Json, JsonObject } from './json.js';

/** The only way for a value to travel: no interpolation anywhere. */
export type FromRef = { from: string; unit?: DurationUnit };

export const isFromRef = (value: unknown): value is FromRef =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, 'from');

/** Keys of a runbook's `with` that may differ per environment. */
export const perEnvironmentKeys: readonly string[] = ['version', 'sha256'];

export interface Filled {
  value: JsonObject;
  /** Dotted places whose value came from `{ from: … }`. */
  fromPlaces: string[];
  problems: { place: string; says: string }[];
}

type Resolve = (ref: FromRef) => { ok: true; value: Json } | { ok: false; says: string };

/** A runbook's `with` for one environment, every `{ from: … }` replaced by what `resolve` answers. */
export function fillTemplate(template: JsonObject, environment: string, resolve: Resolve): Filled {
  const filled: Filled = { value: {}, fromPlaces: [], problems: [] };
  const fill = (value: Json, place: string): Json => {
    if (isFromRef(value)) {
      const answer = resolve(value);
      filled.fromPlaces.push(place);
      if (answer.ok) return answer.value;
      filled.problems.push({ place, says: answer.says });
      return null;
    }
    if (Array.isArray(value)) return value.map((item, index) => fill(item, `${place}.${index}`));
    if (value !== null && typeof value === 'object') return fillObject(value, place);
    return value;
  };
  const fillObject = (object: JsonObject, place: string): JsonObject =>
    Object.fromEntries(Object.entries(object).map(([key, value]) => [key, fill(value, `${place}.${key}`)]));

  filled.value = Object.fromEntries(
    Object.entries(template).map(([key, value]) => {
      if (!perEnvironmentKeys.includes(key) || value === null || typeof value !== 'object' || isFromRef(value))
        return [key, fill(value, key)];
      const here = (value as JsonObject)[environment];
      if (here === undefined)
        filled.problems.push({ place: key, says: `names no ${key} for the environment ${environment}; add one` });
      return [key, here ?? null];
    }),
  );
  return filled;
}
