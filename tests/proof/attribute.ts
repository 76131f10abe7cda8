import { planIn } from '../../domain/plan.js';
import { epochMs } from '../../domain/words.js';
import type { SandboxEffect } from '../../integrations/contract/simulator.js';
import type { IncidentProof } from './proof.js';

/** An attempt of which the ledger tells, and when it first told what became of it. */
interface Told {
  key: string;
  target: string;
  /** Epoch milliseconds. */
  at: number;
}

/**
 * Few of AWS's calls can carry a key. An effect without one belongs to the attempt on its target of which the ledger told next, and an
 * attempt has room for one. What finds no attempt keeps no key: that is what the invariants then name.
 */
export function attributed(effects: readonly SandboxEffect[], incidents: readonly IncidentProof[]): SandboxEffect[] {
  const taken = new Set(effects.map(({ key }) => key).filter((key) => key !== ''));
  const told = incidents.flatMap(toldOf).sort((a, b) => a.at - b.at);
  return effects.map((effect) => {
    if (effect.key !== '') return effect;
    const began = epochMs(effect.at);
    const mine = told.find(({ key, target, at }) => target === effect.target && at >= began && !taken.has(key));
    if (!mine) return effect;
    taken.add(mine.key);
    return { ...effect, key: mine.key };
  });
}

function toldOf({ decision, permits, timeline }: IncidentProof): Told[] {
  const target = planIn(decision)?.target.name ?? '';
  return permits.flatMap(({ attemptKey: key }) => {
    const line = timeline.find(
      ({ phase, state, data }) =>
        (phase === 'execute' || phase === 'undo') && state !== 'refused' && data?.['attemptKey'] === key,
    );
    return line ? [{ key, target, at: epochMs(line.at) }] : [];
  });
}
