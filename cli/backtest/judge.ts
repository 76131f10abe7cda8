import type { AdmissionState, Guard, GuardFacts } from '../../domain/admission.js';
import type { DeploySeen } from '../../domain/deploy.js';
import type { GuardVerdict } from '../../domain/permit.js';
import { type Plan } from '../../domain/plan.js';
import { freezesOf } from '../../decide/freezes.js';
import { guardFacts } from '../../decide/guard-facts.js';
import { guards } from '../../guards/index.js';
import { judgeAll } from '../../guards/judge.js';
import { incidentAt } from './people.js';
import { idOf, type Judges, type Outlined } from './outline.js';
import type { Past } from './recorded.js';
import { createVeil, type Veil } from './veil.js';

/** What a guard would have said. `unknown`: it looked at what nobody wrote down; that is never an allowance. */
export type Judged = Omit<GuardVerdict, 'verdict'> & {
  verdict: GuardVerdict['verdict'] | 'unknown';
  /** What it would have to know, in words. */
  needs?: string[];
};

type Planned = Extract<Outlined, { is: 'plan' }>;

/** Those that are asked before anybody is woken; the last, a human's word, is nobody's who was not asked. */
export const asked: readonly Guard[] = guards.filter((guard) => guard.asked.includes('preview'));

/** Every guard for one incident, at moments of the past. Epoch milliseconds. */
export type JudgeThen = (states: readonly [AdmissionState, AdmissionState], now: number) => Judged[];

export function judgeThen(past: Past, planned: Planned, judges: Judges): JudgeThen {
  const veil = createVeil();
  const still = factsThen(past, planned, judges, veil);
  return (states, now) => {
    const facts = factsAt(still, past, judges, now, veil);
    return asked.map((guard) => judgeOne(guard, facts, states, planned.plan, veil));
  };
}

function judgeOne(
  guard: Guard,
  facts: GuardFacts,
  states: readonly [AdmissionState, AdmissionState],
  { limits }: Plan,
  veil: Veil,
): Judged {
  veil.take();
  const judge = (state: AdmissionState): GuardVerdict => judgeAll([guard], facts, state, limits)[0] as GuardVerdict;
  const well = judge(veil.over(states[0], madeUp, madeUpMembers));
  const looked = veil.take();
  // Whoever looked at nothing that may differ would say the same again.
  const ill = looked.includes(madeUp) ? judge(states[1]) : well;
  const needs = [...new Set([...looked, ...veil.take()])].filter((one) => one !== madeUp).sort();
  if (well.verdict !== ill.verdict) needs.push('whether earlier effects would have helped');
  if (needs.length === 0) return ill;
  const { guard: id, limit, setBy, places } = ill;
  return { guard: id, verdict: 'unknown', limit, setBy, found: needs.join(', '), needs, ...(places ? { places } : {}) };
}

const madeUp = 'what we would have done before';
const madeUpMembers = ['effects', 'targetHeldBy', 'domainHeldBy', 'holds', 'lifted'] as const;

const unread = {
  target: 'tags and facts of the target',
  witness: 'an independent read of the alert',
  around: 'its group, and who works on it',
  deploys: 'deployments',
  calendars: 'calendars outside of the policy',
  own: 'our own parts',
} as const;

/** As admission would have been shown it then. What was not recorded is there in form, behind a veil. */
function factsThen(past: Past, planned: Planned, { set }: Judges, veil: Veil): GuardFacts {
  const { plan, targetKnown, witnessKnown, witness } = planned;
  const [step] = plan.steps;
  if (!step) throw new Error(`${plan.rule.name} has no step`);
  const facts = guardFacts({
    // Lines of `require` over a target that nobody read all fail, and none of it counts: they are left out.
    set: targetKnown ? set : { ...set, rules: [], runbooks: new Map() },
    now: Date.parse(past.createdAt),
    incidentId: idOf(past),
    ourselves: [],
    own: [],
    deploys: { seen: changesOf(past), known: [], unknown: [] },
    surroundings: { people: [], unknown: [] },
    calendars: { words: [], unknown: [] },
    approvers: [],
    requesters: [],
    incident: past.incident,
    alert: past.alert,
    witness,
    plan,
    step,
  });
  return {
    ...facts,
    target: veil.over(facts.target, unread.target, targetKnown ? ['readAt'] : ['tags', 'facts', 'readAt']),
    required: targetKnown ? facts.required : veil.over(facts.required, unread.target),
    surroundings: veil.over(facts.surroundings, unread.around),
    // What the source knew of is known to have been; that there was nothing else is not.
    deploys: veil.over(facts.deploys, unread.deploys, past.changes ? ['known', 'unknown'] : undefined),
    own: veil.over(facts.own, unread.own),
    witness: witnessKnown ? witness : veil.over(witness, unread.witness),
  };
}

const changesOf = ({ source, changes = [] }: Past): DeploySeen[] =>
  changes.map((change) => {
    const at = Date.parse(change);
    return { from: source, says: 'a change event', startedAt: at, endedAt: at };
  });

/** What of it moves with the clock. */
function factsAt(still: GuardFacts, past: Past, { set }: Judges, now: number, veil: Veil): GuardFacts {
  const calendars = { words: freezesOf(set, still.environment, now), unknown: [] };
  return {
    ...still,
    now,
    readNow: now,
    incident: incidentAt(past, now),
    calendars: (set.policy.doc.calendars ?? []).length > 0 ? veil.over(calendars, unread.calendars, ['unknown']) : calendars,
  };
}
