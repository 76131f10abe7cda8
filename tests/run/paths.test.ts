import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApprovalRequest } from '../../domain/approval.js';
import { approval, approve, reject, takeOver } from '../../workflows/messages.js';
import { decisionOf, planOf, refused, scriptOf, twoSteps, withoutPlan } from './scripted.js';
import { type Bench, keep, openBench, type Played } from './server.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const nothing = async () => undefined;
const hash = planOf().hash;
const outcome = ({ result }: Played) => result.outcome;

describe('one run, on a real server, by path', () => {
  it('auto: decides, is admitted, runs once, verifies, reports; within 60 history events', async () => {
    const played = await bench.play(scriptOf(), nothing);
    expect(outcome(played)).toBe('remediated');
    expect(played.seen.calls).toEqual(['decide', 'admit', 'start', 'wait', 'verify', 'report']);
    expect(played.events).toBeLessThanOrEqual(60);
    await keep('auto', played);
  });

  it('row 31: approved by Update: the answer comes back, and only then does anything start', async () => {
    const played = await bench.play(scriptOf({ decided: decisionOf('ask') }), async ({ handle, seen, called }) => {
      await called('ask');
      expect(seen.starts).toHaveLength(0);
      const request = { decision: 'approve' as const, by: 'ada', planHash: hash };
      const answer = await handle.executeUpdate(approval, { args: [request], updateId: 'one' });
      expect(answer).toEqual({ accepted: true, reason: 'approved' });
      expect(await handle.executeUpdate(approval, { args: [request], updateId: 'one' })).toEqual(answer);
    });
    expect(outcome(played)).toBe('remediated');
    expect(played.seen.calls.filter((call) => call === 'judgeApproval')).toHaveLength(1);
    await keep('approved', played);
  });

  it('M16: a bare Temporal signal approves as well', async () => {
    const played = await bench.play(scriptOf({ decided: decisionOf('ask') }), async ({ handle, called }) => {
      await called('ask');
      await handle.signal(approve, { by: 'ada', planHash: hash.slice(0, 8) });
    });
    expect(outcome(played)).toBe('remediated');
    await keep('approved-by-signal', played);
  });

  it('rejected: nothing starts and people have it', async () => {
    const played = await bench.play(scriptOf({ decided: decisionOf('ask') }), async ({ handle, called }) => {
      await called('ask');
      await handle.signal(reject, { by: 'ada', planHash: hash, reason: 'not now' });
    });
    expect(outcome(played)).toBe('escalated');
    expect(played.seen.starts).toHaveLength(0);
    await keep('rejected', played);
  });

  it('row 31: expiry pages and never runs', async () => {
    const plan = planOf({ approval: { from: 'on-call', count: 1, expiresInMs: 1200, signals: 'count' } });
    const played = await bench.play(scriptOf({ decided: decisionOf('ask', plan) }), nothing);
    expect(outcome(played)).toBe('escalated');
    expect(played.seen.starts).toHaveLength(0);
    expect(played.seen.reports[0]?.ending.page).toBe(true);
    expect(played.seen.calls.filter((call) => call === 'ask')).toHaveLength(2);
    await keep('expired', played);
  });

  it('no rule matches: recorded, nobody is paged by us', async () => {
    const played = await bench.play(scriptOf({ decided: withoutPlan('nothing', 'no rule matches') }), nothing);
    expect(outcome(played)).toBe('ignored');
    expect(played.seen.calls).toEqual(['decide', 'report']);
    await keep('no-match', played);
  });

  it('row 13: two rules match: nobody acts, a human is told which two', async () => {
    const played = await bench.play(scriptOf({ decided: withoutPlan('refuse', 'two rules match: a and b') }), nothing);
    expect(played.seen.reports[0]?.ending).toEqual({ kind: 'escalated', says: 'two rules match: a and b', page: true });
    expect(played.seen.starts).toHaveLength(0);
    await keep('two-rules', played);
  });

  it('row 43: an effect that does not verify is a failure, whatever the action said', async () => {
    const played = await bench.play(scriptOf({ verifications: [false] }), nothing);
    expect(outcome(played)).toBe('escalated');
    expect(played.result.effects).toBe(1);
    await keep('failed-verification', played);
  });

  it('row 45: the second step runs only after the first did not verify', async () => {
    const played = await bench.play(scriptOf({ decided: decisionOf('act', twoSteps()), verifications: [false, true] }), nothing);
    expect(outcome(played)).toBe('remediated');
    expect(played.seen.starts.map(({ attemptKey }) => attemptKey)).toEqual(['key-0', 'key-1']);
    await keep('second-step', played);
  });

  it('row 5: a resolve while waiting cancels what has not begun', async () => {
    const played = await bench.play(scriptOf({ decided: decisionOf('ask') }), async ({ event, called }) => {
      await called('ask');
      await event('resolved');
    });
    expect(outcome(played)).toBe('resolved-itself');
    expect(played.seen.starts).toHaveLength(0);
    await keep('resolved-while-waiting', played);
  });

  it('a resolve after the effect is evidence, not a cancel', async () => {
    let resolve: () => Promise<void> = nothing;
    const script = scriptOf({ during: { verify: () => resolve() } });
    const played = await bench.play(script, async ({ event }) => {
      resolve = () => event('resolved');
    });
    expect(outcome(played)).toBe('remediated');
    await keep('resolved-while-verifying', played);
  });

  it('a human acknowledges: hands off before the next step', async () => {
    let acknowledge: () => Promise<void> = nothing;
    const script = scriptOf({
      decided: decisionOf('act', twoSteps()),
      verifications: [false],
      during: { verify: () => acknowledge() },
    });
    const played = await bench.play(script, async ({ event }) => {
      acknowledge = () => event('acknowledged');
    });
    expect(outcome(played)).toBe('stood-down');
    expect(played.seen.starts).toHaveLength(1);
    await keep('acknowledged', played);
  });

  it('take over: hands off while it waits', async () => {
    const played = await bench.play(scriptOf({ decided: decisionOf('ask') }), async ({ handle, called }) => {
      await called('ask');
      await handle.signal(takeOver, { by: 'ada' });
    });
    expect(outcome(played)).toBe('stood-down');
    await keep('taken-over', played);
  });

  it('row 2: twenty events of one id count once', async () => {
    const played = await bench.play(scriptOf({ decided: decisionOf('ask') }), async ({ handle, event, called }) => {
      await called('ask');
      await Promise.all(Array.from({ length: 20 }, () => event('note', { eventId: 'same' })));
      await handle.signal(approve, { by: 'ada', planHash: hash });
    });
    expect(outcome(played)).toBe('remediated');
    expect(played.seen.starts).toHaveLength(1);
    await keep('duplicate', played);
  });
});

describe('effects at most once', () => {
  it('row 40: a lost answer is read back and adopted, never repeated', async () => {
    const played = await bench.play(scriptOf({ starts: ['lost'], adoptions: ['found'] }), nothing);
    expect(outcome(played)).toBe('remediated');
    expect(played.seen.calls.filter((call) => call === 'start')).toHaveLength(1);
    await keep('adopted', played);
  });

  it('a proven absence starts again under the same key, at most twice', async () => {
    const played = await bench.play(scriptOf({ starts: ['lost'], adoptions: ['absent'] }), nothing);
    expect(outcome(played)).toBe('escalated');
    expect(played.seen.starts.map(({ attemptKey }) => attemptKey)).toEqual(['key-0', 'key-0', 'key-0']);
    await keep('rearmed', played);
  });

  it('what cannot be told is unknown: people are paged, nothing is repeated, nothing is verified away', async () => {
    const played = await bench.play(scriptOf({ starts: ['lost'], adoptions: ['absent, not to be repeated'] }), nothing);
    expect(outcome(played)).toBe('escalated');
    expect(played.seen.starts).toHaveLength(1);
    expect(played.seen.reports[0]?.ending.page).toBe(true);
    await keep('unknown', played);
  });

  it('row 41: the step ends in its time even when whoever waits for it dies; how it ended is unknown, and people are paged', async () => {
    const quick = planOf({ pace: { profile: 'bench', pollMs: 50, heartbeatMs: 300, adoptEveryMs: 50 } });
    for (const step of quick.steps) step.timeoutMs = 500;
    const played = await bench.play(scriptOf({ decided: decisionOf('act', quick), waits: ['never'] }), nothing);
    expect(played.result).toMatchObject({ outcome: 'escalated', effects: 1 });
    expect(played.seen.reports[0]?.story.steps[0]?.effect).toBe('unknown');
    expect(played.seen.starts).toHaveLength(1);
    await keep('timed-out', played);
  });

  it('row 23: a guard that says "wait" is asked again; one that refuses pages', async () => {
    const waits = refused('oneAtATime', { wait: true, freeAt: new Date(Date.now() + 300).toISOString() });
    const played = await bench.play(scriptOf({ admissions: [waits, 'permit'] }), nothing);
    expect(outcome(played)).toBe('remediated');
    const paged = await bench.play(scriptOf({ admissions: [refused('cooldown')] }), nothing);
    expect(paged.result).toMatchObject({ outcome: 'escalated', effects: 0 });
    await keep('waited', played);
    await keep('refused', paged);
  });
});

describe('messages from outside never wedge a run', () => {
  it('a signal or update without input, or of a wrong shape, to every handler leaves it alive', async () => {
    const played = await bench.play(scriptOf({ decided: decisionOf('ask') }), async ({ handle, client, workflowId, called }) => {
      await called('ask');
      const wrong: unknown[][] = [
        [],
        [null],
        [42],
        ['text'],
        [{}],
        [{ by: 7, planHash: [] }],
        [{ by: 'x'.repeat(9999), planHash: hash }],
      ];
      for (const name of ['approve', 'reject', 'incidentEvent', 'joined', 'nobodyKnowsThis'])
        for (const args of wrong) await client.workflow.getHandle(workflowId).signal(name, ...args);
      for (const args of wrong) {
        const answer = await handle.executeUpdate(approval, { args: args as unknown as [ApprovalRequest] });
        expect(answer).toMatchObject({ accepted: false });
      }
      expect(await handle.query('status')).toMatchObject({ phase: 'waiting for approval' });
      await handle.signal(approve, { by: 'ada', planHash: hash });
    });
    expect(outcome(played)).toBe('remediated');
    await keep('malformed-messages', played);
  });
});
