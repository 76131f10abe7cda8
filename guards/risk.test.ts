import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GuardFacts } from '../domain/admission.js';
import { type Risk, riskOrder } from '../domain/plan.js';
import { approvalBy, askAll, calmFacts, calmState } from './facts.fixture.js';

const { step, approval } = calmFacts();
const of = (risk: Risk, facts: Partial<GuardFacts> = {}, approvals = [] as ReturnType<typeof approvalBy>[]) =>
  askAll(calmFacts({ ...facts, step: { ...step, risk } }), calmState({ approvals }));

describe('risk', () => {
  it('G10: what may lose data or capacity is left to people, whatever the mode', () => {
    const two = { approval: { ...approval, count: 2 } };
    for (const mode of ['auto', 'approve'] as const)
      expect(of('destructive', { mode, ...two }).of('risk')).toMatchObject({
        verdict: 'ask',
        limit: 'people',
        found: 'restart-ec2-instance is destructive: 2 people to decide',
      });
    for (const count of [0, 1])
      expect(of('destructive', { approval: { ...approval, count } }).of('risk')?.found).toMatch(/destructive: 1 /);
    const facts = { mode: 'auto' as const, ...two };
    expect(of('destructive', facts, [approvalBy('ada')]).decisive?.verdict).toBe('ask');
    expect(of('destructive', facts, [approvalBy('ada'), approvalBy('grace')]).decisive).toBeUndefined();
  });

  it('everything below is its mode’s business', () => {
    for (const risk of riskOrder.filter((one) => one !== 'destructive'))
      expect(of(risk).of('risk')).toMatchObject({ verdict: 'allow', limit: 'known', found: risk });
  });

  it('a risk that nobody knows is never taken, not even with people’s word', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('', 'Disruptive', 'toString', 'none ')), (text) => {
        fc.pre(!(riskOrder as readonly string[]).includes(text));
        const { decisive } = of(text as Risk, { mode: 'approve' }, [approvalBy('ada'), approvalBy('grace')]);
        expect(decisive).toMatchObject({
          guard: 'risk',
          verdict: 'refuse',
          limit: 'known',
          found: 'the risk of restart-ec2-instance is not known',
        });
      }),
    );
  });
});
