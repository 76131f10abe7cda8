import type { Guard } from '../domain/admission.js';
import { ago, duration } from '../domain/words.js';
import { allow, freeAt, incidentName, refuse } from './say.js';

export const cooldown: Guard = {
  id: 'cooldown',
  sentence: 'A resource that was acted on for another incident is left alone for so long.',
  asked: ['preview', 'admission'],
  judge: ({ now, incidentId, target }, { effects }, { cooldownMs }) => {
    const limit = duration(cooldownMs);
    // The earlier steps of this run's own ladder are not another incident's.
    const others = effects.filter((effect) => effect.targetId === target.id && effect.incident !== incidentId);
    const [last] = [...others].sort((a, b) => b.at - a.at);
    if (!last) return allow(limit, 'not acted on lately');
    const found = `acted ${ago(now - last.at)} (${incidentName(last.incident)})`;
    const free = last.at + cooldownMs;
    if (now >= free) return allow(limit, found);
    if (!Number.isFinite(free)) return refuse(limit, found);
    return freeAt(refuse(limit, found), free);
  },
};
