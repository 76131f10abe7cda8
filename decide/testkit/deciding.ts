import type { Decision } from '../../domain/plan.js';
import type { RuleSet } from '../../rules/language/set.js';
import { alert, catalogue, hash, incident, target, witness } from '../../tests/support/rules.js';
import { matchAndAim, planFor } from '../decide.js';

export interface World {
  alert?: Parameters<typeof alert>[0];
  incident?: Parameters<typeof incident>[0];
  witness?: Parameters<typeof witness>[0];
  target?: Parameters<typeof target>[0] | null;
  corroborable?: boolean;
  step?: number;
}

export const armed = 'mode: { staging: auto, prod: auto }';
export const inProd: World = {
  alert: { account: '444455556666' },
  incident: { service: { id: 'PSVC002', name: 'web' } },
  target: { account: '444455556666', environment: 'prod' },
};

export function decide(set: RuleSet, world: World = {}): Decision {
  const seen = { set, catalogue, incident: incident(world.incident), alert: alert(world.alert), witness: witness(world.witness) };
  const read = world.target === null ? undefined : target(world.target);
  return planFor({
    ...seen,
    ...matchAndAim(seen),
    hash,
    target: read,
    corroborable: world.corroborable ?? true,
    ...(world.step === undefined ? {} : { step: world.step }),
  });
}

export const planOf = (decision: Decision) => {
  if (!('plan' in decision)) throw new Error(`${decision.concluded}: ${decision.because}`);
  return decision.plan;
};
export const refusalOf = (decision: Decision): string =>
  decision.concluded === 'refuse' ? `${decision.place}: ${decision.because}` : decision.concluded;
