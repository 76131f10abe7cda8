import { z } from 'zod';
import type { Adoption } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import type { Risk } from '../../../domain/plan.js';
import type { Attempt } from '../../contract/action.js';
import type { Call } from '../../contract/call.js';
import { VendorError } from '../../contract/errors.js';
import { mayBegin, refused } from './parameters.js';

/** Nothing that this product looks after is larger. */
const mostUnits = 10_000;
const units = z.int().min(0).max(mostUnits);

interface Wanted {
  add?: number;
  to?: number;
  ceiling?: number;
  floor?: number;
  allowScaleIn?: true;
}

const wanted = z
  .strictObject({
    /** So many more than there are wanted now. */
    add: units.min(1).optional(),
    /** So many, whatever there are now. */
    to: units.optional(),
    /** Never more than this. */
    ceiling: units.min(1).optional(),
    /** Never fewer than this. */
    floor: units.optional(),
    /** Without it nothing is ever taken away. */
    allowScaleIn: z.literal(true).optional(),
  })
  .superRefine(({ add, to, ceiling, floor, allowScaleIn }, context) => {
    const wrong = (place: string, message: string) => context.addIssue({ code: 'custom', path: [place], message });
    if ((add === undefined) === (to === undefined)) wrong('add', 'write either add (so many more) or to (so many)');
    if (add === undefined) return;
    if (ceiling === undefined) wrong('ceiling', 'is missing: what adds without a limit adds again and again');
    if (floor !== undefined) wrong('floor', 'belongs to a fixed number (to)');
    if (allowScaleIn) wrong('allowScaleIn', 'belongs to a fixed number (to); add takes nothing away');
  });

/** What a runbook writes: `{ add, ceiling }` or `{ to, ceiling?, floor?, allowScaleIn? }`. */
// An optional member of zod's is one that may hold `undefined`, which JSON does not know; parsing never makes one.
export const writtenCapacity = wanted as unknown as z.ZodType<JsonObject>;

/** What was wanted, and the bounds that the vendor keeps by itself. */
export interface Sizes {
  current: number;
  least: number;
  most: number;
}

/**
 * `back`: puts an earlier number back, whatever direction that is. `in` takes capacity away that was there before the incident.
 */
const moves = ['out', 'in', 'back'] as const;

/** The exact part of the parameters. */
export const exactCapacity = {
  /** What must stand there just before: compare-and-set. */
  from: units,
  desired: units,
  /** The limit that it was settled under. */
  ceiling: units,
  move: z.enum(moves).default('out'),
};

export interface Capacity {
  from: number;
  desired: number;
  ceiling: number;
  move: (typeof moves)[number];
}

/** For `superRefine` of the parameters: numbers and move tell one story. */
export function coherent({ from, desired, ceiling, move }: Capacity, context: z.RefinementCtx): void {
  const wrong = (message: string) => context.addIssue({ code: 'custom', path: ['desired'], message });
  if (desired === from) wrong('is what there is already');
  if (move === 'out' && desired < from) wrong('is a scale-in, and only move: in may be one');
  if (move === 'in' && desired > from) wrong('is a scale-out, and move says in');
  if (move !== 'back' && desired > ceiling) wrong('is above the ceiling');
}

export type Settled = { ok: true; capacity: Capacity } | { ok: false; because: string };

/** Clamps what is wanted into all bounds. Never in another direction than what was asked for, and never fewer unless that is allowed. */
export function settleCapacity(said: Wanted, { current, least, most }: Sizes, noun: string): Settled {
  const ceiling = Math.min(most, said.ceiling ?? mostUnits);
  const floor = Math.max(least, said.floor ?? least);
  if (floor > ceiling) return no(`the bounds leave no number: at least ${floor} and at most ${ceiling} ${noun}`);
  const aim = said.add === undefined ? (said.to ?? current) : current + said.add;
  const desired = Math.min(Math.max(aim, floor), ceiling);
  if (desired === current)
    return no(aim > current ? `${current} ${noun} is the limit already` : `${current} ${noun} are wanted already`);
  if (aim >= current && desired < current) return no(`${current} ${noun} is above the limit of ${ceiling} already`);
  if (aim <= current && desired > current) return no(`${current} ${noun} is below the least of ${floor} already`);
  if (desired < current && !said.allowScaleIn)
    return no(`${desired} ${noun} would be fewer than the ${current} that are wanted now; the runbook does not say allowScaleIn`);
  return { ok: true, capacity: { from: current, desired, ceiling, move: desired < current ? 'in' : 'out' } };
}

const no = (because: string): Settled => ({ ok: false, because });

/** To take away what was there before loses it; to give back what was added does not. */
export const riskOfMove = ({ move }: Capacity): Risk => (move === 'in' ? 'destructive' : 'additive');

export const saysMove = ({ from, desired, ceiling, move }: Capacity): string =>
  move === 'back' ? `back from ${from} to ${desired}` : `${from} -> ${desired} (limit ${ceiling})`;

/** Parameters of the undo: the same step backwards, which must find what this one left. */
export const backwards = ({ from, desired, ceiling }: Capacity) => ({
  from: desired,
  desired: from,
  ceiling,
  move: 'back' as const,
});

/**
 * Compare-and-set: what stands there must be what the parameters begin from. What they lead to may be the work of an earlier request
 * of this very attempt, so that is `ambiguous`: read back. Anything else is somebody else's: `conflict`.
 */
function mustStandAt(found: number, { from, desired }: Capacity, what: string): void {
  if (found === from) return;
  throw new VendorError('aws', found === desired ? 'ambiguous' : 'conflict', movedSince(what, found, from));
}

export const movedSince = (what: string, found: number, from: number): string =>
  `${what} is ${found} by now, and this was decided when it was ${from}`;

/** The number that is set: in words, whose it is, and how it is read. */
export interface Dial {
  what: 'desired capacity' | 'desired count';
  of: string;
  read: () => Promise<number>;
}

/** Right before the write: admission saw the same number, it still stands there, and it is not too late. */
export async function mayMove(call: Pick<Call, 'now'>, wanted: Capacity, attempt: Attempt, dial: Dial): Promise<void> {
  if (attempt.preState['desired'] !== wanted.from) throw refused(`admission recorded another ${dial.what}`);
  mustStandAt(await dial.read(), wanted, `the ${dial.what} of ${dial.of}`);
  mayBegin(call.now(), attempt.startBy);
}

/** What the number says of an attempt. A third one may have been written over ours. */
export const readBack = (found: number, { from, desired }: Capacity, ref: () => JsonObject): Adoption =>
  found === desired ? { found: true, ref: ref() } : { found: false, certain: found === from };
