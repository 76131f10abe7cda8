import { z } from 'zod';
import { parseBudget, parseDuration, parseShare } from '../../domain/duration.js';

// The words that every document shares. Messages end with what to do.

export const apiVersion = z.literal('opssentinel.dev/v1', {
  error: 'must be opssentinel.dev/v1; write apiVersion: opssentinel.dev/v1',
});

/** Lower case, digits and dashes: names appear in hold scopes, metrics and file names. */
export const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,62}$/,
    'must be lower-case letters, digits and dashes, beginning with a letter, at most 63 characters',
  );

export const mode = z.enum(['observe', 'approve', 'auto']);

export const duration = z
  .string({ error: 'must be a duration such as 60s, 5m, 2h or 30d' })
  .refine((text) => parseDuration(text) !== undefined, 'must be a duration such as 60s, 5m, 2h or 30d');

export const budget = z
  .string({ error: 'must be a budget such as 5/1h: five in one hour' })
  .refine((text) => parseBudget(text) !== undefined, 'must be a budget such as 5/1h: five in one hour');

export const share = z
  .string({ error: 'must be a share such as 51%, in quotes or not' })
  .refine((text) => parseShare(text) !== undefined, 'must be a share such as 51%');

export const risk = z.enum(['additive', 'disruptive', 'destructive']);

/** One condition in CEL. Parsed and checked where the fields that it may read are known. */
export const condition = z.string({
  error: 'must be one condition as text; if it contains ": " or begins with [ or {, put quotes around it',
});
export const conditions = z
  .array(condition, { error: 'must be a list of conditions, each on a line of its own that begins with "- "' })
  .max(50, 'has more than 50 lines; split the rule');

/** A channel as people write it, or by its id. Nothing of an alert can be in it. */
export const slackChannel = z
  .string()
  .regex(
    /^(#[\p{Ll}\p{Lo}\p{N}_-]{1,80}|[CG][A-Z0-9]{8,20})$/u,
    'is not a channel: write its name as in "#web-oncall" (with quotes: # begins a comment), or its id such as C0123456789',
  );

export const text = z.string().max(2_000, 'is longer than 2,000 characters; put it into the runbook page and link it with docs');
