import { describe, expect, it } from '@jest/globals';
import { alert, catalogue, hash, incident, rule, setWith, target, witness } from '../tests/support/rules.js';
import { matchAndAim, planFor } from './decide.js';
import { explain } from './explain.js';

const armed = 'mode: { staging: auto }';
const seen = {
  set: setWith(rule('ec2-cpu-high', armed), rule('disk-usage-high', armed).replace('CPUUtilization', 'disk_used_percent')),
  catalogue,
  incident: incident({ title: 'ALARM: "web-cpu-high" in EU (Ireland)' }),
  alert: alert(),
  witness: witness(),
};
const decision = planFor({ ...seen, ...matchAndAim(seen), hash, target: target(), corroborable: true });

describe('explain', () => {
  it('says in words what matched, what did not, and why', () => {
    const lines = explain(decision).split('\n');
    expect(lines).toContain('DECISION  act: ec2-cpu-high on i-0aa11, automatically');
    expect(lines).toContainEqual(expect.stringMatching(/^MATCHED {3}ec2-cpu-high +rules\/test\.yaml:\d+$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}yes {2}when\.0 {4}alert\.namespace == "AWS\/EC2" +"AWS\/EC2"$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}yes {12}alert\.metric == "CPUUtilization" +"CPUUtilization"$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}yes {2}target {4}alert\.labels\.InstanceId +i-0aa11$/));
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {2}disk-usage-high {2}no +when\.0 +alert\.metric == "disk_used_percent" +"CPUUtilization"$/),
    );
  });

  it('shows each guard with its figure, who set it and when it is free', () => {
    const text = explain(decision, [
      {
        guard: 'cooldown',
        verdict: 'refuse',
        limit: '30 min',
        found: 'acted 11 min ago (Q0HX1B4)',
        setBy: 'default',
        freeAt: '2026-11-22T03:32:10Z',
      },
      { guard: 'budget', verdict: 'allow', limit: '5/1h', found: '1 used', setBy: 'opssentinel.yaml:22' },
    ]);
    expect(text).toMatch(/^ {2}REFUSE cooldown {2}30 min {2}acted 11 min ago \(Q0HX1B4\), free 03:32:10Z +default$/m);
    expect(text).toMatch(/^ {2}allow {2}budget {4}5\/1h {4}1 used +opssentinel\.yaml:22$/m);
    const column = (word: string) =>
      text
        .split('\n')
        .find((line) => line.includes(word))
        ?.indexOf(word);
    expect(column('default')).toBe(column('opssentinel.yaml:22'));
  });

  it('says first that a guard refused, whatever the rule wanted', () => {
    const refusing = [
      {
        guard: 'stop',
        verdict: 'refuse' as const,
        limit: 'no hold',
        found: `stop of all by ada: ${'why '.repeat(20)}`,
        setBy: 'default',
      },
    ];
    const lines = explain(decision, refusing).split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^DECISION {2}refused by stop: stop of all by ada/));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('dates the incident, and says how long ago that is where it is told the time', () => {
    const at = Date.parse(decision.incident.createdAt);
    expect(explain(decision, [], at + 11 * 60_000)).toMatch(/triggered \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ \(11 min ago\); /);
    expect(explain(decision)).not.toContain(' ago');
  });

  it('keeps to 100 columns, whatever an alert says', () => {
    const long = {
      ...seen,
      alert: alert({ metric: 'x'.repeat(300), labels: { InstanceId: 'y '.repeat(200) } }),
      incident: incident({ title: 'word '.repeat(60) }),
    };
    const nothing = planFor({ ...long, ...matchAndAim(long), hash, target: undefined, corroborable: true });
    for (const line of [...explain(nothing).split('\n'), ...explain(decision).split('\n')])
      expect(line.length).toBeLessThanOrEqual(100);
  });
});
