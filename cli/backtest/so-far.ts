import type { AdmissionState, PastEffect, RecentIncident } from '../../domain/admission.js';
import type { Budget, GuardLimits, Plan } from '../../domain/plan.js';
import { type Hold, holdScopes } from '../../domain/hold.js';
import type { GuardVerdict } from '../../domain/permit.js';
import { failureDomain } from '../../domain/target.js';

/** Nobody wrote down when people would have lifted a brake of a past that never was: they are taken to have done it after so long. Milliseconds. */
export const liftedAfterMs = 60 * 60_000;

/** An effect that never was. */
interface Made {
  effect: PastEffect;
  /** By a rule that only observes: no armed rule sees it. */
  observed: boolean;
  domain: string;
  /** When it would have been seen to help at the earliest, and when it would have been given up. Epoch milliseconds. */
  overFrom: number;
  overAt: number;
}

interface Placed {
  hold: Hold;
  observed: boolean;
  /** It would only be there if earlier effects had not helped, which nobody knows. */
  maybe: boolean;
  at: number;
}

/** What a recorded past would have left behind so far, in the order of time. */
export interface SoFar {
  began: (incident: RecentIncident) => void;
  acted: (plan: Plan, incident: string, service: string, now: number) => void;
  placed: (plan: Plan, verdict: Pick<GuardVerdict, 'places'>, maybe: boolean, now: number) => void;
  /** The same moment twice: as if everything before had helped as soon as it could, and as if nothing had. What both say is known. */
  states: (plan: Plan, incident: string, service: string, now: number) => readonly [AdmissionState, AdmissionState];
}

/** `keepMs`: the longest that any guard looks back; `stormMs`: the longest window of the brake. */
export function createSoFar({ keepMs, stormMs }: { keepMs: number; stormMs: number }): SoFar {
  let made: Made[] = [];
  let placed: Placed[] = [];
  let incidents: RecentIncident[] = [];
  return {
    began: (incident) => {
      incidents = [incident, ...incidents.filter(({ at }) => at > incident.at - stormMs)];
    },
    acted: (plan, incident, service, now) => {
      const [step] = plan.steps;
      if (!step) return;
      const effect: PastEffect = {
        incident,
        rule: plan.rule.name,
        service,
        action: step.action,
        runbook: step.runbook,
        team: plan.team,
        targetId: plan.target.id,
        at: now,
      };
      const over = { overFrom: now + step.verify.forMs, overAt: now + step.timeoutMs + step.verify.withinMs };
      const kept = made.filter((one) => one.effect.at > now - keepMs || one.overAt > now);
      made = [{ effect, observed: plan.mode === 'observe', domain: failureDomain(plan.target), ...over }, ...kept];
    },
    placed: (plan, { places = [] }, maybe, now) => {
      for (const { kind, scope, reason } of places) {
        const hold: Hold = { id: `${kind} ${scope}`, kind, scope, reason, owner: 'backtest', since: new Date(now).toISOString() };
        placed = [
          { hold, observed: plan.mode === 'observe', maybe, at: now },
          ...placed.filter(({ at }) => at > now - keepMs - liftedAfterMs),
        ];
      }
    },
    states: (plan, incident, service, now) => {
      const visible = { made: made.filter((one) => sees(plan, one)), placed: placed.filter((one) => sees(plan, one)), incidents };
      return [
        stateOf(visible, { plan, incident, service, now, well: true }),
        stateOf(visible, { plan, incident, service, now, well: false }),
      ];
    },
  };
}

const sees = ({ mode }: Plan, { observed }: { observed: boolean }): boolean => mode === 'observe' || !observed;

interface Moment {
  plan: Plan;
  incident: string;
  service: string;
  now: number;
  well: boolean;
}

function stateOf(
  { made, placed, incidents }: { made: readonly Made[]; placed: readonly Placed[]; incidents: readonly RecentIncident[] },
  { plan, incident, service, now, well }: Moment,
): AdmissionState {
  const domain = failureDomain(plan.target);
  const running = made.filter((one) => one.effect.incident !== incident && (well ? one.overFrom : one.overAt) > now);
  const holding = (one: Made | undefined): AdmissionState['targetHeldBy'] =>
    one && { incident: one.effect.incident, since: one.effect.at };
  const scopes = new Set(
    holdScopes({
      environment: plan.environment,
      service,
      rule: plan.rule.name,
      action: plan.steps[0]?.action ?? '',
      targetId: plan.target.id,
      domain,
      team: plan.team,
      runbook: plan.steps[0]?.runbook ?? '',
    }),
  );
  const holds = placed.filter(({ hold, maybe }) => scopes.has(hold.scope) && !(maybe && well));
  return {
    now,
    effects: made.map(({ effect, overFrom, overAt }) => {
      const verifiedAt = well ? overFrom : overAt;
      return verifiedAt > now ? effect : { ...effect, verified: well, verifiedAt };
    }),
    targetHeldBy: holding(running.find((one) => one.effect.targetId === plan.target.id)),
    domainHeldBy: holding(running.find((one) => one.domain === domain && one.effect.targetId !== plan.target.id)),
    incidents: [...incidents],
    lifted: holds
      .filter(({ at }) => at + liftedAfterMs <= now)
      .map(({ hold: { kind, scope }, at }) => ({ kind, scope, at: at + liftedAfterMs })),
    holds: holds.filter(({ at }) => at + liftedAfterMs > now).map(({ hold }) => hold),
    approvals: [],
  };
}

/** The longest that any guard looks back, by these figures. Milliseconds. */
export function windowsOf(limits: readonly GuardLimits[]): { keepMs: number; stormMs: number } {
  const spans = (of: (one: GuardLimits) => number[]): number => Math.max(60_000, ...limits.flatMap(of));
  const per = ({ perMs }: Budget): number => perMs;
  return {
    keepMs: spans(({ cooldownMs, budget, sameFix, brake }) => [
      cooldownMs,
      ...Object.values(budget).map(per),
      sameFix.perMs,
      brake.unverified.perMs,
    ]),
    stormMs: spans(({ brake }) => [brake.domain.perMs, brake.all.perMs]),
  };
}
