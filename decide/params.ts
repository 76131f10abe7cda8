import type { CatalogueAction } from '../domain/catalogue.js';
import { type DurationUnit, durationUnits, parseDuration } from '../domain/duration.js';
import type { Json, JsonObject } from '../domain/json.js';
import { targetFacts, valueAt } from '../domain/readable.js';
import type { InputValue } from '../domain/runbook-input.js';
import type { Target } from '../domain/target.js';
import { type Filled, fillTemplate, type FromRef } from '../domain/template.js';
import type { Runbook } from '../rules/language/runbook.js';

export type Params = { ok: true; params: JsonObject } | { ok: false; because: string; place: string };

/** A runbook's `with` for this environment, target and these inputs, as the action's own schema understood it. */
export function resolveParams(
  runbook: Runbook,
  action: CatalogueAction,
  environment: string,
  target: Target,
  inputs: Readonly<Record<string, InputValue>>,
): Params {
  const facts: JsonObject = { ...targetFacts(target), inputs: { ...inputs } };
  const filled = fillTemplate(runbook.with, environment, (ref) => valueOf(ref, facts));
  const [problem] = filled.problems;
  if (problem) return refused(problem);
  const parsed = action.parse(filled.value);
  if (parsed.ok) return settled(action, parsed.value, target);
  // A number that travelled may be wanted as text (parameters of a document are): the action's schema decides, not the runbook.
  const again = action.parse(
    numbersAsText(
      filled,
      parsed.problems.map(({ place }) => place),
    ),
  );
  if (again.ok) return settled(action, again.value, target);
  return refused(again.problems[0] ?? { place: '', says: 'does not fit' });
}

/** From what the runbook says to exactly what will be done, by what was just read of the target. */
function settled(action: CatalogueAction, written: JsonObject, target: Target): Params {
  const exact = action.settle(written, target);
  return exact.ok ? exact : { ok: false, place: 'with', because: exact.because };
}

const refused = ({ place, says }: { place: string; says: string }): Params => ({
  ok: false,
  place: place ? `with.${place}` : 'with',
  because: `the runbook's ${place ? `with.${place}` : 'with'} cannot be used: ${says}`,
});

function valueOf({ from, unit }: FromRef, facts: JsonObject): { ok: true; value: Json } | { ok: false; says: string } {
  const value = valueAt(facts, from);
  if (value === undefined || value === null) return { ok: false, says: `${from} is not known of this target` };
  if (typeof value === 'object') return { ok: false, says: `${from} is not one plain value` };
  return unit === undefined ? { ok: true, value } : inUnit(value, unit, from);
}

function inUnit(value: InputValue, unit: DurationUnit, from: string): { ok: true; value: Json } | { ok: false; says: string } {
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  const count = ms === undefined ? undefined : ms / durationUnits[unit];
  if (count === undefined || !Number.isInteger(count))
    return { ok: false, says: `${from} ${String(value)} is not a whole number of ${unit}` };
  return { ok: true, value: count };
}

function numbersAsText({ value, fromPlaces }: Filled, wrong: readonly string[]): JsonObject {
  const places = new Set(fromPlaces.filter((place) => wrong.includes(place)));
  const walk = (here: Json, place: string): Json => {
    if (places.has(place) && typeof here === 'number') return String(here);
    if (Array.isArray(here)) return here.map((item, index) => walk(item, `${place}.${index}`));
    if (here !== null && typeof here === 'object')
      return Object.fromEntries(
        Object.entries(here).map(([key, member]) => [key, walk(member, place ? `${place}.${key}` : key)]),
      );
    return here;
  };
  return walk(value, '') as JsonObject;
}
