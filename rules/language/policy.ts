import { z } from 'zod';
import { apiVersion, budget, duration, mode, name, notYet, text } from './scalars.js';

const account = z.strictObject({
  regions: z
    .array(z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-[0-9]$/, 'must be a region such as eu-west-1'))
    .min(1, 'names no region; name those that may be touched'),
  read: z.string().min(1),
  act: z.string().min(1),
});

const environment = z.strictObject({
  accounts: z.record(z.string().regex(/^[0-9]{12}$/, 'must be an account id of 12 digits, in quotes'), account),
  pagerduty: z.array(z.string().min(1)).default([]),
  /** For alerts that name no account, such as Prometheus': those whose labels hold all of these belong here. */
  labels: z
    .record(z.string().min(1), z.string().min(1))
    .refine((labels) => Object.keys(labels).length > 0, 'names no label; name one, such as { env: prod }, or remove labels')
    .optional(),
  ceiling: mode,
});

const guards = z.strictObject({
  firingFor: z.strictObject({ default: duration, limit: duration }).optional(),
  cooldown: z.strictObject({ default: duration, limit: duration }).optional(),
  budget: z.strictObject({ default: budget, limit: budget, service: budget.optional(), all: budget.optional() }).optional(),
  deploys: z
    .strictObject({
      from: z
        .array(z.string().regex(/^[a-z][a-z0-9.-]{0,62}$/, 'must name a source of deployments, such as api or pagerduty'))
        .min(1, 'names no source of deployments; name one, such as api, or remove from')
        .optional(),
      after: duration.optional(),
    })
    .optional(),
});

const freeze = z.strictObject({
  name: text,
  from: z.string(),
  to: z.string(),
  env: z.array(z.string()).optional(),
  allow: z.array(z.string()).optional(),
});

const protection = z.union(
  [z.strictObject({ tag: z.record(z.string(), z.string()) }), z.strictObject({ arn: z.string().min(1) })],
  {
    error: 'must be { tag: { key: value } } or { arn: "arn:…" }',
  },
);

/** Where: environments, accounts, roles, teams, ceilings. Owned by SRE leads and security; exactly one. */
export const Policy = z.strictObject({
  apiVersion,
  policy: name,
  profile: z.enum(['standard', 'sandbox', 'bench']).default('standard'),
  environments: z.record(name, environment),
  teams: z.record(name, z.strictObject({ pagerduty: z.string().optional(), slack: z.string().optional() })).default({}),
  guards: guards.optional(),
  approval: z.strictObject({ signals: z.enum(['count', 'refuse']) }).optional(),
  freezes: notYet(z.array(freeze), 'remove freezes and run: opssentinel stop --scope environment:<name> for as long as it lasts'),
  protected: z.array(protection).default([]),
});

export type Policy = z.infer<typeof Policy>;
