import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { paceOf } from '../../decide/profiles.js';
import type { JsonObject } from '../../domain/json.js';
import type { NewRecord } from '../../domain/record.js';
import type { Verification } from '../../domain/verification.js';
import { LedgerUnavailable } from '../../ledger/port.js';
import { alert, hash, incident, policy, rule, runbook, setOf, target, witness } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import type { VerifyInput } from '../types.js';
import { attemptKey } from './keys.js';
import { verify } from './verify.js';

const minute = 60_000;
const start = Date.parse('2026-11-23T03:00:00Z');
type Past = { runbook: string; recovered: number; p95Ms?: number };
const known: Past = { runbook: 'restart', recovered: 38, p95Ms: 7.2 * minute };

interface World {
  /** Under which rules; the plan says what they come to. */
  says?: string;
  run?: string;
  profile?: string;
  past?: () => Promise<Past[]>;
  /** What an earlier worker left behind. */
  beat?: object;
  /** Minutes from which on all is well. */
  wellFrom?: number;
}

/** A verification that is looked at once a minute, by a clock of its own; `lines`: what the record holds in the end. */
async function verified({ says = '', run, profile = '', past, beat, wellFrom = Infinity }: World, lines: NewRecord[] = []) {
  const set = setOf(policy(profile), runbook(), rule('cpu', says, run));
  let looked = 0;
  let asked = 0;
  const now = () => start + Math.max(0, looked - 1) * minute;
  const planned = { alertCleared: true, checks: [], forMs: 2 * minute, withinMs: 15 * minute };
  const plan = {
    hash: 'p',
    ref: incident().ref,
    rule: { name: 'cpu', logicHash: set.rules[0]?.logicHash },
    target: target(),
    pace: paceOf(set),
    steps: [{ index: 0, runbook: 'restart', waits: true, verify: planned }],
  };
  const key = attemptKey({ hash }, plan as never, plan.steps[0] as never);
  const permit = { attempt_key: key, consumed_at: '2026-01-01', ended_at: '2026-01-01', status: 'succeeded' };
  const source = {
    with: (call: unknown) => call,
    read: async () => ((looked += 1), {}),
    normalise: () => ({ incident: incident(), alert: alert() }),
  };
  const alarm = {
    id: 'test.alarm',
    covers: () => true,
    with: (call: unknown) => call,
    read: async () => witness({ state: now() >= start + wellFrom * minute ? 'clear' : 'firing', says: 'the alarm' }),
  };
  const deps = {
    hash,
    now,
    rules: () => set,
    registry: { sources: new Map([['pagerduty', source]]), witnesses: [alarm], checks: new Map(), bodies: [] },
    ledger: {
      decision: async () => ({ plan }),
      evidence: async () => ({ permits: [permit] }),
      effectVerified: async () => undefined,
      learned: async () => (
        (asked += 1), { recovered: 38, untouched: 0, clearedItself: 0, runbooks: await (past?.() ?? [known]) }
      ),
      record: async (line: NewRecord) => {
        const before = lines.find(({ once }) => once === line.once);
        if (!before) lines.push(line);
        return before ?? line;
      },
    },
  } as unknown as ActivityDeps;
  const environment = new MockActivityEnvironment(beat === undefined ? {} : { heartbeatDetails: beat });
  const beats: JsonObject[] = [];
  environment.on('heartbeat', (details: JsonObject) => void beats.push(structuredClone(details)));
  Object.assign(environment.context, { sleep: async () => undefined });
  const input: VerifyInput = {
    incident: 'pagerduty:Q1',
    ref: incident().ref,
    trust: 'signed',
    planHash: 'p',
    step: 0,
    attemptKey: key,
    verify: planned,
  };
  const verification = (await environment.run((given: VerifyInput) => verify(deps, given), input)) as Verification;
  return { ...verification, minutes: (now() - start) / minute, lines, asked, beats };
}

describe('M26: a verification goes by what its runbook took before', () => {
  it('gives up after the p95 of its own recoveries, and says so at its beginning, at its end and in the record', async () => {
    const { verified: said, says, minutes, lines } = await verified({});
    expect([said, minutes]).toEqual([false, 9]);
    expect(says).toBe('not recovered after 8 min, by its own 38 recoveries: the alarm');
    expect(lines.map(({ state }) => state)).toEqual(['waiting', 'failed']);
    expect(lines[0]?.says).toBe('gives up after 8 min, by its own 38 recoveries (95 of 100 within 7 min 12 s): at 03:08:00Z');
    const learned = { withinMs: 8 * minute, learned: { recovered: 38, p95Ms: 7.2 * minute } };
    expect(lines.map(({ data }) => data)).toMatchObject([learned, learned]);
  });

  it('waits longer than usual for what takes longer', async () => {
    const slow = async () => [{ ...known, p95Ms: 21 * minute }];
    expect(await verified({ past: slow, wellFrom: 18 })).toMatchObject({ verified: true, minutes: 20 });
    expect(await verified({ past: slow })).toMatchObject({ verified: false, minutes: 22 });
  });

  it.each<[string, World]>([
    ['the rule says how long', { says: 'verify: { within: 15m }' }],
    ['its step says how long', { run: 'ladder: [{ run: restart, verify: { within: 15m } }]' }],
    ['only another runbook of the rule is known', { past: async () => [{ ...known, runbook: 'another' }] }],
    ['too few have recovered', { past: async () => [{ ...known, recovered: 19 }] }],
    ['how long they took cannot be told', { past: async () => [{ runbook: 'restart', recovered: 38 }] }],
    ['nothing has recovered', { past: async () => [] }],
    ['the ledger cannot say', { past: () => Promise.reject(new LedgerUnavailable('gone')) }],
  ])('goes by the plan where %s', async (_what, world) => {
    const { verified: said, says, minutes, lines } = await verified(world);
    expect([said, minutes, says]).toEqual([false, 16, 'not recovered after 15 min: the alarm']);
    expect(lines.map(({ data }) => data?.['withinMs'])).toEqual([15 * minute]);
  });

  it.each(['profile: sandbox', 'profile: bench'])('%s: in seconds, and nothing is asked', async (profile) => {
    expect(await verified({ profile })).toMatchObject({ verified: false, asked: 0 });
  });

  it('is settled once: a worker that takes over keeps to it, whatever the figures have come to', async () => {
    const { beats, lines } = await verified({});
    const beat = { ...beats[3], startedAt: start };
    const later = async () => [{ ...known, p95Ms: 25 * minute }];
    expect(await verified({ past: later, beat })).toMatchObject({ verified: false, minutes: 9, asked: 0 });
    // One that died before it could beat is found in the record.
    expect(await verified({ past: later }, lines.slice(0, 1))).toMatchObject({ verified: false, minutes: 9 });
  });

  it('one that was begun before anything could be learned goes on by the plan', async () => {
    expect(await verified({ beat: { startedAt: start } })).toMatchObject({ verified: false, minutes: 16, asked: 0 });
  });
});
