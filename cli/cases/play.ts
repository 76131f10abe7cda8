import type { PastEffect } from '../../domain/admission.js';
import type { LoadedCase } from '../../rules/language/case-set.js';
import { carriedOut } from './climb.js';
import { type Difference, differences } from './compare.js';
import { toldBy, type Told } from './recording.js';
import { type Stage, underProfile } from './stage.js';
import { type Found, type Touched, untouched } from './verdict.js';
import { iso, type Occasion } from './world.js';

export interface Played {
  case: LoadedCase;
  /** One per delivery; empty where the case cannot be played at all. */
  found: Found[];
  /** Empty: all as expected. */
  differs: Difference[];
  touched: Touched;
}

/**
 * A case from its deliveries to its verdicts. Here, and not in `decide`, because a case needs what only `cli` may put together: the
 * real sources' normalising, the real rules, the real guards, over a clock and rows that exist in memory alone. Reads nothing outside
 * and changes nothing; what the workflow waits for takes no time.
 */
export function playCase(one: LoadedCase, given: Omit<Stage, 'rule'>): Played {
  const stage: Stage = { ...given, set: underProfile(given.set, one), rule: one.rule };
  const touched = untouched();
  try {
    const told = toldBy(one, stage.registry, stage.set.policy.doc);
    refuseIdleWorld(one, told, stage);
    const found = deliverAll(one, told, stage, touched);
    return { case: one, found, differs: differences(one, found), touched };
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return { case: one, found: [], differs: [{ delivery: 0, lines: [`cannot be played: ${says}`] }], touched };
  }
}

/**
 * What is delivered while the run of an earlier delivery still goes on is the same incident, told again. Later it is a new incident of
 * the same alert: its first is over.
 */
function deliverAll(one: LoadedCase, told: Told, stage: Stage, touched: Touched): Found[] {
  const start = Date.parse(told.alert.startedAt);
  const effects: PastEffect[] = [];
  let until = Number.NEGATIVE_INFINITY;
  return one.deliveries.map(({ atMs }, index): Found => {
    const now = start + atMs;
    if (now <= until) return { verb: 'duplicate', of: [], why: [{ place: 'at', says: `its run goes on until ${iso(until)}` }] };
    const run = {
      stage,
      occasion: occasionOf(one, told, now, index),
      now,
      effects,
      approvals: [],
      touched,
      heldBy: new Set<string>(),
    };
    const found = carriedOut(run);
    until = run.now;
    return found;
  });
}

function occasionOf({ world }: LoadedCase, { incident, alert }: Told, deliveredAt: number, index: number): Occasion {
  const nth = index === 0 ? '' : `-${index + 1}`;
  const holder = world.acknowledgedBy;
  return {
    world,
    deliveredAt,
    alert: { ...alert, startedAt: iso(deliveredAt), correlationKey: `${alert.correlationKey}${nth}` },
    incident: {
      ...incident,
      ref: { ...incident.ref, externalId: `${incident.ref.externalId}${nth}` },
      id: `${incident.id}${nth}`,
      createdAt: iso(deliveredAt),
      ...(holder === undefined ? {} : { status: 'acknowledged', heldBy: [{ id: holder, name: holder }] }),
    },
  };
}

/** A world that nobody would look at makes a case say what it does not show. */
function refuseIdleWorld({ world }: LoadedCase, { alert }: Told, { registry }: Stage): void {
  const asked = (['alarm', 'witness', 'clears'] as const).filter((key) => world[key] !== undefined);
  if (asked.length === 0 || registry.witnesses.some((witness) => witness.covers(alert))) return;
  throw new Error(`nothing independent can find this alert again, so nobody asks for world.${asked[0]}; leave it out`);
}
