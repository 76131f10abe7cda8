import type { Guard } from '../domain/admission.js';
import { type Risk, riskOrder } from '../domain/plan.js';
import { counted } from '../domain/words.js';
import { allow, ask, refuse } from './say.js';

export const risk: Guard = {
  id: 'risk',
  sentence: 'What may lose data or capacity is never done without people, two of them; a risk that nobody knows is never taken.',
  asked: ['preview', 'admission'],
  judge: ({ step, approval }) => {
    const known: readonly Risk[] = riskOrder;
    if (!known.includes(step.risk)) return refuse('known', `the risk of ${step.runbook} is not known`);
    if (step.risk !== 'destructive') return allow('known', step.risk);
    return ask('people', `${step.runbook} is destructive: ${counted(Math.max(1, approval.count), 'person', 'people')} to decide`);
  },
};
