import type { Guard } from '../domain/admission.js';
import { clock, duration, epochMs } from '../domain/words.js';
import { countedApprovals } from './approvals.js';
import { allow, refuse } from './say.js';

export const startBy: Guard = {
  id: 'startBy',
  sentence: 'An effect begins soon after the alert, or after a human approved it, or not at all.',
  asked: ['preview', 'admission'],
  judge: (facts, state, { startByMs }) => {
    const limit = duration(startByMs);
    if (facts.laterStep) return allow(limit, 'the first step began in time');
    // Somebody who has just approved has just looked: the clock begins again.
    const approvedAt = countedApprovals(facts, state).map(({ at }) => epochMs(at));
    const from = Math.max(facts.alertStartedAt, ...approvedAt);
    const age = facts.now - from;
    const of = approvedAt.length > 0 && from > facts.alertStartedAt ? 'approved' : 'began';
    if (age <= startByMs) return allow(limit, `${of} ${duration(age)} ago, until ${clock(from + startByMs, facts.now)}`);
    return refuse(limit, Number.isFinite(age) ? `${of} ${duration(age)} ago: too late` : 'it is not known when the alert began');
  },
};
