import { describe, expect, it } from '@jest/globals';
import type { GuardVerdict } from '../domain/permit.js';
import type { Decision } from '../domain/plan.js';
import type { Ending, StepStory, Story } from '../domain/story.js';
import { noteOf } from './note.js';

const link = 'http://localhost:8080/i/Q1';
const decision = {
  concluded: 'act',
  alert: { name: 'web-cpu-high', namespace: 'AWS/EC2', metric: 'CPUUtilization', threshold: 90 },
  witness: { says: 'DescribeAlarms: ALARM since 03:12:38Z' },
  plan: { rule: { name: 'ec2-cpu-high', fileHash: '9c41e07d' }, target: { name: 'i-0aa11' }, limits: { cooldownMs: 1_800_000 } },
} as unknown as Decision;
const step: StepStory = {
  index: 0,
  runbook: 'restart-ec2-instance',
  says: 'SSM Automation OpsSentinel-RestartInstance version 7',
  startedAt: '2026-11-22T03:13:44Z',
  effect: 'succeeded',
  effectSays: 'Success, 3 of 3 steps',
  verification: { verified: true, readings: [], wellSince: '2026-11-22T03:14:20Z', says: 'alarm OK since 03:14:20Z, for 5 min' },
};
const note = (ending: Ending, story: Partial<Story> = {}): string[] =>
  noteOf({ decision, ending, story: { steps: [], approvals: [], effects: 0, ...story }, link }).split('\n');

describe('the note', () => {
  it('begins with what the reader must do, and says once what happened', () => {
    const lines = note({ kind: 'remediated', says: 'alarm OK', page: false }, { steps: [step], effects: 1 });
    expect(lines[0]).toBe('OpsSentinel: nothing for you to do. restart-ec2-instance helped on i-0aa11; well after 36 s.');
    expect(lines[1]).toBe(
      'Why     alarm web-cpu-high (AWS/EC2 CPUUtilization, limit 90), rule ec2-cpu-high 9c41e07; DescribeAlarms: ALARM since 03:12:38Z',
    );
    expect(lines.at(-1)).toBe(`More    ${link}`);
  });

  it('a hand-over gives the reason in its first line, not twice, and says what is left', () => {
    const says = 'refused by cooldown: acted 39 s ago (Q0), free 03:32:10Z';
    const refused = note({ kind: 'escalated', says, page: true });
    expect(refused[0]).toBe(`OpsSentinel: YOU ARE NEEDED. Nothing was done on i-0aa11: ${says}.`);
    expect(refused.filter((line) => line.includes(says))).toHaveLength(1);
    expect(refused).toContain('Left    nothing to put back: OpsSentinel changed nothing');

    const tried = note({ kind: 'escalated', says: 'the last step did not help', page: true }, { steps: [step], effects: 1 });
    expect(tried[0]).toBe('OpsSentinel: YOU ARE NEEDED. Tried 1 thing on i-0aa11; the last step did not help.');
    expect(tried).toContainEqual(expect.stringMatching(/^Tried {3}1 restart-ec2-instance .* at 03:13:44Z: Success/));
    expect(tried).toContain('Left    restart-ec2-instance ran, and cannot be put back');
    expect(tried).toContain('Hands   off: i-0aa11 is left alone until 03:43:44Z, whatever alarms');
  });

  it('N4: a hand-over says what was ruled out, what was not done and by what, and what was put back', () => {
    const verdict = (guard: string, said: 'allow' | 'refuse', found: string): GuardVerdict => ({
      guard,
      verdict: said,
      limit: '2/24h',
      found,
      setBy: 'default',
    });
    const undone: StepStory = { ...step, undo: { status: 'succeeded', says: 'back to 4' } };
    const lines = noteOf({
      decision,
      ending: { kind: 'escalated', says: 'x', page: true },
      story: { steps: [undone], approvals: [], effects: 2 },
      verdicts: [
        verdict('deploys', 'allow', 'no deployment in 6 h'),
        verdict('sameFix', 'refuse', 'it did not help twice'),
        verdict('budget', 'allow', '1 used'),
      ],
      link,
    }).split('\n');
    expect(lines).toContain('Ruled   out: no deployment in 6 h');
    expect(lines).toContain('Not     done: it did not help twice (sameFix 2/24h)');
    expect(lines).toContain('Undo    restart-ec2-instance: put back to 4');
    expect(lines).toContain('Left    nothing: what was done was put back');
  });

  it('M26: says what the rule’s own past says, beside how it ended', () => {
    const past = 'usually 4 min 10 s to 6 min 55 s, p50 to p90, n 38';
    const telling = { decision, story: { steps: [step], approvals: [], effects: 1 }, past, link };
    for (const page of [true, false]) {
      const ending: Ending = { kind: page ? 'escalated' : 'remediated', says: 'x', page };
      expect(
        noteOf({ ...telling, ending })
          .split('\n')
          .slice(-2),
      ).toEqual([`Past    ${past}`, `More    ${link}`]);
    }
  });
});
