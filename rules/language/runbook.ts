import { z } from 'zod';
import type { JsonObject } from '../../domain/json.js';
import { parseDuration } from '../../domain/duration.js';
import { apiVersion, conditions, duration, name, text } from './scalars.js';

const inputName = /^[a-z][A-Za-z0-9]{0,62}$/;
const listed = z.array(z.string().min(1).max(256)).min(1, 'lists nothing; list every value that a rule may use').max(200);

const int = z
  .strictObject({
    type: z.literal('int'),
    min: z.int('must be a whole number'),
    max: z.int('must be a whole number'),
    default: z.int('must be a whole number').optional(),
  })
  .refine(({ min, max }) => min <= max, 'has a min above its max; swap them');
const durationInput = z
  .strictObject({ type: z.literal('duration'), min: duration, max: duration, default: duration.optional() })
  .refine(({ min, max }) => (parseDuration(min) ?? 0) <= (parseDuration(max) ?? 0), 'has a min above its max; swap them');
const path = z.strictObject({
  type: z.literal('path'),
  oneOf: listed.refine(
    (paths) => paths.every((one) => /^\/[A-Za-z0-9._/-]*$/.test(one) && !one.split('/').includes('..')),
    'must be absolute paths of letters, digits and . _ - /, without ..',
  ),
  default: z.string().optional(),
});
const oneOf = z.strictObject({ type: z.literal('enum'), oneOf: listed, default: z.string().optional() });
const string = z.strictObject({
  type: z.literal('string'),
  pattern: z
    .string()
    .max(200)
    .regex(/^\^[\s\S]*\$$/, 'must be anchored: begin it with ^ and end it with $'),
  maxLength: z.int().min(1).max(256).optional(),
  default: z.string().optional(),
});
const boolean = z.strictObject({ type: z.literal('boolean'), default: z.boolean().optional() });

const input = z.discriminatedUnion('type', [int, durationInput, path, oneOf, string, boolean], {
  error: 'must have a type: int, duration, path, enum, string or boolean',
});

/** What may be done: one action, pinned, bounded. Owned by platform and security; may never hold a condition on alerts. */
export const Runbook = z.strictObject({
  apiVersion,
  runbook: name,
  description: text.optional(),
  owner: z.string().min(1, 'names nobody; name the team that answers for this runbook'),
  docs: z.url('must be a link').optional(),
  uses: z.string(),
  target: z.string(),
  inputs: z.record(z.string().regex(inputName, 'must be a name of letters and digits'), input).optional(),
  with: z.record(z.string(), z.json()).transform((members) => members as JsonObject),
  risk: z.enum(['additive', 'disruptive', 'destructive']),
  require: conditions.optional(),
  check: z.string().optional(),
  timeout: duration.optional(),
  stopOn: z
    .strictObject({ check: z.string(), with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional() })
    .optional(),
  undo: z.enum(['none', 'restore']).default('none'),
  giveBack: duration.optional(),
});

export type Runbook = z.infer<typeof Runbook>;
