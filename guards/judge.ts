import type { AdmissionState, Guard, GuardFacts } from '../domain/admission.js';
import type { GuardVerdict } from '../domain/permit.js';
import type { GuardLimits } from '../domain/plan.js';
import { approval } from './approval.js';

const known = new Set<unknown>(['allow', 'refuse', 'ask']);

/**
 * Asks every guard that it is given, and combines: a guard that throws or answers nonsense refuses; what a guard leaves to
 * humans (`ask`) is allowed where `approval` is among the guards and finds enough of them, and stays `ask` otherwise.
 * Only when every verdict is `allow` may anything be done; no guards at all is a refusal.
 */
export function judgeAll(guards: readonly Guard[], facts: GuardFacts, state: AdmissionState, limits: GuardLimits): GuardVerdict[] {
  if (guards.length === 0) return [{ guard: 'guards', verdict: 'refuse', limit: '-', found: 'there is no guard to ask', setBy: 'design' }];
  const verdicts = guards.map((guard) => asked(guard, facts, state, limits));
  if (!guards.includes(approval) || !verdicts.some(({ verdict }) => verdict === 'ask')) return verdicts;
  // Something is left to humans: then their word is needed, whatever the mode.
  const word = asked(approval, { ...facts, mode: facts.mode === 'auto' ? 'approve' : facts.mode }, state, limits);
  return verdicts.map((verdict) => {
    if (verdict.guard === approval.id) return word;
    return verdict.verdict === 'ask' && word.verdict === 'allow' ? { ...verdict, verdict: 'allow', found: `${verdict.found}; ${word.found}` } : verdict;
  });
}

function asked(guard: Guard, facts: GuardFacts, state: AdmissionState, limits: GuardLimits): GuardVerdict {
  const setBy = limits.setBy[guard.id] ?? 'default';
  try {
    // A copy: what a guard does to its lists is not seen by the next one.
    const said = guard.judge(facts, { ...state, effects: [...state.effects], holds: [...state.holds], approvals: [...state.approvals] }, limits);
    if (known.has(said?.verdict)) return { ...said, guard: guard.id, setBy };
    return { guard: guard.id, setBy, verdict: 'refuse', limit: '-', found: 'it gave no verdict that can be read' };
  } catch (problem) {
    return { guard: guard.id, setBy, verdict: 'refuse', limit: '-', found: `it could not judge: ${problem instanceof Error ? problem.message : String(problem)}` };
  }
}
