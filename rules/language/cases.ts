import { z } from 'zod';
import { apiVersion, duration, name } from './scalars.js';

const file = z
  .string({ error: 'must be a file below the rules, such as fixtures/cpu-high.json' })
  .regex(
    /^(?![/\\])(?!.*(?:^|[/\\])\.\.(?:[/\\]|$))[^\0]+\.json$/,
    'must be a *.json file below the rules, such as fixtures/cpu-high.json',
  );

/** `null` takes a label or a field away. */
const labels = z.record(z.string(), z.union([z.string(), z.null()], { error: 'must be text, or null to take it away' }));

const field = z.string().nullable().optional();
const changedAlert = z.strictObject({
  name: z.string().optional(),
  namespace: field,
  metric: field,
  threshold: z.number().nullable().optional(),
  severity: field,
});

const changedIncident = z.strictObject({
  title: z.string().optional(),
  urgency: z.string().optional(),
  priority: field,
  team: field,
  service: z.string().optional(),
  status: z.enum(['triggered', 'acknowledged', 'resolved']).optional(),
});

const target = z.union([z.literal('absent'), z.record(z.string(), z.json())], {
  error: 'must be what is read of the target, such as { state: running, tags: { opssentinel: allow } }, or absent',
});

/** What the outside would answer while a case runs. All of it is invented by whoever writes the case; none of it is asked for. */
const world = z.strictObject({
  /** The recorded delivery is moved there: to its account, region and service. */
  env: z.string().optional(),
  /** The alert comes from this account, whatever the environment has. */
  account: z.string({ error: 'must be an account as text; put quotes around it' }).optional(),
  /** What CloudWatch, or whoever else can find the alert again, says of it. */
  alarm: z.enum(['ALARM', 'OK', 'INSUFFICIENT_DATA']).optional(),
  /** Labels as that witness has them, where they differ from the alert's. */
  witness: z.record(z.string(), z.string()).optional(),
  /** The alarm is over so long after it began, whatever is done. */
  clears: duration.optional(),
  /** How old the alert is when it is delivered. */
  late: duration.optional(),
  target: target.optional(),
  acknowledgedBy: z.string().optional(),
  /** A deployment of the service that is running, or that ended so long before. */
  deploy: z
    .union([z.literal('running'), z.strictObject({ ended: duration })], { error: 'must be running, or { ended: 10m }' })
    .optional(),
  hold: z.enum(['stop', 'freeze', 'maintenance', 'brake', 'demotion']).optional(),
  /** A change calendar or maintenance window of this environment. */
  calendar: z.enum(['open', 'closed', 'unknown']).optional(),
  /** The group that the target is one of, the target included. */
  group: z.strictObject({ healthy: z.int().min(0), of: z.int().min(1) }).optional(),
  /** Who works on the target at this moment. */
  people: z.array(z.string().min(1)).optional(),
  /** How often the same runbook did not help on this target lately. */
  failed: z.int('must be a whole number').min(0).max(100).optional(),
  /** Other incidents of the same failure domain within the last minute. */
  storm: z.int('must be a whole number').min(0).max(1_000).optional(),
  /** Effects of this rule on other targets, one minute before. */
  used: z.int('must be a whole number').min(0).max(1_000).optional(),
  /** What the people answer who are asked; nothing, when it is left out. */
  approval: z.enum(['given', 'refused']).optional(),
  /** Whether each step helps, in order; the last one stands for all further ones. */
  verifies: z.array(z.boolean()).min(1, 'is empty; say true or false for each step').optional(),
  /** By whose figures: those of production where it is left out. */
  profile: z.enum(['standard', 'sandbox', 'bench']).optional(),
});

const one = z.string().min(1);
const runbooks = z.union([name, z.array(name).min(1)], { error: 'must be the name of a runbook, or a list of them' });

export const verbs = ['act', 'ask', 'observe', 'refuse', 'noMatch'] as const;

const verdict = z
  .strictObject({
    act: runbooks.optional(),
    ask: runbooks.optional(),
    observe: runbooks.optional(),
    refuse: one.optional(),
    noMatch: one.optional(),
    target: z.string().optional(),
    with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    outcome: z.enum(['remediated', 'escalated', 'ignored', 'observed', 'resolved-itself', 'stood-down']).optional(),
  })
  .refine(
    (said) => verbs.filter((verb) => said[verb] !== undefined).length === 1,
    `must say exactly one of ${verbs.join(', ')}, or duplicate`,
  );

const words = `must be duplicate, or one verb and its object, such as { act: restart-ec2-instance }; the verbs are ${verbs.join(', ')}`;
const expectation = z.union([z.literal('duplicate'), verdict], { error: words });

const test = z.strictObject({
  name: z.string().min(1, 'is empty; say what the case shows').max(200),
  alert: z
    .union([file, changedAlert], {
      error: 'must be another recorded delivery (a file), or what differs, such as { threshold: 85 }',
    })
    .optional(),
  labels: labels.optional(),
  incident: changedIncident.optional(),
  world: world.optional(),
  /** When each delivery comes, counted from the first. */
  at: z.array(duration).min(1).max(50).optional(),
  expect: z.union([expectation, z.array(expectation).min(1).max(50)], { error: words }),
});

/** `<rule>.cases.yaml`: recorded deliveries, what the world would answer, and what the rule must make of it. */
export const Cases = z.strictObject({
  apiVersion,
  cases: name,
  alert: file,
  labels: labels.optional(),
  incident: changedIncident.optional(),
  world: world.optional(),
  tests: z.array(test).min(1, 'has no case; add one with name and expect').max(200, 'has more than 200 cases; split the file'),
});

export type Cases = z.infer<typeof Cases>;
export type CaseTest = Cases['tests'][number];
export type CaseWorld = z.infer<typeof world>;
export type CaseVerdict = z.infer<typeof verdict>;
export type CaseVerb = (typeof verbs)[number] | 'duplicate';
export type ChangedAlert = z.infer<typeof changedAlert>;
export type ChangedIncident = z.infer<typeof changedIncident>;
