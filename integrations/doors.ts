import type { z } from 'zod';
import type { IntegrationDefinition } from './contract/integration.js';
import { installed } from './index.js';

/**
 * What the webhook doors are configured by: with the product's own variables all that the API is handed. Found by having each door's
 * schema read an environment that writes down what it is asked for, so that no list can forget a credential. What a schema hides from
 * this is missing at its door, which then stays closed; nothing else becomes open.
 */
export const doorVariables = (integrations: readonly IntegrationDefinition[] = installed): ReadonlySet<string> =>
  new Set(
    integrations
      .flatMap(({ sources = [] }) => sources)
      .flatMap(({ doors }) => doors)
      .flatMap(({ door }) => [...variablesReadBy(door)]),
  );

function variablesReadBy(schema: z.ZodType): ReadonlySet<string> {
  const read = new Set<string>();
  const note = (name: string | symbol): void => {
    if (typeof name === 'string') read.add(name);
  };
  const environment = new Proxy<Record<string, undefined>>(
    {},
    {
      get: (_empty, name) => {
        note(name);
        return undefined;
      },
      has: (_empty, name) => {
        note(name);
        return false;
      },
    },
  );
  schema.safeParse(environment);
  return read;
}
