import type { Variables } from '../domain/variable.js';
import { installed } from './index.js';

/** The variables of every installed integration. Throws Error when two of them say different things of one. */
export const integrationVariables: Variables = joined();

function joined(): Variables {
  const all: Record<string, Variables[string]> = {};
  for (const { id, variables } of installed) {
    for (const [name, variable] of Object.entries(variables)) {
      const known = all[name];
      if (known && known.says !== variable.says)
        throw new Error(`${id} says something else of the variable ${name} than another.`);
      all[name] = variable;
    }
  }
  return all;
}
