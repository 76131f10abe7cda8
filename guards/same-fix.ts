import type { Guard } from '../domain/admission.js';
import { budgetWords, counted, duration } from '../domain/words.js';
import { allow, refuse } from './say.js';
import { notHelpedSince, notHelpedWords } from './seen-to-help.js';

export const sameFix: Guard = {
  id: 'sameFix',
  sentence: 'What has not helped here so often is not tried again: people are paged, and the rule asks from then on.',
  asked: ['preview', 'admission'],
  judge: ({ now, target, step, rule }, { effects, lifted }, { sameFix: most }) => {
    const limit = budgetWords(most);
    const scope = `rule:${rule}`;
    const lifts = lifted.filter((one) => one.kind === 'demotion' && one.scope === scope).map(({ at }) => at);
    const from = Math.max(now - most.perMs, ...lifts);
    const failed = effects.filter(
      (one) =>
        one.runbook === step.runbook && one.targetId === target.id && notHelpedSince(one, now) !== undefined && !(one.at <= from),
    );
    if (failed.length < most.count) return allow(limit, `${failed.length} failed`);
    const reason = `${step.runbook} ${notHelpedWords(failed)} on ${target.name} ${counted(failed.length, 'time')} in ${duration(most.perMs)}`;
    return { ...refuse(limit, reason), places: [{ kind: 'demotion', scope, reason }] };
  },
};
