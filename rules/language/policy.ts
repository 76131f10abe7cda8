import { z } from 'zod';
import { apiVersion, budget, duration, mode, name, risk, share, slackChannel, text } from './scalars.js';

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
  sameFix: z.strictObject({ default: budget }).optional(),
  healthy: z.strictObject({ default: share }).optional(),
  brake: z.strictObject({ domain: budget.optional(), unverified: budget.optional(), all: budget.optional() }).optional(),
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

const moment = z
  .string({ error: 'must be a time in UTC such as 2026-12-18T00:00Z' })
  .refine(
    (at) => /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?Z$/.test(at) && !Number.isNaN(Date.parse(at)),
    'must be a time in UTC such as 2026-12-18T00:00Z',
  );

const environments = z.array(name).min(1, 'names no environment; name one, or remove env: then it holds in all of them');

const freeze = z.strictObject({
  name: text,
  from: moment,
  to: moment,
  env: environments.optional(),
  allow: z.array(risk).optional(),
});

/** A calendar that is asked before every effect: nothing is done while it is closed, or while nobody can tell. */
const calendar = z.strictObject({
  use: z.string(),
  with: z.record(z.string(), z.json()).optional(),
  env: environments.optional(),
  allow: z.array(risk).optional(),
});

/** Its ground, where it is smaller than an environment; who may approve for it, where that is not whoever is on call; its share of the budgets. */
const team = z.strictObject({
  pagerduty: z.string().optional(),
  slack: slackChannel.optional(),
  accounts: z
    .array(z.string().regex(/^[0-9]{12}$/, 'must be an account id of 12 digits, in quotes'))
    .min(1)
    .optional(),
  regions: z.array(z.string()).min(1).optional(),
  tags: z.record(z.string().min(1), z.string()).optional(),
  approvers: z
    .array(z.string().min(1))
    .min(1, 'names nobody; name people as their tokens are named, or remove approvers')
    .optional(),
  budget: budget.optional(),
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
  teams: z.record(name, team).default({}),
  guards: guards.optional(),
  approval: z.strictObject({ signals: z.enum(['count', 'refuse']) }).optional(),
  freezes: z.array(freeze).default([]),
  calendars: z.array(calendar).default([]),
  protected: z.array(protection).default([]),
});

export type Policy = z.infer<typeof Policy>;
