import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Approval } from '../../domain/approval.js';
import { decisiveVerdict } from '../../domain/verdicts.js';
import { approvalBy, calmFacts, minute, now, standard } from '../../guards/facts.fixture.js';
import { guards } from '../../guards/index.js';
import { judgeAll } from '../../guards/judge.js';
import { admissionRequest, shown } from '../../ledger/requests.fixture.js';
import { createLedger, type ModelLedger } from './ledger.js';

// T16: two words, any number of runs that act on them, in any order and at any moment: one effect at most, and none without them.

const facts = calmFacts({ mode: 'approve', approvers: ['ada', 'grace'], approval: { ...calmFacts().approval, count: 2 } });
const request = admissionRequest(
  { incident: facts.incidentId, planHash: facts.planHash, startBy: now + minute },
  facts.target.id,
);

type Step = 'ada' | 'grace' | 'ada again' | 'ourselves' | 'nobody on call' | 'other plan' | 'no' | 'admit' | 'act';

const word = (step: Step, at: number): Approval | undefined => {
  const change = { at: new Date(at).toISOString() };
  const said: Partial<Record<Step, Approval>> = {
    ada: approvalBy('ada', change),
    grace: approvalBy('grace', change),
    'ada again': approvalBy('ADA', { ...change, via: 'pagerduty' }),
    ourselves: approvalBy('PAGENT1', change),
    'nobody on call': approvalBy('mallory', change),
    'other plan': approvalBy('grace', { ...change, planHash: 'another' }),
    no: approvalBy('grace', { ...change, decision: 'reject' }),
  };
  return said[step];
};

/** Whether the step made an effect. */
function take(ledger: ModelLedger, step: Step, at: number): boolean {
  const said = word(step, at);
  if (said) ledger.putApproval(said);
  if (step === 'admit') ledger.admit(request, (state) => judgeAll(guards, { ...facts, now: at, readNow: now }, state, standard));
  return step === 'act' && ledger.consume(shown(request)).consumed;
}

const steps = fc.array(
  fc.record({
    step: fc.constantFrom<Step>(
      'ada',
      'grace',
      'ada again',
      'ourselves',
      'nobody on call',
      'other plan',
      'no',
      'admit',
      'admit',
      'act',
      'act',
    ),
    afterMs: fc.constantFrom(0, 1, 1_000, minute),
  }),
  { minLength: 4, maxLength: 24 },
);

describe('T16, I1, I5: words and runs in any order', () => {
  it('make one effect at most, and only after both people have said yes and nobody no', () => {
    let effects = 0;
    fc.assert(
      fc.property(steps, (drawn) => {
        let at = now;
        const ledger = createLedger(() => at);
        const before: Step[] = [];
        let permitted = false;
        let done = 0;
        for (const { step, afterMs } of drawn) {
          at += afterMs;
          const mayPermit =
            before.includes('ada') || before.includes('ada again') ? before.includes('grace') && !before.includes('no') : false;
          if (step === 'admit' && mayPermit) permitted = true;
          if (take(ledger, step, at)) {
            done += 1;
            expect(permitted).toBe(true);
          }
          before.push(step);
        }
        expect(done).toBeLessThanOrEqual(1);
        effects += done;
      }),
      { numRuns: 5_000 },
    );
    // It is not the silence of a ledger that never lets anybody act.
    expect(effects).toBeGreaterThan(20);
  });

  it.each([
    ['as long as it lasts', 0, true],
    ['one millisecond too late', 1, false],
  ])('a word is of use %s', (_what, lateMs, allowed) => {
    let at = now;
    const ledger = createLedger(() => at);
    for (const by of ['ada', 'grace']) ledger.putApproval(approvalBy(by, { at: new Date(at).toISOString() }));
    at += facts.approval.expiresInMs - 1 + lateMs;
    const still = { ...facts, alertStartedAt: at - minute, now: at, readNow: now };
    const verdicts = ledger.preview(request, (state) => judgeAll(guards, still, state, { ...standard, startByMs: 60 * minute }));
    expect(decisiveVerdict(verdicts)?.guard).toBe(allowed ? undefined : 'approval');
  });
});
