import type { Alert, Witness } from '../domain/alert.js';
import type { GuardFacts } from '../domain/admission.js';
import type { CalendarFacts } from '../domain/calendar.js';
import type { Incident } from '../domain/incident.js';
import type { Plan, PlanStep } from '../domain/plan.js';
import type { RuleSet } from '../rules/language/set.js';
import { policyGuards, requireLines } from './decide.js';
import { freezesOf } from './freezes.js';

export interface Asking
  extends Pick<GuardFacts, 'now' | 'incidentId' | 'ourselves' | 'deploys' | 'surroundings' | 'approvers' | 'requesters' | 'own'> {
  /** What calendars outside of the policy say. */
  calendars: CalendarFacts;
  set: RuleSet;
  incident: Incident;
  alert: Alert;
  witness: Witness;
  plan: Plan;
  step: PlanStep;
}

/** What the guards are shown before one step of a plan: the same for admission, and for a case that asks what admission would say. */
export function guardFacts({ set, incident, alert, witness, plan, step, ...asked }: Asking): GuardFacts {
  const { accounts, regions, tags } = set.policy.doc.teams[plan.team] ?? {};
  return {
    ...asked,
    readNow: asked.now,
    incident,
    alert,
    witness,
    target: plan.target,
    ...(plan.rollout === undefined ? {} : { together: plan.rollout.each.length }),
    step,
    rule: plan.rule.name,
    environment: plan.environment,
    mode: plan.mode,
    planHash: plan.hash,
    approval: plan.approval,
    required: requireLines(set, plan.rule.name, step.runbook, plan.target),
    ...policyGuards(set, plan.environment),
    calendars: {
      words: [...freezesOf(set, plan.environment, asked.now), ...asked.calendars.words],
      unknown: asked.calendars.unknown,
    },
    team: {
      name: plan.team,
      ...(accounts === undefined ? {} : { accounts }),
      ...(regions === undefined ? {} : { regions }),
      ...(tags === undefined ? {} : { tags }),
    },
    alertStartedAt: Date.parse(witness.since ?? alert.startedAt),
    laterStep: step.index > 0,
  };
}
