import { decideAgain } from '../../cli/explain-case.js';
import { matchAndAim, planFor } from '../../decide/decide.js';
import { type Asking, guardFacts } from '../../decide/guard-facts.js';
import type { GuardFacts } from '../../domain/admission.js';
import { incidentId } from '../../domain/incident-id.js';
import { type Decision, type Plan, planIn, type PlanStep } from '../../domain/plan.js';
import type { Target } from '../../domain/target.js';
import type { RuleSet } from '../../rules/language/set.js';
import { catalogue, hash, type Revision } from './rules.js';
import { type Happening, iso, type World } from './world.js';

/** Our own id at the source of incidents. */
export const ourself = 'PAGENT1';

/** Whoever reads, and under which rules. `now` is the reader's own clock, wrong as it may be. */
export interface Reader {
  world: World;
  by: Revision;
  /** Epoch milliseconds. */
  now: number;
}

/** What was decided before, by everything that a decision here can depend on. */
const known = new Map<string, Decision>();

/**
 * Reads everything outside, and decides: as the activity `decide` does, and admission again before each step. To decide is a pure
 * function (I12 has it decided a second time from other documents), so the same reading is thought through once, whatever the seed.
 */
export function decideNow({ world, by, now }: Reader, happening: Happening, step = 0): Decision {
  const incident = world.incidentOf(happening);
  const alert = world.alertOf(happening);
  const witness = world.witnessOf(happening, now);
  const { ref, thing, service, metric } = happening;
  const key = `${by.name} ${ref.externalId} ${metric} ${service.id} ${thing.sort} ${step} ${witness.labels?.['InstanceId'] ?? ''}`;
  const decision = known.get(key) ?? decideFirst(by.set, { incident, alert, witness }, world.targetOf(happening, now), step);
  known.set(key, decision);
  const seen = { ...decision, incident, alert, witness };
  return 'plan' in seen ? { ...seen, plan: { ...seen.plan, target: { ...seen.plan.target, readAt: iso(now) } } } : seen;
}

type Read = Pick<Decision, 'incident' | 'alert' | 'witness'>;

function decideFirst(set: RuleSet, read: Read, target: Target | undefined, step: number): Decision {
  const seen = { set, catalogue, ...read };
  const aimed = matchAndAim(seen);
  const named = target && Object.values(aimed.chosen?.selector ?? {}).includes(target.name) ? target : undefined;
  return planFor({ ...seen, ...aimed, hash, corroborable: true, target: named, step });
}

const again = new Map<string, Decision>();

/** The same facts under the same documents, read in another order. */
export function decidedAnew(decision: Decision, by: Revision): Decision {
  const key = `${by.name} ${planIn(decision)?.hash ?? decision.alert.metric ?? ''} ${decision.concluded}`;
  const before = planIn(decision) && again.get(key);
  const anew = before ?? decideAgain(decision, by.shuffled, catalogue, hash);
  again.set(key, anew);
  return anew;
}

/** A quiet world around the target. What another guard wants to know is one line here. */
const quiet = {
  deploys: { seen: [], known: ['api'], unknown: [] },
  calendars: { words: [], unknown: [] },
  surroundings: { people: [], unknown: [] },
  requesters: [],
  own: [],
};

/** What the guards are shown before one step, from what was just read. */
export function factsFor({ world, by, now }: Reader, decision: Decision, plan: Plan, step: PlanStep): GuardFacts {
  const { incident, alert, witness } = decision;
  const moving = { now, approvers: world.onCall, ourselves: [ourself], incidentId: incidentId(incident.ref) };
  const asking: Asking = { ...quiet, ...moving, set: by.set, incident, alert, witness, plan, step };
  return guardFacts(asking);
}
