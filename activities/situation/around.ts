import type { Surroundings } from '../../domain/surroundings.js';
import type { Target } from '../../domain/target.js';
import { paceOf } from '../../decide/profiles.js';
import { isFinal } from '../../integrations/contract/errors.js';
import type { RuleSet } from '../../rules/language/set.js';
import type { ActivityDeps } from '../deps.js';
import { placeFor } from '../place.js';
import { callFor, isVendorFailure } from '../shell.js';
import type { About } from '../types.js';

/** The target's group and who works on it, read just now. What its type never tells and what it could not tell now are named apart. */
export async function aroundTarget(deps: ActivityDeps, about: About, target: Target, set: RuleSet): Promise<Surroundings> {
  const type = deps.registry.targets.get(target.type);
  if (!type?.around) return { people: [], unknown: [], untold: ['group', 'people'] };
  const call = callFor(about.incident, placeFor(set, target, 'read'), paceOf(set), deps.now);
  try {
    return await type.around(type.with(call), target);
  } catch (error) {
    // Asked again it may be known: only what stays unknown is a word for the guards.
    if (!isVendorFailure(error) || !isFinal(error.fault)) throw error;
    const because = error.message;
    return {
      people: [],
      unknown: [
        { what: 'group', because },
        { what: 'people', because },
      ],
    };
  }
}
