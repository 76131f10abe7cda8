import { z } from 'zod';
import type { JsonObject } from '../../domain/json.js';
import { Policy } from './policy.js';
import { Rule } from './rule.js';
import { Runbook } from './runbook.js';

/** JSON Schema of a rule file, for editors: `# yaml-language-server: $schema=…`. What names what is checked at load only. */
export function rulesJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(z.union([Rule, Runbook, Policy]), { io: 'input', unrepresentable: 'any' });
  return { ...(JSON.parse(JSON.stringify(schema)) as JsonObject), title: 'OpsSentinel rule, runbook or policy' };
}
