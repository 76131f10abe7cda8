import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Decision } from '../../../domain/plan.js';
import type { LedgerRecord } from '../../../domain/record.js';
import type { FollowerReads } from '../../contract/follower.js';
import { testCall } from '../../contract/testkit/call.js';
import { startTestSandbox } from '../../contract/testkit/sandbox.js';
import { shared } from '../../contract/testkit/shared.js';
import { createRegistry } from '../../registry.js';
import { connectAws } from '../client.js';
import { cloudwatchLogs } from './cloudwatch-logs.js';
import { cloudwatchMetrics } from './cloudwatch-metrics.js';
import { batches, eventOf } from './log-events.js';
import { isMeasured, measuresOf } from './measures.js';

const sandbox = shared(startTestSandbox);

const now = Date.now();
const line = (seq: number, over: Partial<LedgerRecord> = {}): LedgerRecord => ({
  seq,
  at: new Date(now - 60_000 + seq).toISOString(),
  incident: 'pagerduty:QTEST0001',
  phase: 'alert',
  state: 'info',
  says: `line ${seq}`,
  prev: 'p',
  hash: `h${seq}`,
  ...over,
});
const decision = {
  alert: { startedAt: new Date(now - 300_000).toISOString() },
  plan: { rule: { name: 'ec2-cpu-high' }, environment: 'staging' },
  concluded: 'act',
} as unknown as Decision;
const reads = (timeline: LedgerRecord[] = [], decided: Decision | undefined = decision): FollowerReads => ({
  decision: async () => decided,
  timeline: async () => timeline,
  link: (incident) => `http://localhost/${incident}`,
});
const callOf = (sinks: object = { logGroup: '/opssentinel/sandbox', namespace: 'OpsSentinel' }) =>
  testCall(
    connectAws({ region: 'eu-west-1', endpoint: sandbox.address, credentials: 'sandbox', sinks }, { connect: 300, request: 700 }),
    { place: { account: '', region: '' } },
  );
const deliver = (lines: LedgerRecord[], call = callOf()) => cloudwatchLogs.deliver(call, lines, reads());
const get = async <Answer>(path: string): Promise<Answer> =>
  (await (await fetch(`${sandbox.address}/_sandbox/${path}`)).json()) as Answer;
interface Stream {
  group: string;
  name: string;
  region: string;
  events: { timestamp: number; message: string }[];
}
const streams = async () => (await get<{ streams: Stream[] }>('aws/logs')).streams;
const arrived = async () =>
  (await streams()).flatMap(({ events }) => events.map(({ message }) => JSON.parse(message) as LedgerRecord));
const calls = async (operation: string) =>
  (await get<{ operation: string }[]>('calls')).filter((call) => call.operation === operation).length;

describe('M14, row 53: the follower aws.cloudwatch.logs', () => {
  it('writes every line as JSON with its number, in the process’s own region, and makes its stream once', async () => {
    await deliver([line(1), line(2, { data: { answer: 42 }, once: 'x' })]);
    await deliver([line(3)]);
    const [stream, ...others] = await streams();
    expect(others).toEqual([]);
    expect(stream).toMatchObject({ group: '/opssentinel/sandbox', region: 'eu-west-1' });
    expect(await arrived()).toEqual([
      expect.objectContaining({ seq: 1, says: 'line 1', incident: 'pagerduty:QTEST0001', hash: 'h1' }),
      expect.objectContaining({ seq: 2, data: { answer: 42 }, once: 'x' }),
      expect.objectContaining({ seq: 3 }),
    ]);
    expect(await calls('logs:CreateLogStream')).toBe(1);
  });

  it('takes it for done when somebody else has made the stream at the same time', async () => {
    await Promise.all([deliver([line(1)]), deliver([line(2)])]);
    expect(new Set((await arrived()).map(({ seq }) => seq))).toEqual(new Set([1, 2]));
  });

  it('sorts by time, without which a whole call fails', async () => {
    const at = (ms: number) => new Date(now - ms).toISOString();
    await deliver([line(1, { at: at(10) }), line(2, { at: at(5_000) }), line(3, { at: at(100) })]);
    expect((await arrived()).map(({ seq }) => seq)).toEqual([2, 3, 1]);
  });

  it('splits what is more than a day apart, too many, or too large, and loses nothing', async () => {
    const day = 24 * 3_600_000;
    const apart = [
      line(1, { at: new Date(now - 2 * day).toISOString() }),
      line(2, { at: new Date(now - day / 2).toISOString() }),
      line(3),
    ];
    await deliver(apart);
    expect((await arrived()).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    await sandbox.reset();
    const large = [1, 2, 3].map((seq) => line(seq, { data: { text: 'é'.repeat(250_000) } }));
    await deliver(large);
    expect((await arrived()).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('leaves the data out where a line is more than an event can hold, and says so', async () => {
    await deliver([line(1, { data: { text: 'x'.repeat(1_100_000) } })]);
    expect(await arrived()).toEqual([expect.objectContaining({ seq: 1, dataOmitted: expect.any(Number) })]);
    expect((await arrived())[0]).not.toHaveProperty('data');
  });

  it('refuses what CloudWatch Logs would drop in silence, before anything is sent', async () => {
    const old = line(2, { at: new Date(now - 15 * 24 * 3_600_000).toISOString() });
    const ahead = line(3, { at: new Date(now + 3 * 3_600_000).toISOString() });
    for (const lines of [[line(1), old], [line(1), ahead], [old]])
      await expect(deliver(lines)).rejects.toMatchObject({ fault: 'refused' });
    expect(await calls('logs:PutLogEvents')).toBe(0);
  });

  it('reads what was dropped out of an answer of 200', async () => {
    await sandbox.tell('aws', 'settings', { logs: { retentionDays: 1 } });
    const expired = line(1, { at: new Date(now - 3 * 24 * 3_600_000).toISOString() });
    await expect(deliver([expired])).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('1 older than its retention'),
    });
    expect(await arrived()).toEqual([]);
  });

  it('gives no line up for a group that is not there: somebody must make it', async () => {
    await expect(deliver([line(1)], callOf({ logGroup: '/nobody/made/it' }))).rejects.toMatchObject({
      fault: 'forbidden',
      message: expect.stringContaining('/nobody/made/it'),
    });
  });

  it.each([
    ['503', 'ambiguous'],
    ['429', 'throttled'],
    ['403', 'forbidden'],
    ['execute-then-reset', 'ambiguous'],
  ] as const)('%s is %s: delivered again, and told apart by seq', async (kind, fault) => {
    await deliver([line(1)]);
    await sandbox.fault('logs:PutLogEvents', kind);
    await expect(deliver([line(2)])).rejects.toMatchObject({ fault });
    await deliver([line(2)]);
    expect(new Set((await arrived()).map(({ seq }) => seq))).toEqual(new Set([1, 2]));
  });

  it('is no effect of remediation', async () => {
    await deliver([line(1)]);
    expect(await sandbox.effects()).toEqual([]);
  });

  it('any lines become batches within every limit, in order, each line once', () => {
    const event = fc.record({
      timestamp: fc.integer({ min: 0, max: 4 * 24 * 3_600_000 }),
      message: fc.oneof(
        { weight: 9, arbitrary: fc.string({ minLength: 1, unit: 'grapheme' }) },
        { weight: 1, arbitrary: fc.constant('é'.repeat(200_000)) },
      ),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const made = batches(events);
        expect(made.flat()).toHaveLength(events.length);
        expect(new Set(made.flat())).toEqual(new Set(events));
        for (const batch of made) {
          expect(batch.length).toBeLessThanOrEqual(10_000);
          expect(batch.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0)).toBeLessThanOrEqual(1_048_576);
          const times = batch.map(({ timestamp }) => timestamp);
          expect(times).toEqual([...times].sort((one, other) => one - other));
          expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(24 * 3_600_000);
        }
      }),
      { numRuns: 60 },
    );
    expect(batches(Array.from({ length: 10_001 }, () => ({ timestamp: 1, message: 'x' }))).map((batch) => batch.length)).toEqual([
      10_000, 1,
    ]);
    expect(batches([])).toEqual([]);
  });

  it('an event is never larger than one may be', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_200_000 }), fc.integer({ min: 0, max: 1_200_000 }), (says, data) => {
        const made = eventOf(line(1, { says: 'é'.repeat(says), data: { text: 'x'.repeat(data) } }));
        expect(Buffer.byteLength(made.message) + 26).toBeLessThanOrEqual(1_048_576);
        expect(JSON.parse(made.message)).toMatchObject({ seq: 1 });
      }),
      { numRuns: 20 },
    );
  });
});

describe('M14: the follower aws.cloudwatch.metrics', () => {
  const started = line(1, { phase: 'execute', data: { attemptKey: 'k', operation: 'aws.ssm.start-automation' } });
  const ended = line(30_001, { phase: 'execute', state: 'ok', data: { attemptKey: 'k', status: 'succeeded' } });
  const verified = line(40_001, { phase: 'verify', state: 'ok', data: { wellSince: new Date(now - 100_000).toISOString() } });
  const outcome = line(50_001, { phase: 'outcome', state: 'ok', data: { kind: 'remediated', effects: 1 } });
  const timeline = [started, ended, verified, outcome];
  interface Datum {
    namespace: string;
    metric: string;
    dimensions: Record<string, string>;
    value: number;
    unit: string;
  }
  const published = async () => (await get<{ data: Datum[] }>('aws/metrics')).data;

  it('counts how effects, verifications and incidents ended, and how long they took', async () => {
    const wanted = timeline.filter((one) => cloudwatchMetrics.wants?.(one));
    expect(wanted).toEqual([ended, verified, outcome]);
    await cloudwatchMetrics.deliver(callOf(), wanted, reads(timeline));
    const common = { Rule: 'ec2-cpu-high', Environment: 'staging' };
    const action = { ...common, Action: 'aws.ssm.start-automation' };
    expect(await published()).toMatchObject([
      { metric: 'Effects', value: 1, unit: 'Count', dimensions: { ...action, Status: 'succeeded' } },
      { metric: 'EffectDuration', value: 30, unit: 'Seconds', dimensions: action },
      { metric: 'Verifications', value: 1, dimensions: { ...common, Result: 'recovered' } },
      { metric: 'Outcomes', value: 1, dimensions: { ...common, Outcome: 'remediated' } },
      { metric: 'TimeToRecovery', value: 200, unit: 'Seconds', dimensions: common },
    ]);
    expect((await published()).every(({ namespace }) => namespace === 'OpsSentinel')).toBe(true);
    expect(await sandbox.effects()).toEqual([]);
  });

  it('never has the incident as a dimension, nor anything that grows with incidents', async () => {
    for (const one of timeline)
      for (const { dimensions } of await measuresOf(one, reads(timeline)))
        expect(JSON.stringify(dimensions)).not.toContain('QTEST0001');
  });

  it('measures no duration that cannot be known, and never NaN', async () => {
    const nothing = reads([]);
    expect(await measuresOf(ended, nothing)).toHaveLength(1);
    expect(await measuresOf(outcome, nothing)).toHaveLength(1);
    expect(await measuresOf(outcome, { ...nothing, decision: async () => undefined })).toMatchObject([
      { dimensions: { Rule: 'none', Environment: 'unknown' } },
    ]);
    expect(isMeasured(started)).toBe(false);
  });

  it('sends at most 1,000 in a call', async () => {
    const many = Array.from({ length: 2_100 }, () => outcome);
    await cloudwatchMetrics.deliver(callOf(), many, reads([]));
    expect(await published()).toHaveLength(2_100);
    expect(await calls('cloudwatch:PutMetricData')).toBe(3);
  });

  it('gives a name that is no ASCII a dimension all the same', async () => {
    const named = { ...decision, plan: { rule: { name: 'règle\u2028' }, environment: '' } } as unknown as Decision;
    await cloudwatchMetrics.deliver(callOf(), [outcome], reads([], named));
    expect((await published())[0]?.dimensions).toMatchObject({ Rule: 'r_gle_', Environment: 'none' });
  });

  it.each([
    ['503', 'ambiguous'],
    ['429', 'throttled'],
    ['403', 'forbidden'],
    ['400', 'refused'],
  ] as const)('%s is %s', async (kind, fault) => {
    await sandbox.fault('cloudwatch:PutMetricData', kind);
    await expect(cloudwatchMetrics.deliver(callOf(), [outcome], reads([]))).rejects.toMatchObject({ fault });
  });

  it('what is more than two weeks old is refused by CloudWatch', async () => {
    const old = { ...outcome, at: new Date(now - 15 * 24 * 3_600_000).toISOString() };
    await expect(cloudwatchMetrics.deliver(callOf(), [old], reads([]))).rejects.toMatchObject({ fault: 'refused' });
  });
});

describe('which of them is on', () => {
  const on = (env: Record<string, string>) => {
    const { registry, problems } = createRegistry({ AWS_ENDPOINT_URL: sandbox.address, ...env });
    expect(problems).toEqual([]);
    return registry.followers
      .filter(({ id }) => id.startsWith('aws.'))
      .filter((follower) => follower.on?.(follower.with(testCall(undefined)).client) ?? true)
      .map(({ id }) => id);
  };

  it('is what is set: neither by itself, metrics with the log group, or alone', () => {
    expect(on({})).toEqual([]);
    expect(on({ OPSSENTINEL_CLOUDWATCH_LOG_GROUP: '/ops' })).toEqual(['aws.cloudwatch.logs', 'aws.cloudwatch.metrics']);
    expect(on({ OPSSENTINEL_CLOUDWATCH_NAMESPACE: 'Ops' })).toEqual(['aws.cloudwatch.metrics']);
  });

  it('is refused when set wrongly, with what to do', () => {
    const problems = (env: Record<string, string>) => createRegistry(env).problems.join();
    expect(problems({ OPSSENTINEL_CLOUDWATCH_LOG_GROUP: 'a b' })).toContain('log group');
    expect(problems({ OPSSENTINEL_CLOUDWATCH_NAMESPACE: 'AWS/EC2' })).toContain('belong to AWS');
    expect(problems({ AWS_PROFILE: 'ops', OPSSENTINEL_CLOUDWATCH_LOG_GROUP: '/ops' })).toContain('AWS_REGION');
  });
});
