import type { AdmissionState, Guard, GuardFacts } from '../domain/admission.js';
import type { GroupHealth } from '../domain/surroundings.js';
import { allow, refuse, type Said } from './say.js';

export const healthy: Guard = {
  id: 'healthy',
  sentence: 'Enough of the group stays well while one of it is acted on; not knowing how many are well is not well.',
  asked: ['preview', 'admission'],
  judge: (facts, state, { healthyShare }) => {
    const limit = percent(healthyShare);
    const blind = facts.surroundings.unknown.find(({ what }) => what === 'group');
    if (facts.step.risk === 'additive') return allow(limit, 'takes nothing away');
    if (blind) return refuse(limit, `its group could not be read: ${blind.because}`);
    const { group, untold = [] } = facts.surroundings;
    if (group) return floor(facts, withoutOurs(facts, state, group), healthyShare, limit);
    return untold.includes('group')
      ? allow(limit, `not known of this kind of target (${facts.target.type}); no floor is kept`)
      : allow(limit, `${facts.target.name} stands alone`);
  },
};

/** Others of this run's own targets that are about to be acted on, or not seen to be well again: they may all be away at once. */
function withoutOurs({ incidentId, target }: GuardFacts, { effects }: AdmissionState, group: GroupHealth): GroupHealth {
  const ours = effects.filter((one) => one.incident === incidentId && one.targetId !== target.id && one.verified === undefined);
  return { ...group, healthy: group.healthy - new Set(ours.map(({ targetId }) => targetId)).size };
}

function floor({ target }: GuardFacts, group: GroupHealth, share: number, limit: string): Said {
  const { name, total, minimum = 0 } = group;
  const left = group.healthy - (group.targetHealthy ? 1 : 0);
  const found = `${left} of ${total} would stay healthy in ${name} (${percent(left / total)})`;
  // One that stands alone in its group has no others that could carry it.
  if (total === 1) return allow(limit, `${target.name} is alone in ${name}`);
  if (!(left / total >= share)) return refuse(limit, found);
  return left >= minimum ? allow(limit, found) : refuse(limit, `${found}; it needs ${minimum}`);
}

const percent = (share: number): string => `${Math.floor(share * 100)} %`;
