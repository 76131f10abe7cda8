import { shelled } from '../shell.js';
import { lookAtCalendars } from './calendars.js';
import type { ReconcileDeps } from './deps.js';
import { sweep } from './sweep.js';
import { switchOn, type SwitchOnDeps } from './switch-on.js';
import type { ReconcileActivities, SubscriptionActivities } from './types.js';

export type { ReconcileDeps, ReconcileSigns } from './deps.js';

/** Role `decide`. */
export const createReconcileActivities = (deps: ReconcileDeps): ReconcileActivities => ({
  sweep: () =>
    shelled(async () => {
      const [swept] = await Promise.all([sweep(deps), lookAtCalendars(deps)]);
      return swept;
    })(undefined),
});

/** Role `tell`. */
export const createSubscriptionActivities = (deps: SwitchOnDeps): SubscriptionActivities => ({
  switchOn: shelled((input) => switchOn(deps, input)),
});
