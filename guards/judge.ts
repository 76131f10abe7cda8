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
export function judgeAll(
  guards: readonly Guard[],
  facts: GuardFacts,
  state: AdmissionState,
  limits: GuardLimits,
): GuardVerdict[] {
  if (guards.length === 0)
    return [
      {
        guard: 'guards',
        verdict: 'refuse',
        limit: '-',
        found: 'there is no guard to ask',
        setBy: 'design',
      },
    ];
  // Past effects are dated by the ledger's clock: a worker whose own clock is wrong must not end a cooldown.
  const read = { ...facts, now: state.now ?? facts.now };
  const verdicts = guards.map((guard) => asked(guard, read, state, limits));
  const needsWord = verdicts.some(({ verdict }) => verdict === 'ask');
  return guards.includes(approval) && needsWord ? withWord(verdicts, read, state, limits) : verdicts;
}

/** Something is left to humans: then their word is needed whatever the mode, and is enough where it is given. */
function withWord(
  verdicts: readonly GuardVerdict[],
  facts: GuardFacts,
  state: AdmissionState,
  limits: GuardLimits,
): GuardVerdict[] {
  const word = asked(approval, facts.mode === 'auto' ? { ...facts, mode: 'approve' } : facts, state, limits);
  return verdicts.map((verdict) => {
    if (verdict.guard === approval.id) return word;
    if (verdict.verdict !== 'ask' || word.verdict !== 'allow') return verdict;
    return {
      ...verdict,
      verdict: 'allow',
      found: `${verdict.found}; ${word.found}`,
    };
  });
}

function asked(guard: Guard, facts: GuardFacts, state: AdmissionState, limits: GuardLimits): GuardVerdict {
  const name = { guard: guard.id, setBy: limits.setBy[guard.id] ?? 'default' };
  try {
    const said = guard.judge(facts, state, limits);
    if (known.has(said?.verdict)) return { ...said, ...name };
    return {
      ...name,
      verdict: 'refuse',
      limit: '-',
      found: 'it gave no verdict that can be read',
    };
  } catch (problem) {
    return {
      ...name,
      verdict: 'refuse',
      limit: '-',
      found: `it could not judge: ${problem instanceof Error ? problem.message : String(problem)}`,
    };
  }
}
