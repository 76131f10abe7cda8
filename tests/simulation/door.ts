import { beginsWork, type Delivery } from '../../domain/delivery.js';
import { incidentId } from '../../domain/incident-id.js';
import type { Proof } from '../proof/proof.js';
import { incident } from './run.js';
import type { Run, Stage } from './stage.js';
import { type Happening, minute } from './world.js';

type Told = Proof['subscription']['deliveries'][number];

interface Event {
  id: string;
  kind: Delivery['kind'];
  happening: Happening;
  /** Epoch milliseconds. */
  at: number;
}

/** The door, Temporal's start, and the source that sends: late, twice, in any order. */
export function door(stage: Stage, deliveries: Told[], started: Proof['runs']): (event: Event) => void {
  const { random, clock, runs } = stage;
  const seen = new Set<string>();
  const take = ({ id, kind, happening, at }: Event): void => {
    const told: Told = { eventId: id, incident: happening.ref.externalId, attempts: [] };
    deliveries.push(told);
    // What is answered with 503 is sent again, later.
    if (random.chance(0.03)) {
      told.attempts.push(503);
      clock.at(clock.now() + random.int(1_000, 5 * minute), () => take({ id, kind, happening, at }));
      return;
    }
    told.attempts.push(202);
    const run = runs.get(incidentId(happening.ref));
    if (!run) begin(stage, happening, kind, started);
    else if (run.outcome === undefined && !seen.has(id)) receive(run, kind, at);
    seen.add(id);
  };
  return (event) => {
    const copies = random.pick([1, 1, 1, 2, 3]);
    for (let copy = 0; copy < copies; copy++) {
      const late = random.chance(0.15) ? random.int(0, 5 * minute) : random.int(0, 3_000);
      clock.at(clock.now() + late, () => take(event));
    }
  };
}

function begin(stage: Stage, happening: Happening, kind: Delivery['kind'], started: Proof['runs']): void {
  const id = incidentId(happening.ref);
  const run: Run = { id, happening, begun: kind, inbox: { resolved: false, approvals: [] }, effects: 0 };
  if (kind === 'acknowledged') run.inbox.heldBy = 'somebody';
  stage.runs.set(id, run);
  started.push({ workflowId: `incident:${id}`, firstRunId: `run-${started.length}`, status: 'RUNNING' });
  run.process = stage.clock.spawn(incident(stage, run));
  if (stage.random.chance(0.02)) stage.clock.at(stage.clock.now() + stage.random.int(0, 20 * minute), () => reset(stage, run));
}

/** An operator resets the run between two effects: it begins anew, and what its activities are doing goes on. */
function reset(stage: Stage, run: Run): void {
  const open = stage.ledger
    .rows()
    .some(({ incident: of, endedAt, releasedAt }) => of === run.id && endedAt === undefined && releasedAt === undefined);
  if (run.outcome !== undefined || open) return;
  stage.count('a run is reset');
  stage.tell(`${run.id} is reset`);
  run.process?.kill();
  run.effects = 0;
  run.process = stage.clock.spawn(incident(stage, run));
}

function receive(run: Run, kind: Delivery['kind'], at: number): void {
  const { inbox } = run;
  if (kind === 'resolved' && at >= run.happening.startedAt) inbox.resolved = true;
  if (beginsWork(kind)) inbox.resolved = false;
  if (kind === 'acknowledged' || kind === 'reassigned') inbox.heldBy = 'somebody';
  if (kind === 'unacknowledged') inbox.heldBy = undefined;
  run.process?.poke();
}

/** What people do to one incident at its source, and what the source sends of it. */
export function liveThrough(stage: Stage, happening: Happening, send: (event: Event) => void): void {
  const { random, clock } = stage;
  let events = 0;
  const change = (after: number, kind: Delivery['kind'], apply: () => void): void =>
    clock.at(happening.startedAt + after, () => {
      apply();
      send({ id: `${happening.ref.externalId}.${++events}`, kind, happening, at: clock.now() });
    });
  change(random.int(500, 20_000), 'triggered', () => undefined);
  if (random.chance(0.2)) happening.clearedAt = happening.startedAt + random.int(30_000, 30 * minute);
  if (random.chance(0.12)) {
    const after = random.int(1_000, 15 * minute);
    const ada = { id: 'PADA', name: 'ada' };
    change(after, 'acknowledged', () => {
      if (happening.status === 'resolved') return;
      Object.assign(happening, { status: 'acknowledged', heldBy: [ada] });
    });
    if (random.chance(0.5))
      change(after + random.int(1_000, 10 * minute), 'unacknowledged', () => {
        if (happening.status === 'acknowledged') Object.assign(happening, { status: 'triggered', heldBy: [] });
      });
  }
  if (random.chance(0.1))
    change(random.int(1_000, 25 * minute), 'resolved', () => {
      Object.assign(happening, { status: 'resolved', heldBy: [] }, random.chance(0.2) ? { mergedInto: 'Q0' } : {});
    });
  if (random.chance(0.02))
    clock.at(happening.startedAt + random.int(1_000, 15 * minute), () => {
      const run = stage.runs.get(incidentId(happening.ref));
      if (run && run.outcome === undefined) Object.assign(run.inbox, { takenOverBy: 'grace' });
      run?.process?.poke();
    });
}
