import { z } from 'zod';
import type { Json } from '../../../domain/json.js';
import type { Target } from '../../../domain/target.js';
import { VendorError } from '../../contract/errors.js';

/** A text that may travel to a document or a function. */
// Anchored, no white space, no quotes, no braces, no `$`, never a dash first: nothing that a shell, a template or an option parser reads.
export const parameterValue = z
  .string()
  .max(512, 'is longer than the 512 characters that SSM takes')
  .regex(/^[A-Za-z0-9/][A-Za-z0-9._:/-]*$/, 'may hold only letters, digits and . _ : / - and begins with a letter, a digit or /')
  .refine((value) => !value.split('/').includes('..'), 'holds a path that climbs with ..');

/** Parameters of an SSM document: SSM wants a list for every one of them, whatever its type. Keys of at most 50 characters (contracts 5.1). */
export const documentParameters = z
  .record(z.string().regex(/^[A-Za-z0-9_]{1,50}$/, 'is a parameter name of at most 50 letters, digits and _'), parameterValue)
  .refine((parameters) => Object.keys(parameters).length <= 50, 'has more than 50 entries');

/** A version that nobody can move: of a document, of a function. */
export const pinnedVersion = (what: string) =>
  z
    .string()
    .regex(/^[1-9][0-9]{0,8}$/, `is a numeric ${what} version; names such as $LATEST can be moved by others and are refused`);

export const asLists = (parameters: Readonly<Record<string, string>>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]]));

export const refused = (says: string): VendorError => new VendorError('aws', 'refused', says);
export const conflict = (says: string): VendorError => new VendorError('aws', 'conflict', says);

/** The locked and budgeted target must be what the vendor is told to work on, and the only instance that it is told of. */
export function aimsAt(values: readonly Json[], target: Target): void {
  const names = new Set<Json>([target.name, target.id]);
  if (!values.some((value) => names.has(value))) throw refused(`none of the parameters names the target ${target.name}`);
  // The name of an ECS service is one of its cluster's alone; its ARN is of the world's.
  const cluster = target.facts['cluster'];
  if (typeof cluster === 'string' && !values.includes(cluster) && !values.includes(target.id))
    throw refused(`none of the parameters names the cluster ${cluster} of ${target.name}`);
  namesNoOther(values, target);
}

/** No value names an instance that is not the target. */
export function namesNoOther(values: readonly Json[], target: Target): void {
  const texts = values.filter((value) => typeof value === 'string');
  const stranger = texts.find((value) => /(^|\/)i-[0-9a-f]{8,17}$/.test(value) && value !== target.name && value !== target.id);
  if (stranger !== undefined) throw refused(`a parameter names ${stranger}, and the target is ${target.name}`);
}

/** A parameter of a runbook's, as a right names it: what is known only when an alert comes is any. */
export const inGrant = (value: Json | undefined): string => (typeof value === 'string' ? value : '*');

/** `startBy` in epoch milliseconds. */
export function mayBegin(now: number, startBy: number): void {
  if (now > startBy) throw refused('it is too late to begin: the time by which it had to start has passed');
}
