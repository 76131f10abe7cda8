import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json.js';
import { Cases } from './cases.js';
import { textOf } from './examples/index.js';
import { documentKinds, eachKey } from './keys.js';
import { Policy } from './policy.js';
import { Rule } from './rule.js';
import { Runbook } from './runbook.js';

/** JSON Schema of a file of rules or of cases, for editors: `# yaml-language-server: $schema=…`. What names what is checked at load only. */
export function rulesJsonSchema(): JsonObject {
  const made = z.toJSONSchema(z.union([Rule, Runbook, Policy, Cases]), { io: 'input', unrepresentable: 'any' });
  const schema = JSON.parse(JSON.stringify(made)) as JsonObject & { anyOf: Json[] };
  for (const [index, kind] of documentKinds.entries())
    eachKey(schema.anyOf[index], (path, key) => {
      const text = textOf(kind, path);
      if (text) key['description'] = text.says + (text.without === undefined ? '' : ` Without it: ${text.without}.`);
    });
  return { ...schema, title: 'OpsSentinel rule, runbook, policy or cases' };
}
