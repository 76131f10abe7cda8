import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decisionOf, planOf, refused, scriptOf, step } from './scripted.js';
import { type Bench, keep, openBench, until } from './server.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const nothing = async () => undefined;
const taken = () => refused('oneAtATime', { found: 'Q2 acts on it', wait: true, freeAt: new Date().toISOString() });
const lent = { undo: 'restore' as const, giveBackMs: 300 };
const ladder = planOf({ steps: [step(0, 'scale-out', { undo: 'restore' }), step(1, 'restart')] });

describe('what did not help is put back', () => {
  it('row 44: a failed verification puts it back by a permit of its own, and only then the next step is tried', async () => {
    const played = await bench.play(scriptOf({ decided: decisionOf('act', ladder), verifications: [false, true] }), nothing);
    expect(played.result.outcome).toBe('remediated');
    const [first, back, second] = ['decide admit start wait verify', 'undo start wait', 'admit start wait verify report'];
    expect(played.seen.calls.join(' ')).toBe(`${first} ${back} ${second}`);
    expect(played.seen.undos[0]).toMatchObject({ attemptKey: 'key-0', why: 'undo', step: 0 });
    expect(played.seen.starts.map(({ undoes }) => undoes ?? false)).toEqual([false, true, false]);
    expect(played.seen.reports[0]?.story.steps[0]?.undo).toEqual({ status: 'succeeded', says: 'back to 4' });
    await keep('undone-then-helped', played);
  });

  it('what cannot be put back ends the ladder: people get it as it is, with the reason', async () => {
    const changed = refused('preState', { found: 'the capacity is 9, and 6 was ours' });
    const played = await bench.play(
      scriptOf({ decided: decisionOf('act', ladder), verifications: [false], undos: [changed] }),
      nothing,
    );
    expect(played.seen.calls.filter((call) => call === 'start')).toHaveLength(1);
    expect(played.seen.reports[0]?.ending).toMatchObject({ kind: 'escalated', page: true });
    expect(played.seen.reports[0]?.ending.says).toContain('was not put back');
    await keep('not-undone', played);
  });

  it('an undo whose answer was lost is read back, never done twice', async () => {
    const played = await bench.play(
      scriptOf({
        decided: decisionOf('act', ladder),
        verifications: [false, true],
        starts: ['started', 'lost', 'started'],
        adoptions: ['absent, not to be repeated'],
      }),
      nothing,
    );
    expect(played.seen.calls.filter((call) => call === 'start')).toHaveLength(2);
    expect(played.seen.reports[0]?.ending).toMatchObject({ kind: 'escalated', page: true });
  });

  it('a human who has taken the incident has taken it as it is', async () => {
    const played = await bench.play(
      scriptOf({ decided: decisionOf('act', ladder), verifications: [false], during: { verify: () => acknowledged() } }),
      async (run) => {
        acknowledged = () => run.event('acknowledged');
        await run.called('verify');
      },
    );
    expect(played.seen.undos).toEqual([]);
    expect(played.result.outcome).toBe('stood-down');
    expect(played.seen.reports[0]?.story.steps[0]?.undo).toMatchObject({ status: 'not-done' });
  });
});

let acknowledged = nothing as () => Promise<void>;

describe('what helped and was only lent', () => {
  it('is given back once the incident has been closed for long enough, and not before', async () => {
    const plan = planOf({ steps: [step(0, 'scale-out', lent)] });
    const played = await bench.play(scriptOf({ decided: decisionOf('act', plan), closed: [false, true] }), async (run) => {
      await run.called('gaveBack');
    });
    expect(played.result.outcome).toBe('remediated');
    expect(played.seen.reports[0]?.story.steps[0]?.left).toContain('given back');
    expect(played.seen.calls.slice(-5)).toEqual(['closed', 'giveBack', 'start', 'wait', 'gaveBack']);
    expect(played.seen.undos).toEqual([expect.objectContaining({ attemptKey: 'key-0', why: 'giveBack' })]);
    expect(played.seen.gaveBack).toEqual([
      expect.objectContaining({ done: true, says: 'given back: back to 4', target: 'arn:i-1' }),
    ]);
    await keep('lent', played);
  });

  it('waits while another run has the target, and is given back when that is free', async () => {
    const plan = planOf({ steps: [step(0, 'scale-out', { ...lent, giveBackMs: 60 })] });
    const script = scriptOf({ decided: decisionOf('act', plan), undos: [taken(), taken(), 'permit'] });
    const played = await bench.play(script, (run) => run.called('gaveBack'));
    expect(played.seen.calls.filter((call) => call === 'giveBack')).toHaveLength(3);
    expect(played.seen.starts).toHaveLength(2);
    expect(played.seen.gaveBack).toEqual([expect.objectContaining({ done: true, says: 'given back: back to 4' })]);
  });

  it('is left where another run keeps the target, and people read so', async () => {
    const plan = planOf({ steps: [step(0, 'scale-out', { ...lent, giveBackMs: 4 })] });
    const script = scriptOf({ decided: decisionOf('act', plan), undos: [taken()] });
    const played = await bench.play(script, (run) => until(() => run.seen.gaveBack.length > 0, 'it never ended', 45_000));
    expect(played.seen.calls.filter((call) => call === 'giveBack')).toHaveLength(16);
    expect(played.seen.gaveBack).toEqual([
      expect.objectContaining({ done: false, says: 'not given back: back to 4; asked 16 times, and left as it is' }),
    ]);
    expect(played.seen.starts).toHaveLength(1);
  });

  it('is not asked for again where waiting does not help', async () => {
    const plan = planOf({ steps: [step(0, 'scale-out', lent)] });
    const script = scriptOf({ decided: decisionOf('act', plan), undos: [refused('stop'), 'permit'] });
    const played = await bench.play(script, (run) => run.called('gaveBack'));
    expect(played.seen.calls.filter((call) => call === 'giveBack')).toHaveLength(1);
    expect(played.seen.gaveBack).toEqual([expect.objectContaining({ done: false })]);
  });

  it('stays where somebody changed it meanwhile, and people read so', async () => {
    const plan = planOf({ steps: [step(0, 'scale-out', lent)] });
    const script = scriptOf({ decided: decisionOf('act', plan), undos: [refused('preState', { found: 'it is 9 now' })] });
    const played = await bench.play(script, (run) => run.called('gaveBack'));
    expect(played.seen.gaveBack).toEqual([expect.objectContaining({ done: false })]);
    expect(played.seen.starts).toHaveLength(1);
  });
});

describe('row 42: cancelling a run', () => {
  it('stops what has begun and sees it to its end; nothing further begins', async () => {
    const plan = planOf({ steps: [step(0, 'restart', { stops: true }), step(1, 'restart again')] });
    const script = scriptOf({ decided: decisionOf('act', plan), waits: ['failed'], verifications: [false] });
    script.during = { wait: () => stopped };
    const played = await bench.play(script, async (run) => {
      await run.called('wait');
      await run.handle.cancel();
      await run.called('stop');
      release();
    });
    expect(played.seen.calls.filter((call) => call === 'start')).toHaveLength(1);
    expect(played.seen.calls).toContain('stop');
    expect(played.seen.reports[0]?.ending).toMatchObject({ kind: 'escalated', page: true });
    await keep('cancelled-in-its-effect', played);
  });
});

describe('row 28: what was stopped because its alarm fired', () => {
  it.each([
    ['is put back, and people have it: the next step, which does more, never begins', false],
    ['is people’s also where the alert is over by now', true],
  ])('%s', async (_what, verified) => {
    const script = scriptOf({ decided: decisionOf('act', ladder), waits: ['stopped', 'succeeded'], verifications: [verified] });
    const played = await bench.play(script, nothing);
    expect(played.seen.undos).toHaveLength(verified ? 0 : 1);
    expect(played.seen.calls.filter((call) => call === 'admit')).toHaveLength(1);
    expect(played.seen.reports[0]?.ending).toMatchObject({ kind: 'escalated', page: true });
    expect(played.seen.reports[0]?.ending.says).toContain('scale-out was stopped: alarm ALARM');
    await keep(verified ? 'stopped-on-alarm-and-over' : 'stopped-on-alarm', played);
  });
});

describe('row 42: cancelling a run whose effect can be put back', () => {
  it('stops it, sees it to its end, verifies, puts it back, and tells people; the next step never begins', async () => {
    const plan = planOf({ steps: [step(0, 'scale-out', { stops: true, undo: 'restore' }), step(1, 'restart')] });
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const script = scriptOf({ decided: decisionOf('act', plan), waits: ['failed', 'succeeded'], verifications: [false] });
    script.during = { wait: () => held };
    const played = await bench.play(script, async (run) => {
      await run.called('wait');
      await run.handle.cancel();
      await run.called('stop');
      letGo();
    });
    const wanted = ['start', 'wait', 'stop', 'verify', 'undo', 'start', 'wait', 'report'];
    expect(played.seen.calls.filter((call) => wanted.includes(call))).toEqual(wanted);
    expect(played.seen.undos).toEqual([expect.objectContaining({ attemptKey: 'key-0', why: 'undo' })]);
    expect(played.seen.reports[0]?.story.steps[0]).toMatchObject({ effect: 'failed', undo: { status: 'succeeded' } });
    expect(played.seen.reports[0]?.ending).toMatchObject({ kind: 'escalated', page: true });
  });
});

let release: () => void = () => undefined;
const stopped = new Promise<void>((resolve) => (release = resolve));
