import { z } from 'zod';
import { labelKinds } from '../domain/label.js';

/** What goes in and out about whether rules were right. */

export const LabelView = z
  .object({
    incident: z.string(),
    rule: z.string(),
    logicHash: z.string(),
    runbookHash: z.string(),
    environment: z.string(),
    mode: z.enum(['observe', 'approve', 'auto']),
    label: z.enum(['right', 'wrong', 'unlabelled']),
    kind: z.enum(labelKinds),
    because: z.string().meta({ description: 'What was seen, in words.' }),
    by: z.string().meta({ description: '`machine`, or who said so.' }),
    refusedBy: z
      .string()
      .meta({ description: 'The guard that would have refused it; empty: none, or it was not only observed.' }),
    at: z.string(),
  })
  .meta({ id: 'Label' });

export const LabelBody = z
  .strictObject({
    label: z.enum(['right', 'wrong']).meta({ description: 'Whether what the rule concluded was right.' }),
    reason: z.string().min(1).max(1000).optional(),
  })
  .meta({ id: 'LabelBody' });
export type LabelBody = z.infer<typeof LabelBody>;

export const LabelReply = z
  .object({ row: LabelView, says: z.string(), demoted: z.string().optional() })
  .meta({ id: 'LabelReply' });
export type LabelReply = z.infer<typeof LabelReply>;

export const RuleRecordQuery = z.strictObject({
  environment: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'write the name of an environment'),
  logicHash: z.string().regex(/^[0-9a-f]{64}$/, 'write the whole logic hash, as GET /api/v1/rules shows it'),
});

export const RuleRecord = z
  .object({
    matched: z.number().int().meta({ description: 'Incidents that this logic of the rule planned for in this environment.' }),
    since: z.string().optional(),
    labels: z
      .array(LabelView)
      .meta({ description: 'Newest first; by the machine and by people. A person counts over the machine.' }),
    learned: z.object({
      recovered: z.number().int(),
      recoveryMs: z.object({ p50: z.number(), p90: z.number(), p95: z.number() }).optional(),
      untouched: z.number().int(),
      clearedItself: z.number().int(),
      services: z
        .array(
          z.object({
            source: z.string(),
            service: z.string(),
            environment: z.string(),
            recovered: z.number().int(),
            p90Ms: z.number(),
          }),
        )
        .optional()
        .meta({ description: 'The same recoveries by the service that they were on, as its source names it.' }),
      runbooks: z
        .array(
          z.object({
            runbook: z.string(),
            recovered: z.number().int(),
            p95Ms: z.number().optional(),
          }),
        )
        .optional()
        .meta({
          description:
            'How long each runbook took to be verified once it had ended; verification goes by it where the rule says nothing.',
        }),
    }),
  })
  .meta({ id: 'RuleRecord' });
export type RuleRecord = z.infer<typeof RuleRecord>;
