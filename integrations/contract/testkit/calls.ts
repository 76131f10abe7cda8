import { describe, expect, it } from '@jest/globals';
import { VendorError, type VendorFault } from '../errors.js';
import type { IntegrationDefinition } from '../integration.js';
import type { FaultKind } from '../simulator.js';
import { testCall } from './call.js';
import type { ReadSample, TellSample, VendorSamples } from './sample.js';
import { startTestSandbox, type TestSandbox } from './sandbox.js';
import { shared } from './shared.js';

/** Short, since some faults never answer; long enough for two busy cores. */
const deadlineMs = 700;

/** What every scripted answer must become. A read leaves nothing behind that anybody would have to look for. */
const refusals: readonly (readonly [FaultKind, VendorFault])[] = [
  ['400', 'refused'],
  ['401', 'forbidden'],
  ['403', 'forbidden'],
  ['404', 'absent'],
  ['409', 'conflict'],
  ['429', 'throttled'],
];
const losses: readonly FaultKind[] = ['500', '503', 'reset-before', 'half-body'];
const executed: readonly FaultKind[] = ['execute-then-500', 'execute-then-reset', 'execute-then-timeout', 'half-body'];

/** Runs every read and every telling of a vendor through what may happen to its request, over real HTTP against its simulator. */
export function callConformance(integration: IntegrationDefinition, samples: VendorSamples): void {
  const { reads = [], tells = [] } = samples;
  if (reads.length + tells.length === 0) return;

  describe(`${integration.id}: calls`, () => {
    const sandbox = shared(startTestSandbox);
    const stage = stageIn(sandbox, integration, samples);
    for (const sample of reads) readsWell(sample, stage);
    if (reads.length > 0) dripsIn(reads, (own) => stageIn(own, integration, samples));
    for (const sample of tells) tellsWell(sample, stage);
  });
}

/** A sandbox, and how a sample is tried in it. */
interface Stage {
  sandbox: TestSandbox;
  /** The prepared call; each use of it is one try. */
  ready: (sample: ReadSample | TellSample) => Promise<() => Promise<unknown>>;
  /** Tries it with one fault, which is met. */
  failed: (
    sample: ReadSample | TellSample,
    kind: FaultKind,
  ) => Promise<{ ended: { answer: unknown } | { error: unknown }; again: () => Promise<unknown> }>;
}

function stageIn(sandbox: TestSandbox, integration: IntegrationDefinition, samples: VendorSamples): Stage {
  const environment = (): Record<string, string> => ({ ...sandbox.environment(), ...samples.environment });
  const ready: Stage['ready'] = async ({ given, place, run }) => {
    const client = samples.connect(integration.config.parse(environment()), deadlineMs);
    const call = testCall(client, place ? { place } : {});
    const id = (await given?.(sandbox)) ?? '';
    return () => run(call, id);
  };
  const failed: Stage['failed'] = async (sample, kind) => {
    const tried = await ready(sample);
    await sandbox.fault(sample.operation, kind);
    const ended = await tried().then(
      (answer: unknown) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    expect(await faultsMet(sandbox)).toContain(`${sample.operation} ${kind}`);
    if ('error' in ended) expectNoSecret(ended.error, integration, environment());
    return { ended, again: tried };
  };
  return { sandbox, ready, failed };
}

function readsWell(sample: ReadSample, { ready, failed }: Stage): void {
  describe(`reading ${sample.of} by ${sample.operation}`, () => {
    it('is answered by its simulator', async () => {
      const answer = await (await ready(sample))();
      expect(answer).toBeDefined();
    });

    it.each(refusals)('%s is %s, or an answer that is not well', async (kind, fault) => {
      const { ended } = await failed(sample, kind);
      if ('answer' in ended) return expectNoGoodNews(ended.answer, fault);
      expect(ended.error).toBeInstanceOf(VendorError);
      expect(ended.error).toMatchObject({ fault });
      if (kind === '429') expect((ended.error as VendorError).retryAfterMs).toBe(1_000);
    });

    it.each(losses)('%s is unavailable, or an answer that is not well; never ambiguous: nothing was changed', async (kind) => {
      expectLoss((await failed(sample, kind)).ended);
    });
  });
}

function expectLoss(ended: { answer: unknown } | { error: unknown }): void {
  if ('answer' in ended) expectNoGoodNews(ended.answer, 'unavailable');
  else expect(ended).toMatchObject({ error: { name: 'VendorError', fault: 'unavailable' } });
}

/** Each of them waits for its deadline, so some wait at once, in sandboxes of their own. More of them would be late on two busy cores. */
const atOnce = 4;

function dripsIn(reads: readonly ReadSample[], stageOf: (sandbox: TestSandbox) => Stage): void {
  const ends = async (sample: ReadSample) => {
    const own = await startTestSandbox();
    try {
      return (await stageOf(own).failed(sample, 'slow-body')).ended;
    } finally {
      await own.close();
    }
  };
  const groups = Array.from({ length: Math.ceil(reads.length / atOnce) }, (_, at) => reads.slice(at * atOnce, (at + 1) * atOnce));

  it.each(groups.map((group) => [group.map(({ of, operation }) => `${of} by ${operation}`).join(', '), group] as const))(
    'slow-body is unavailable, or an answer that is not well: %s',
    async (_named, group) => {
      for (const ended of await Promise.all(group.map(ends))) expectLoss(ended);
    },
  );
}

function tellsWell(sample: TellSample, { sandbox, ready, failed }: Stage): void {
  describe(`telling by ${sample.of}`, () => {
    it.each(refusals)('%s is %s, and nothing was told', async (kind, fault) => {
      const { ended, again } = await failed(sample, kind);
      // A stream or an index that is not there may be made, and told then.
      if ('answer' in ended && fault !== 'absent') throw new Error(`${kind} was swallowed: nobody was told`);
      // A sink may keep lines that a refusal does not speak of until somebody has mended it: `forbidden` gives none up.
      if ('error' in ended) expect([`VendorError ${fault}`, 'VendorError forbidden']).toContain(named(ended.error));
      if ('error' in ended && kind === '429') expect((ended.error as VendorError).retryAfterMs).toBe(1_000);
      if ('answer' in ended) return;
      const before = await standing(sandbox, sample);
      await again();
      expect(await standing(sandbox, sample)).toBeGreaterThan(before);
    });

    it.each(executed)('told again after %s, it stands there as its kind promises', async (kind) => {
      await (await ready(sample))();
      const once = await standing(sandbox, sample);
      expect(once).toBeGreaterThan(0);
      await sandbox.reset();
      const { ended, again } = await failed(sample, kind);
      expect(ended).toMatchObject({ error: { name: 'VendorError', fault: 'ambiguous' } });
      await again();
      const twice = await standing(sandbox, sample);
      if (sample.repeated === 'again') expect(twice).toBeGreaterThanOrEqual(once);
      else expect(twice).toBe(once);
    });
  });
}

const standing = async (sandbox: TestSandbox, { stands }: TellSample): Promise<number> =>
  stands ? stands(sandbox) : (await sandbox.effects()).length;

const named = (error: unknown): string => `${(error as VendorError).name} ${(error as VendorError).fault}`;

async function faultsMet(sandbox: TestSandbox): Promise<string[]> {
  const calls = (await sandbox.ask('calls')) as { operation: string; fault?: string }[];
  return calls.filter(({ fault }) => fault !== undefined).map(({ operation, fault }) => `${operation} ${fault}`);
}

/** "Cannot tell" is never "well", and never "open": a refusal may become an answer, but not one that anything is done on. */
function expectNoGoodNews(answer: unknown, fault: VendorFault): void {
  if (answer === undefined) return expect(fault).toBe('absent');
  const { ok, state, unknown = [] } = answer as { ok?: boolean; state?: string; unknown?: unknown[] };
  expect(ok === false || state === 'unknown' || unknown.length > 0).toBe(true);
}

/** Nothing that the environment holds as a secret may be in what is logged of an error. */
export function expectNoSecret(
  error: unknown,
  { variables }: Pick<IntegrationDefinition, 'variables'>,
  environment: Readonly<Record<string, string>>,
): void {
  const { message = '', stack = '' } = error as Partial<Error>;
  const shown = `${message}\n${stack}\n${JSON.stringify(error)}`;
  const told = Object.entries(variables)
    .filter(([name, { secret }]) => secret && (environment[name] ?? '') !== '' && shown.includes(environment[name] ?? ''))
    .map(([name]) => name);
  expect(told).toEqual([]);
}
