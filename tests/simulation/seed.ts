import { planIn } from '../../domain/plan.js';
import type { IncidentRow } from '../../ledger/port.js';
import { violations } from '../proof/oracle.js';
import type { IncidentProof, Proof } from '../proof/proof.js';
import { clockFrom } from './clock.js';
import { door, liveThrough } from './door.js';
import { decidedAnew, ourself } from './facts.js';
import { createLedger } from './ledger.js';
import { permitOf } from './permits.js';
import { answers, letGo, stops } from './people.js';
import { randomOf } from './random.js';
import { revisions } from './rules.js';
import type { Stage, Worker } from './stage.js';
import { createWorld, happeningOf, iso, minute } from './world.js';

export interface Played {
  seed: number;
  /** What the oracle says. */
  violations: string[];
  /** How often what happened. */
  counts: ReadonlyMap<string, number>;
}

const begin = Date.parse('2026-11-22T00:00:00Z');
const incidents = 50;

/** One seed: fifty incidents with all that goes wrong around them, on a clock that nobody waits for, judged by the oracle. */
export function play(seed: number, trace?: (line: string) => void): Played {
  const random = randomOf(seed);
  const clock = clockFrom(begin);
  const ledger = createLedger(clock.now);
  const world = createWorld(random, clock);
  const counts = new Map<string, number>();
  const stage: Stage = {
    random,
    clock,
    ledger,
    world,
    workers: workersOf(random, clock.now),
    rules: { current: random.pick(revisions) },
    runs: new Map(),
    decisions: new Map(),
    outOfBand: { engaged: false },
    ask: (run, planHash) => answers(stage, run, planHash),
    tell: trace ? (says) => trace(`${iso(clock.now()).slice(11, 23)}  ${says}`) : () => undefined,
    count: (what) => counts.set(what, (counts.get(what) ?? 0) + 1),
  };
  const proof: Proof = { ...nothing(), effects: world.effects };
  schedule(stage, proof);
  clock.run();
  proof.incidents = [...stage.runs.keys()].flatMap((id) => proofsOf(stage, id));
  proof.holds = ledger.pastHolds() as Proof['holds'];
  return { seed, violations: violations(proof), counts };
}

/** Clocks that are right, a little off, or off by an hour: none of them is the ledger's. */
function workersOf({ pick }: Stage['random'], now: () => number): Worker[] {
  const off = [0, 0, 0, 0, 0, 0, 400, -700, 20_000, -20_000, 5 * minute, -5 * minute, 60 * minute, -60 * minute];
  return ['worker 1', 'worker 2', 'worker 3'].map((name) => {
    const skew = pick(off);
    return { name: `${name} (${skew / 1000} s off)`, now: () => now() + skew };
  });
}

function schedule(stage: Stage, proof: Proof): void {
  const { random, clock, world, rules } = stage;
  // A storm, or a calm day: the budgets are by the hour.
  const spanMs = random.pick([20, 240, 1200, 2400]) * minute;
  const end = begin + spanMs;
  const send = door(stage, proof.subscription.deliveries, proof.runs);
  const about = random.chance(0.3) ? world.things.slice(0, 2) : world.things;
  for (let index = 1; index <= incidents; index++) {
    const happening = happeningOf(index, random.pick(about), random.int(begin, end));
    // The same alert by two ways.
    if (random.chance(0.05)) happening.correlationKey = `alarm ${random.int(1, index)}`;
    liveThrough(stage, happening, send);
  }
  for (let stop = random.int(0, 4); stop > 0; stop--) stops(stage, begin, end);
  // Somebody looks after what the brake has stopped, now and then.
  for (let look = begin + random.int(10, 60) * minute; look < end; look += random.int(30, 120) * minute)
    clock.at(look, () => letGo(stage));
  for (let reload = random.int(0, 4); reload > 0; reload--)
    clock.at(random.int(begin, end), () => {
      rules.current = random.pick(revisions);
      stage.tell(`rules: ${rules.current.name}`);
    });
  if (random.chance(0.3)) clock.at(random.int(begin, end), () => void world.onCall.splice(0, 1));
}

const nothing = (): Omit<Proof, 'effects'> => ({
  unknownCalls: [],
  subscription: { disabled: false, deliveries: [] },
  incidents: [],
  runs: [],
  chain: { ok: true, lines: 0 },
  holds: [],
  protected: [{ tag: { opssentinel: 'never' } }, { arn: 'arn:test:*i-0dead' }],
  ourselves: [ourself],
  secrets: [],
});

/** One for each plan that an incident had: a run that was reset may have decided by other rules. */
function proofsOf({ ledger, decisions, runs }: Stage, id: string): IncidentProof[] {
  const made = decisions.get(id) ?? [];
  const rows = ledger.rows().filter(({ incident }) => incident === id);
  const used = made.filter(
    ({ decision }, index) => index === made.length - 1 || rows.some(({ planHash }) => planHash === planIn(decision)?.hash),
  );
  const timeline = ledger.timeline(id);
  const outcome = runs.get(id)?.outcome ?? null;
  if (used.length === 0)
    return [{ row: { id, outcome } as IncidentRow, timeline, decision: undefined, approvals: [], permits: [] }];
  const plans = new Map(used.map((one) => [planIn(one.decision)?.hash, one]));
  return [...plans].map(([planHash, { decision, by }]) => ({
    row: { id, outcome, planHash: planHash ?? null } as IncidentRow,
    timeline,
    decision,
    approvals: planHash === undefined ? [] : ledger.approvals(id, planHash),
    permits: rows.filter((row) => row.planHash === planHash).map(permitOf),
    anew: decidedAnew(decision, by),
  }));
}
