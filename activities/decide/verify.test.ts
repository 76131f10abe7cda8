import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import fc from 'fast-check';
import type { Verification } from '../../domain/verification.js';
import { VendorError } from '../../integrations/contract/errors.js';
import { alert, hash, incident, policy, rule, runbook, setOf, target, witness } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import type { VerifyInput } from '../types.js';
import { attemptKey } from './keys.js';
import { verify } from './verify.js';

/** What one look sees: the alarm, and the runbook's check. */
interface Look {
  alarm: 'clear' | 'firing' | 'unknown' | 'error';
  check: boolean;
}
const well: Look = { alarm: 'clear', check: true };
const everyMs = 1000;
const set = setOf(policy('profile: bench'), runbook(), rule());

/** Looks once a second by a clock of its own; the last look stays. */
async function verified(
  looks: readonly Look[],
  terms: Partial<VerifyInput['verify']> = {},
  { row = {}, ...asked }: Partial<VerifyInput> & { row?: object } = {},
): Promise<Verification & { lines: string[]; looked: number }> {
  let looked = 0;
  const lines: string[] = [];
  const now = () => Math.max(0, looked - 1) * everyMs;
  const look = (): Look => looks[Math.min(looked, looks.length) - 1] ?? well;
  const planned = {
    alertCleared: true,
    checks: [{ check: 'test.well', params: {} }],
    forMs: 3 * everyMs,
    withinMs: 10 * everyMs,
    ...terms,
  };
  const plan = {
    hash: 'p',
    ref: incident().ref,
    rule: { logicHash: 'l' },
    target: target(),
    steps: [{ index: 0, waits: true, verify: planned }],
  };
  const key = attemptKey({ hash }, plan as never, plan.steps[0] as never);
  const deps = {
    hash,
    now,
    rules: () => set,
    registry: {
      sources: new Map([
        [
          'pagerduty',
          {
            with: (call: unknown) => call,
            read: async () => ((looked += 1), {}),
            normalise: () => ({ incident: incident({ status: 'resolved' }), alert: alert() }),
          },
        ],
      ]),
      witnesses: [{ id: 'test.alarm', covers: () => true, with: (call: unknown) => call, read: async () => seen(look().alarm) }],
      checks: new Map([
        [
          'test.well',
          {
            params: { parse: (params: unknown) => params },
            with: (call: unknown) => call,
            read: async () => ({ ok: look().check, says: 'the check' }),
          },
        ],
      ]),
      bodies: [],
    },
    ledger: {
      decision: async () => ({ plan }),
      evidence: async () => ({
        permits: [{ attempt_key: key, consumed_at: '2026-01-01', ended_at: '2026-01-01', status: 'succeeded', ...row }],
      }),
      effectVerified: async () => undefined,
      record: async ({ state }: { state: string }) => void lines.push(state),
    },
  } as unknown as ActivityDeps;
  const environment = new MockActivityEnvironment();
  Object.assign(environment.context, { sleep: async () => undefined });
  const input: VerifyInput = {
    incident: 'pagerduty:Q1',
    ref: incident().ref,
    trust: 'signed',
    planHash: 'p',
    step: 0,
    attemptKey: key,
    verify: planned,
    ...asked,
  };
  const verification = (await environment.run((given: VerifyInput) => verify(deps, given), input)) as Verification;
  return { ...verification, lines, looked };
}

function seen(alarm: Look['alarm']) {
  if (alarm === 'error') throw new VendorError('test', 'throttled', 'asked too often');
  return witness({ state: alarm, says: `alarm ${alarm}` });
}

describe('row 43: verified is what has been well for so long without a break', () => {
  it('counts from the beginning after a relapse, and says since when it has been well', async () => {
    const relapse: Look[] = [well, well, well, { alarm: 'firing', check: true }, well];
    const found = await verified(relapse);
    expect(found).toMatchObject({ verified: true, wellSince: new Date(4 * everyMs).toISOString(), looked: 8, lines: ['ok'] });
  });

  it.each<[string, Look]>([
    ['the alarm fires', { alarm: 'firing', check: true }],
    ['the alarm cannot be told', { alarm: 'unknown', check: true }],
    ['the alarm cannot be read', { alarm: 'error', check: true }],
    ['the check says no', { alarm: 'clear', check: false }],
  ])('is a failure while %s, although the action succeeded and the incident was resolved', async (_what, look) => {
    expect(await verified([look])).toMatchObject({ verified: false, wellSince: undefined, lines: ['failed'] });
  });

  it('in any order of looks: verified exactly when all was well for the whole period, in time', async () => {
    const looks = fc.array(fc.boolean(), { minLength: 14, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(looks, async (sequence) => {
        const { verified: said } = await verified(sequence.map((ok) => (ok ? well : { alarm: 'firing', check: true })));
        // It looks for the last time in the second after its time is over.
        const inTime = sequence.slice(0, 12).map(Number).join('');
        expect(said).toBe(inTime.includes('1111'));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the word decides what is undone, tried next and resolved, so the caller sets nothing of it', () => {
  const easy = { alertCleared: false, checks: [], forMs: 0, withinMs: 60_000 };

  it('not what is looked at: terms that anything would meet are not those of the plan', async () => {
    const firing: Look = { alarm: 'firing', check: false };
    expect(await verified([firing], {}, { verify: easy })).toMatchObject({ verified: false });
  });

  it.each<[string, Partial<VerifyInput> & { row?: object }]>([
    ['another key', { attemptKey: 'of-an-undo' }],
    ['another plan', { planHash: 'other' }],
    ['a step that is not there', { step: 1 }],
    ['an effect that was not begun', { row: { consumed_at: null, ended_at: null } }],
    ['an effect that has not ended', { row: { ended_at: null } }],
    ['another incident', { ref: { source: 'pagerduty', externalId: 'QOTHER', generation: '0' } }],
  ])('nor %s', async (_what, asked) => {
    await expect(verified([well], {}, asked)).rejects.toThrow(TypeError);
  });
});
