import type { AnyAction } from '../../integrations/contract/registry.js';
import { paceOf } from '../../decide/profiles.js';
import type { ActivityDeps } from '../deps.js';
import { beating, shelled } from '../shell.js';
import type { AdoptEffect, StartEffect, StopEffect, WaitEffect } from '../types.js';
import { startEffect } from './start.js';
import { adoptEffect, stopEffect, waitEffect } from './wait.js';

type EffectActivity = StartEffect | WaitEffect | AdoptEffect | StopEffect;

/** Role `effect`: the only one that holds rights to change anything. Per action `<id>`, `<id>.wait`, `<id>.adopt`, `<id>.stop`. */
export function createEffectActivities(deps: ActivityDeps): Record<string, EffectActivity> {
  return Object.fromEntries([...deps.registry.actions.values()].flatMap((action) => activitiesOf(deps, action)));
}

function activitiesOf(deps: ActivityDeps, action: AnyAction): [string, EffectActivity][] {
  const beat = () => Math.max(200, paceOf(deps.rules()).heartbeatMs / 3);
  const start: StartEffect = (input) => beating(beat(), () => startEffect(deps, action, input));
  const adopt: AdoptEffect = (input) => beating(beat(), () => adoptEffect(deps, action, input));
  const wait: WaitEffect = (input) => waitEffect(deps, action, input);
  const stop: StopEffect = (input) => beating(beat(), () => stopEffect(deps, action, input));
  return [
    [action.id, shelled(start)],
    [`${action.id}.adopt`, shelled(adopt)],
    ...(action.stop ? [[`${action.id}.stop`, shelled(stop)] satisfies [string, EffectActivity]] : []),
    ...(action.wait ? [[`${action.id}.wait`, shelled(wait)] satisfies [string, EffectActivity]] : []),
  ];
}
