import type { JsonObject } from '../domain/json.js';
import { valueAt } from '../domain/readable.js';
import { type InputValue, readInput } from '../domain/runbook-input.js';
import type { LoadedStep } from '../rules/language/set.js';
import type { Runbook } from '../rules/language/runbook.js';
import { matchesWhole } from './condition.js';

export type Inputs = { ok: true; values: Record<string, InputValue> } | { ok: false; because: string; place: string };

/** A step's `with`, resolved against the alert and bounded by the runbook's inputs. Out of bounds refuses; nothing is trimmed or escaped. */
export function resolveInputs(step: Pick<LoadedStep, 'place' | 'with'>, runbook: Runbook, facts: JsonObject): Inputs {
  const values: Record<string, InputValue> = {};
  for (const [name, input] of Object.entries(runbook.inputs ?? {})) {
    const place = `${step.place ? `${step.place}.` : ''}with.${name}`;
    const said = Object.hasOwn(step.with, name) ? step.with[name] : input.default;
    if (said === undefined) return { ok: false, place, because: `the runbook needs ${name}, and the rule does not say it` };
    const raw = typeof said === 'object' ? valueAt(facts, said.from) : said;
    if (raw === undefined)
      return { ok: false, place, because: `${typeof said === 'object' ? said.from : name} is not in this alert` };
    const read = readInput(input, raw, matchesWhole);
    if (!read.ok) return { ok: false, place, because: `${name} ${read.says}` };
    values[name] = read.value;
  }
  return { ok: true, values };
}
