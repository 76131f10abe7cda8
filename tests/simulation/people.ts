import { hashScope } from '../../domain/hold.js';
import { ourself } from './facts.js';
import { revisions } from './rules.js';
import type { Run, Stage } from './stage.js';
import { iso, minute } from './world.js';

// What people do: they answer, or not, or twice, or too late; they take an incident; they stop everything and let it go again.

type Stop = Pick<Stage, 'random' | 'clock' | 'ledger' | 'world' | 'outOfBand' | 'count' | 'tell'>;

/** When people are asked. Some of what comes back is not what was asked for. */
export function answers(stage: Stage, run: Run, planHash: string): void {
  const { random } = stage;
  const words = random.pick([0, 1, 2, 2, 3, 4, 5]);
  for (let word = 0; word < words; word++) {
    const by = random.pick(['ada', 'ada', 'ada', 'Ada', 'grace', 'grace', 'mallory', ourself]);
    const via = random.pick(['api', 'api', 'pagerduty', 'temporal']);
    const pin = random.pick([planHash, planHash, planHash, planHash.slice(0, 8), planHash.slice(0, 4), 'f'.repeat(64)]);
    const decision = random.chance(0.06) ? 'reject' : 'approve';
    // Half of them at once, the others any time up to after the question has expired.
    const after = random.chance(0.7) ? random.int(0, minute) : random.int(0, 20 * minute);
    const send = (): void => {
      run.inbox.approvals.push({ request: { decision, by, planHash: pin }, via });
      run.process?.poke();
    };
    stage.clock.at(stage.clock.now() + after, send);
    // The same word delivered twice.
    if (random.chance(0.25)) stage.clock.at(stage.clock.now() + after + random.int(0, 2_000), send);
  }
}

/** Stops of every scope, lifted or not, some with an end; and now and then the switch that works without the ledger. */
export function stops(stage: Stop, from: number, to: number): void {
  const { random, clock, ledger, world, outOfBand } = stage;
  const revoked = random.pick(revisions).set;
  const thing = random.pick(world.things);
  const scope = random.pick([
    'all',
    'environment:staging',
    'service:PSVC001',
    'rule:cpu',
    'action:test.run',
    'action:test.set',
    `target:${thing.id}`,
    hashScope(revoked.hash),
    hashScope(random.pick(revoked.rules).fileHash),
  ]);
  const begins = random.int(from, to);
  const lasts = random.int(minute, 40 * minute);
  if (random.chance(0.2)) {
    clock.at(begins, () => {
      outOfBand.engaged = true;
      stage.count('the switch is thrown');
      stage.tell('the switch is thrown');
    });
    clock.at(begins + lasts, () => (outOfBand.engaged = false));
    return;
  }
  const until = random.chance(0.3) ? { until: iso(begins + lasts) } : {};
  clock.at(begins, () => {
    const hold = ledger.placeHold({ kind: random.pick(['stop', 'freeze']), scope, reason: 'drill', owner: 'ada', ...until });
    stage.count('a stop');
    stage.tell(`${hold.kind} of ${scope}`);
    clock.at(begins + lasts, () => lifted(stage, hold.id));
  });
}

/** A human lifts what the brake has stopped, and what has to ask since. */
export function letGo({ ledger, count }: Stage): void {
  for (const { id, kind, liftedAt } of ledger.pastHolds())
    if (liftedAt === undefined && (kind === 'brake' || kind === 'demotion') && lifted({ ledger }, id))
      count(`a ${kind} is lifted`);
}

/** By two people, one of them an admin, which some holds want. */
const lifted = ({ ledger }: Pick<Stage, 'ledger'>, id: string): boolean =>
  ledger.liftHold(id, { by: 'ada', admin: false }) === 'lifted' || ledger.liftHold(id, { by: 'grace', admin: true }) === 'lifted';
