import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mayRearm } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import type { Attempt } from '../action.js';
import { certainlyNotDone, VendorError, type VendorFault } from '../errors.js';
import type { FaultKind } from '../simulator.js';
import { testCall } from './call.js';
import { startTestSandbox, type TestSandbox } from './sandbox.js';
import type { ActionSample } from './sample.js';

/** What each scripted answer to the write must become, in a class that carries its key. */
const faults: readonly (readonly [FaultKind, readonly VendorFault[], 'done' | 'not done'])[] = [
  ['400', ['refused'], 'not done'],
  ['403', ['forbidden'], 'not done'],
  ['429', ['throttled'], 'not done'],
  ['500', ['ambiguous'], 'not done'],
  ['503', ['ambiguous'], 'not done'],
  ['reset-before', ['ambiguous'], 'not done'],
  ['execute-then-500', ['ambiguous'], 'done'],
  ['execute-then-reset', ['ambiguous'], 'done'],
  ['execute-then-timeout', ['ambiguous'], 'done'],
  ['half-body', ['ambiguous'], 'done'],
];

/** Runs one action through everything that may happen to its one write, over real HTTP against its simulator. */
export function actionConformance(sample: ActionSample): void {
  const { action, target, operation } = sample;

  describe(`${action.id}: at most one effect`, () => {
    let sandbox: TestSandbox;
    const setUp = async (key: string) => {
      const call = testCall(sample.connect(sandbox.address), { place: { account: target.account, region: target.region } });
      const params = action.params.parse(sample.params) as JsonObject;
      const since = Date.now();
      const preState = await action.preState(call, params, target);
      const attempt: Attempt = { key: sha256(key), startBy: Date.now() + 60_000, preState };
      return {
        call,
        params,
        attempt,
        since,
        start: () => action.start(call, params, attempt),
        adopt: () => readBack(() => action.adopt(call, params, { ...attempt, since }), call.sleep),
      };
    };

    beforeAll(async () => {
      sandbox = await startTestSandbox();
    });
    afterEach(() => sandbox.reset());
    afterAll(() => sandbox.close());

    it('does it once, carries its key, and is found again by it', async () => {
      const { start, adopt, attempt } = await setUp('once');
      const { ref, says } = await start();
      const effects = await sandbox.effects();
      expect(effects).toHaveLength(1);
      expect(effects[0]).toMatchObject({ operation, target: target.name });
      expect(says).not.toBe('');
      if (mayRearm(action.idempotency)) expect(effects[0]?.key).toBe(attempt.key);
      expect(await adopt()).toMatchObject({ found: true, ref: identity(ref) });
    });

    it('started twice with one key has one effect', async () => {
      const { start, adopt } = await setUp('twice');
      await start();
      await start().catch(mustBeAmbiguous);
      await start().catch(mustBeAmbiguous);
      expect(await sandbox.effects()).toHaveLength(1);
      expect(await adopt()).toMatchObject({ found: true });
    });

    it('started twenty times at once with one key has one effect', async () => {
      const { start } = await setUp('at once');
      await Promise.all(Array.from({ length: 20 }, () => start().catch(mustBeAmbiguous)));
      expect(await sandbox.effects()).toHaveLength(1);
    });

    it('does nothing after the time by which it had to begin', async () => {
      const { call, params, attempt } = await setUp('late');
      const late = action.start(call, params, { ...attempt, startBy: Date.now() - 1 });
      await expect(late).rejects.toMatchObject({ name: 'VendorError', fault: 'refused' });
      expect(await sandbox.effects()).toEqual([]);
    });

    it.each(faults)('%s on the write is %p, and the read-back tells the truth', async (kind, allowed, truth) => {
      const { start, adopt } = await setUp(kind);
      await sandbox.fault(operation, kind);
      const error = await start().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(VendorError);
      expect(allowed).toContain((error as VendorError).fault);
      if (truth === 'done') expect(certainlyNotDone((error as VendorError).fault)).toBe(false);
      expect(await sandbox.effects()).toHaveLength(truth === 'done' ? 1 : 0);
      expect(await adopt()).toMatchObject(truth === 'done' ? { found: true } : { found: false, certain: true });
    });

    it('may be started again after a proven absence, with the same key, to one effect', async () => {
      if (!mayRearm(action.idempotency)) return;
      const { start, adopt } = await setUp('again');
      await sandbox.fault(operation, 'reset-before');
      await start().catch(mustBeAmbiguous);
      expect(await adopt()).toEqual({ found: false, certain: true });
      await start();
      expect(await sandbox.effects()).toHaveLength(1);
    });

    it('does not claim absence when it cannot read', async () => {
      const { call, params, attempt, since } = await setUp('blind');
      await sandbox.fault('*', '503', { times: 50 });
      const adoption = await action.adopt(call, params, { ...attempt, since }).catch((error: unknown) => error);
      expect(adoption).not.toMatchObject({ certain: true });
    });
  });
}

function mustBeAmbiguous(error: unknown): void {
  expect(error).toMatchObject({ name: 'VendorError', fault: 'ambiguous' });
}

/** Three reads with pauses, as the product does: lists lag at every vendor. */
async function readBack<Answer extends { found: boolean }>(
  read: () => Promise<Answer>,
  sleep: (ms: number) => Promise<void>,
): Promise<Answer> {
  let answer = await read();
  for (let again = 0; again < 2 && !answer.found; again++) {
    await sleep(60);
    answer = await read();
  }
  return answer;
}

/** What a reference names, without when: a read-back knows the vendor's clock, the start ours. */
const identity = (ref: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(ref).filter(([name]) => name !== 'startedAt'));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
