import type { AdmissionState, Guard, GuardFacts } from '../domain/admission.js';
import type { Budget } from '../domain/plan.js';
import { failureDomain } from '../domain/target.js';
import { budgetWords, counted, duration } from '../domain/words.js';
import { allow, refuse, type Said } from './say.js';
import { notHelpedSince, notHelpedWords } from './seen-to-help.js';

/** One thing of which too much at once means that the cause is not where we look. */
interface Trigger {
  scope: string;
  limit: Budget;
  /** Epoch milliseconds of each that counts. */
  times: number[];
  says: (count: number) => string;
}

/**
 * Three triggers, one brake: what trips it is put in force as a hold on that scope, and stays until a human lifts it. Lifting it begins
 * the count anew, else it would trip again at once.
 */
export const brake: Guard = {
  id: 'brake',
  sentence:
    'Many incidents at once, or one action that keeps not helping, have a common cause: everything in that scope stops until a human lifts it.',
  asked: ['preview', 'admission'],
  judge: (facts, state, { brake: limits }) => {
    const limit = budgetWords(limits.domain);
    const tripped = triggers(facts, state, limits).find(
      (trigger) => !(since(trigger, facts.now, state).length < trigger.limit.count),
    );
    if (!tripped)
      return allow(limit, `${since(domainTrigger(facts, state, limits.domain), facts.now, state).length} lately here`);
    return stopped(tripped, since(tripped, facts.now, state).length);
  },
};

function stopped({ scope, limit, says }: Trigger, count: number): Said {
  const reason = says(count);
  return {
    ...refuse(budgetWords(limit), `${reason}: stopped until somebody lifts it, see opssentinel holds`),
    places: [{ kind: 'brake', scope, reason }],
  };
}

type Limits = { domain: Budget; unverified: Budget; all: Budget };

const triggers = (facts: GuardFacts, state: AdmissionState, limits: Limits): Trigger[] => [
  domainTrigger(facts, state, limits.domain),
  actionTrigger(facts, state, limits.unverified),
  {
    scope: 'all',
    limit: limits.all,
    times: state.incidents.map(({ at }) => at),
    says: (count) => `${counted(count, 'incident')} in ${duration(limits.all.perMs)}`,
  },
];

/** Each counts from when it was found not to help, or should have been seen to. */
function actionTrigger({ step, now }: GuardFacts, { effects }: AdmissionState, limit: Budget): Trigger {
  const failed = effects.filter((one) => one.action === step.action && notHelpedSince(one, now) !== undefined);
  return {
    scope: `action:${step.action}`,
    limit,
    times: failed.map((one) => notHelpedSince(one, now) ?? one.at),
    says: (count) => `${counted(count, 'effect')} of ${step.action} in ${duration(limit.perMs)} ${notHelpedWords(failed)}`,
  };
}

function domainTrigger({ target }: GuardFacts, { incidents }: AdmissionState, limit: Budget): Trigger {
  const domain = failureDomain(target);
  return {
    scope: `domain:${domain}`,
    limit,
    times: incidents.filter((one) => one.failureDomain === domain).map(({ at }) => at),
    says: (count) => `${counted(count, 'incident')} in ${domain} in ${duration(limit.perMs)}`,
  };
}

/** Those of the window that came after a human last lifted this brake. A time that cannot be read counts. */
function since({ scope, limit, times }: Trigger, now: number, { lifted }: AdmissionState): number[] {
  const lifts = lifted.filter((one) => one.kind === 'brake' && one.scope === scope).map(({ at }) => at);
  const from = Math.max(now - limit.perMs, ...lifts);
  return times.filter((at) => !(at <= from));
}
