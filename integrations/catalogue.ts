import type { z } from 'zod';
import type { Catalogue, CatalogueAction, CatalogueTarget, Parsed } from '../domain/catalogue.js';
import type { JsonObject } from '../domain/json.js';
import { highestRisk } from '../domain/plan.js';
import type { Target } from '../domain/target.js';
import type { Written } from './contract/action.js';
import type { AnyAction, Registry } from './contract/registry.js';

/**
 * What exists, without clients: complete whether or not anything is connected, so that rules can be checked offline.
 * `connected` tells of an integration where plans are carried out; by default all of them are.
 */
export function catalogueOf(
  registry: Pick<Registry, 'actions' | 'checks' | 'targets' | 'calendars'>,
  connected: (integration: string) => boolean = () => true,
): Catalogue {
  return {
    actions: mapValues(registry.actions, (action) => actionOf(action, connected(action.integration))),
    checks: mapValues(registry.checks, ({ id, summary, params }) => ({ id, summary, parse: parser(params) })),
    calendars: mapValues(registry.calendars, ({ id, summary, params }) => ({ id, summary, parse: parser(params) })),
    targets: mapValues(registry.targets, ({ type, summary, select, facts, list }) => ({
      type,
      summary,
      select,
      lists: list !== undefined,
      facts: factTypes(facts),
    })),
  };
}

function actionOf(action: AnyAction, connected: boolean): CatalogueAction {
  const { id, summary, risk, idempotency, params, written } = action;
  const exact = parser(params);
  return {
    id,
    summary,
    risk,
    idempotency,
    waits: action.wait !== undefined,
    undoes: action.undo !== 'none',
    stops: action.stop !== undefined,
    connected,
    ceiling: action.ceiling ?? 'auto',
    parse: parser(written?.params ?? params),
    settle: (said, target) => settled(said, target, written, exact),
    riskOf: (exactly) => highestRisk(risk, action.riskOf?.(exactly) ?? risk),
    says: action.says,
    warns: (exactly) => action.warns?.(exactly),
  };
}

/** What is settled is parsed again: an action cannot make parameters that its own schema refuses. */
function settled(said: JsonObject, target: Target, written: Written | undefined, exact: (params: JsonObject) => Parsed) {
  const made = written ? written.settle(said, target) : ({ ok: true, params: said } as const);
  if (!made.ok) return made;
  const parsed = exact(made.params);
  if (parsed.ok) return { ok: true, params: parsed.value } as const;
  return { ok: false, because: parsed.problems.map(({ place, says }) => `${place}: ${says}`).join('; ') } as const;
}

function mapValues<From, To>(map: ReadonlyMap<string, From>, to: (value: From) => To): ReadonlyMap<string, To> {
  return new Map([...map].map(([key, value]) => [key, to(value)]));
}

const parser =
  (schema: z.ZodType<JsonObject>) =>
  (params: JsonObject): Parsed => {
    const result = schema.safeParse(params);
    if (result.success) return { ok: true, value: result.data };
    return {
      ok: false,
      problems: result.error.issues.map(({ path, message }) => ({ place: path.map(String).join('.'), says: message })),
    };
  };

type FactType = CatalogueTarget['facts'][string];

const factTypes = (facts: z.ZodObject): Record<string, FactType> =>
  Object.fromEntries(Object.entries(facts.shape).map(([name, schema]) => [name, factType(name, schema as z.ZodType)]));

const plainTypes: Readonly<Record<string, FactType>> = {
  string: 'string',
  enum: 'string',
  literal: 'string',
  number: 'number',
  int: 'number',
  boolean: 'boolean',
  array: 'list',
  tuple: 'list',
  object: 'object',
  record: 'object',
};

/** A fact's type for the static check; optional, nullable and defaulted facts count as what they wrap. */
function factType(name: string, schema: z.ZodType): FactType {
  const { type, innerType } = schema.def as { type: string; innerType?: z.ZodType };
  if (innerType) return factType(name, innerType);
  const plain = plainTypes[type];
  if (!plain)
    throw new Error(
      `The fact ${name} is a zod "${type}", which rules cannot read. Use a string, number, boolean, list or object.`,
    );
  return plain;
}
