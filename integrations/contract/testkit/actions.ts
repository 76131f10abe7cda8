import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type Adoption, mayRearm } from '../../../domain/effect.js';
import type { JsonObject } from '../../../domain/json.js';
import type { Idempotency } from '../../../domain/plan.js';
import type { Attempt } from '../action.js';
import { certainlyNotDone, VendorError, type VendorFault } from '../errors.js';
import type { FaultKind, SandboxEffect } from '../simulator.js';
import { testCall } from './call.js';
import { startTestSandbox, type TestSandbox } from './sandbox.js';
import type { ActionSample } from './sample.js';
import { shared } from './shared.js';

/** What a class of idempotency promises, beyond one request per start and a fault that never hides an effect, which all of them do. */
interface Promises {
  /** The attempt key comes over the wire; where it need not, nothing else may come in its place. */
  carriesKey: boolean;
  /** What starts with one key that was started before leave behind. `any`: only the permit, used once, keeps it to one. */
  repeats: 'one effect' | 'one outcome' | 'any';
  /** What the read-back says after it was done. `not denied`: found, or not certain. */
  whenDone: 'found' | 'not denied';
  /** What it says after it certainly was not. `not found`: absent, certain or not. */
  whenNotDone: 'proven absent' | 'not found';
}

const provenByKey: Promises = { carriesKey: true, repeats: 'one effect', whenDone: 'found', whenNotDone: 'proven absent' };

const promises: Readonly<Record<Idempotency, Promises>> = {
  /** The vendor refuses or joins a repeat of the token. */
  token: provenByKey,
  /** The vendor runs each name once. */
  named: provenByKey,
  /** A repeat writes the same value: what stands there is both the proof and the harm undone. Few of these calls can carry a key. */
  absolute: { ...provenByKey, carriesKey: false, repeats: 'one outcome' },
  /** The call carries a mark by which it is found again; the vendor would run a repeat of it. */
  marker: { ...provenByKey, repeats: 'any', whenNotDone: 'not found' },
  /** Nothing but evidence in the world, if there is any. Doubt stays doubt. */
  'at-most-once': { carriesKey: false, repeats: 'any', whenDone: 'not denied', whenNotDone: 'not found' },
};

/** What each scripted answer to the write must become, in every class. */
const faults: readonly (readonly [FaultKind, readonly VendorFault[], 'done' | 'not done'])[] = [
  ['400', ['refused'], 'not done'],
  ['401', ['forbidden'], 'not done'],
  ['403', ['forbidden'], 'not done'],
  ['404', ['absent'], 'not done'],
  ['409', ['conflict'], 'not done'],
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
  const promised = promises[action.idempotency];

  describe(`${action.id} (${action.idempotency}): at most one effect`, () => {
    const sandbox = shared(startTestSandbox);
    const setUp = (key: string) => beginning(sample, sandbox, key);

    it('does it once, by one request, and is read back as its class promises', async () => {
      const { start, adopt, attempt } = await setUp('once');
      const { ref, says } = await start();
      const effects = await sandbox.effects();
      expect(effects).toHaveLength(1);
      expect(effects[0]).toMatchObject({ operation, target: target.name });
      expect(says).not.toBe('');
      expect(promised.carriesKey ? [attempt.key] : [attempt.key, '']).toContain(effects[0]?.key);
      expect(await writes(sandbox, operation)).toHaveLength(1);
      const adoption = await adopt();
      if (promised.whenDone === 'found') expect(adoption).toMatchObject({ found: true, ref: identity(ref) });
      expect(adoption).not.toMatchObject({ found: false, certain: true });
    });

    it('started again with one key leaves what its class promises', async () => {
      const { start, adopt } = await setUp('twice');
      await start();
      await start().catch(mayRefuse(promised));
      await start().catch(mayRefuse(promised));
      expectRepeats(promised, await sandbox.effects());
      expect((await writes(sandbox, operation)).length).toBeLessThanOrEqual(3);
      expect(await adopt()).toMatchObject(promised.whenDone === 'found' ? { found: true } : {});
    });

    it('started twenty times at once with one key leaves what its class promises', async () => {
      if (promised.repeats === 'any') return;
      const { start } = await setUp('at once');
      await Promise.all(Array.from({ length: 20 }, () => start().catch(mayRefuse(promised))));
      await arrived(sandbox, operation, 20);
      expectRepeats(promised, await sandbox.effects());
    });

    it('does nothing after the time by which it had to begin', async () => {
      const { call, params, attempt } = await setUp('late');
      const late = action.start(call, params, { ...attempt, startBy: Date.now() - 1 });
      await expect(late).rejects.toMatchObject({ name: 'VendorError', fault: 'refused' });
      expect(await sandbox.effects()).toEqual([]);
    });

    it.each(faults)('%s on the write is %p, sent once, and the read-back tells no lie', async (kind, allowed, truth) => {
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
      expect(await writes(sandbox, operation)).toHaveLength(1);
      expectAdoption(promised, truth, await adopt());
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

/** One attempt, admitted: its pre-state is read. */
async function beginning({ action, target, connect, params: written }: ActionSample, sandbox: TestSandbox, key: string) {
  const call = testCall(connect(sandbox.address), { place: { account: target.account, region: target.region } });
  const params = action.params.parse(written) as JsonObject;
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
}

function expectRepeats({ repeats }: Promises, effects: readonly SandboxEffect[]): void {
  expect(effects.length).toBeGreaterThan(0);
  if (repeats === 'one effect') expect(effects).toHaveLength(1);
  if (repeats === 'one outcome') expect(new Set(effects.map(({ target, outcome }) => `${target} ${outcome}`)).size).toBe(1);
}

function expectAdoption({ whenDone, whenNotDone }: Promises, truth: 'done' | 'not done', adoption: Adoption): void {
  if (truth === 'not done') {
    expect(adoption).toMatchObject(whenNotDone === 'proven absent' ? { found: false, certain: true } : { found: false });
    return;
  }
  if (whenDone === 'found') expect(adoption).toMatchObject({ found: true });
  expect(adoption).not.toMatchObject({ found: false, certain: true });
}

/** Every request of this operation that reached the vendor, whatever became of it. */
async function writes(sandbox: TestSandbox, operation: string): Promise<unknown[]> {
  const calls = (await (await fetch(`${sandbox.address}/_sandbox/calls`)).json()) as { operation: string }[];
  return calls.filter((call) => call.operation === operation);
}

/** On a busy machine a request that was given up here may still be on its way there: it must not be taken for the next test's. */
async function arrived(sandbox: TestSandbox, operation: string, count: number): Promise<void> {
  for (let look = 0; look < 100 && (await writes(sandbox, operation)).length < count; look++)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A used key may mean that it runs; where there is no key, the vendor may be in a state that does not allow a second one. */
const mayRefuse =
  ({ repeats }: Promises) =>
  (error: unknown): void =>
    repeats === 'one effect' ? mustBeAmbiguous(error) : expect(error).toMatchObject({ name: 'VendorError' });

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
