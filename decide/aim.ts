import type { Alert, Witness } from '../domain/alert.js';
import type { CatalogueTarget } from '../domain/catalogue.js';
import type { Incident } from '../domain/incident.js';
import type { Json } from '../domain/json.js';
import { fitsWhole, isField, ruleFacts, valueAt } from '../domain/readable.js';
import type { Rule } from '../rules/language/rule.js';
import { isTagged } from '../domain/target.js';
import { shown } from './found.js';

export type Aimed =
  | { ok: true; selector: Record<string, string> }
  /** All that carry these tags, if they are not more. */
  | { ok: true; selector: Record<string, string>; tagged: { tags: Readonly<Record<string, string>>; max: number } }
  | { ok: false; because: string; place: string };

/**
 * The selector of the rule's one target. Labels come from the independent witness where it has them; where alert and witness
 * differ, one of them is wrong and nobody acts. Every value must match the target type's anchored pattern: alert text
 * goes no further than that.
 */
export function aim(rule: Rule, type: CatalogueTarget, alert: Alert, incident: Incident, witness: Witness): Aimed {
  if (isTagged(rule.target)) return { ok: true, selector: {}, tagged: { tags: rule.target.tagged, max: rule.target.max ?? 1 } };
  const fields = Object.keys(type.select);
  const wanted = typeof rule.target === 'string' ? { [fields[0] ?? '']: rule.target } : (rule.target as Record<string, string>);
  const facts = ruleFacts(alert, incident);
  const selector: Record<string, string> = {};
  for (const field of fields) {
    const place = typeof rule.target === 'string' ? 'target' : `target.${field}`;
    const said = Object.hasOwn(wanted, field) ? wanted[field] : undefined;
    if (said === undefined) return { ok: false, place, because: `the target names no ${field}` };
    const label = /^alert\.labels\.(.+)$/.exec(said)?.[1];
    const inAlert = isField(said) ? valueAt(facts, said) : said;
    const atWitness =
      label !== undefined && witness.labels && Object.hasOwn(witness.labels, label) ? witness.labels[label] : undefined;
    if (atWitness !== undefined && inAlert !== undefined && inAlert !== atWitness)
      return {
        ok: false,
        place,
        because: `${said}: the alert says ${shown(inAlert)}, but ${witness.by} says ${shown(atWitness)}`,
      };
    const value = atWitness ?? inAlert;
    if (value === undefined)
      return {
        ok: false,
        place,
        because: `${said} is not in this alert; its labels are ${Object.keys(alert.labels).join(', ') || 'none'}`,
      };
    const text = fitting(type, field, value);
    if (text === undefined) return { ok: false, place, because: misfit(type, field, value) };
    selector[field] = text;
  }
  return { ok: true, selector };
}

/** The value as text, if it is wholly what the type's anchored pattern allows; alert text goes no further than this. */
function fitting(type: CatalogueTarget, field: string, value: Json): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  const pattern = type.select[field];
  return typeof text === 'string' && pattern && fitsWhole(pattern, text) ? text : undefined;
}

const misfit = (type: CatalogueTarget, field: string, value: Json): string =>
  `${shown(value)} is not a ${field} of ${type.type}: it must match ${type.select[field]?.source ?? 'a pattern'}`;
