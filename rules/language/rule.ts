import { z } from 'zod';
import { apiVersion, budget, conditions, duration, mode, name, share, slackChannel, text } from './scalars.js';

const labelled = z.record(z.string(), z.string());

/** A value of a rule: written down, or `{ from: field }` of the alert or the incident. There is no other way. */
const ruleValue = z.union([z.string().max(500), z.number(), z.boolean(), z.strictObject({ from: z.string() })], {
  error: 'must be text, a number, true or false, or { from: alert.… }; there is no other way for a value to travel',
});
const ruleValues = z.record(name.or(z.string().regex(/^[a-z][A-Za-z0-9]{0,62}$/)), ruleValue);

const target = z.union(
  [
    z.string(),
    z.strictObject({
      tagged: labelled.refine(
        (tags) => Object.keys(tags).length > 0,
        'names no tag: that would be everything; name one, such as { service: web }',
      ),
      max: z.int('must be a whole number').min(1).max(10, 'is more than 10; name a smaller part of the fleet').optional(),
    }),
    labelled,
  ],
  {
    error:
      'must be a field such as alert.labels.InstanceId, or a map such as { cluster: alert.labels.ClusterName, service: web }',
  },
);

const verify = z.strictObject({
  alert: z.literal('cleared', { error: 'can only be: cleared' }).optional(),
  check: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  for: duration.optional(),
  within: duration.optional(),
});

const step = z.strictObject({ run: name, with: ruleValues.optional(), verify: verify.optional() });

const guards = z.strictObject({
  firingFor: duration.optional(),
  cooldown: duration.optional(),
  budget: budget.optional(),
  onAcknowledge: z.enum(['standDown', 'ask']).optional(),
  startBy: duration.optional(),
  because: text.optional(),
  sameFix: budget.optional(),
  healthy: share.optional(),
  deploys: z.strictObject({ after: duration }).optional(),
});

const approval = z.strictObject({
  from: z.literal('on-call', { error: 'can only be: on-call' }).optional(),
  count: z.int('must be a whole number').min(1).max(5, 'asks for more than 5 people; ask for at most 5').optional(),
  expiresIn: duration.optional(),
});

const report = z.strictObject({
  pagerduty: z.strictObject({ resolve: z.enum(['never', 'whenVerified']) }).optional(),
  servicenow: z.strictObject({ resolve: z.enum(['never', 'whenVerified']) }).optional(),
  slack: slackChannel.optional(),
  grafana: z.strictObject({ annotate: z.boolean().optional(), silence: z.boolean().optional() }).optional(),
});

/** When, on what, in which mode. Owned by the service team; may never name what a runbook names. */
export const Rule = z.strictObject({
  apiVersion,
  rule: name,
  description: text.optional(),
  owner: z.string().min(1, 'names nobody; name a team of the policy'),
  docs: z.url('must be a link').optional(),
  overrides: z.array(name).optional(),
  when: conditions.min(1, 'has no line; a rule that always matches is refused: say when it applies'),
  unless: conditions.optional(),
  target,
  require: conditions.optional(),
  run: name.optional(),
  with: ruleValues.optional(),
  ladder: z.array(step).min(1, 'has no step; name one with run').max(5, 'has more than 5 steps; page a human sooner').optional(),
  mode: z.record(z.string(), mode).optional(),
  guards: guards.optional(),
  approval: approval.optional(),
  verify: verify.optional(),
  rollout: z
    .strictObject({
      batches: z
        .array(z.int().min(1, 'must be at least 1'))
        .min(1, 'names no batch; write [1, 2, 4], or remove batches')
        .max(10)
        .optional(),
      maxErrors: z.int().min(0).max(9).optional(),
    })
    .optional(),
  undo: z.enum(['none', 'restore']).optional(),
  report: report.optional(),
  toil: z.strictObject({ manual: duration, source: text }).optional(),
});

export type Rule = z.infer<typeof Rule>;
export type RuleVerify = z.infer<typeof verify>;
export type RuleValue = z.infer<typeof ruleValue>;
