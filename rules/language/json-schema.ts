import { z } from 'zod';
import type { JsonObject } from '../../domain/json.js';
import { Cases } from './cases.js';
import { Policy } from './policy.js';
import { Rule } from './rule.js';
import { Runbook } from './runbook.js';

/** JSON Schema of a file of rules or of cases, for editors: `# yaml-language-server: $schema=…`. What names what is checked at load only. */
export function rulesJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(z.union([Rule, Runbook, Policy, Cases]), { io: 'input', unrepresentable: 'any' });
  return { ...(JSON.parse(JSON.stringify(schema)) as JsonObject), title: 'OpsSentinel rule, runbook, policy or cases' };
}
