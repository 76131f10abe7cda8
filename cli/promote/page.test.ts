import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDocument } from 'yaml';
import type { RuleRecord } from '../../api/shapes-labels.js';
import { type LabelKind, type LabelRow, machine } from '../../domain/label.js';
import { editMode } from './edit.js';
import { type Evidence, evidenceOf } from './evidence.js';
import { type Gate, gatesFor, type Standing } from './gates.js';
import { learnedLines, suggestions } from './learned.js';
import { lastLine, pageLines, type Promotion } from './page.js';

const now = Date.parse('2026-11-02T12:00:00.000Z');
const day = 86_400_000;
const minute = 60_000;
const ago = (days: number): string => new Date(now - days * day).toISOString();

const rows = (count: number, label: LabelRow['label'], kind: LabelKind, change: Partial<LabelRow> = {}): LabelRow[] =>
  Array.from({ length: count }, (_, index) => ({
    incident: `pagerduty:${kind}-${index}`,
    rule: 'ec2-cpu-high',
    logicHash: 'l',
    runbookHash: 'b',
    environment: 'prod',
    mode: 'approve',
    label,
    kind,
    because: '',
    by: machine,
    refusedBy: '',
    at: ago(40),
    ...change,
  }));
const record = (labels: LabelRow[], change: Partial<RuleRecord> = {}): RuleRecord => ({
  matched: 41,
  since: '2026-08-10T08:00:00.000Z',
  labels,
  learned: { recovered: 0, untouched: 0, clearedItself: 0 },
  ...change,
});
/** The record of the page that people know: 36 of 38. */
const known = record([
  ...rows(17, 'right', 'human-same'),
  ...rows(4, 'right', 'human-same', { refusedBy: 'cooldown' }).map((row, index) => ({ ...row, incident: `pagerduty:c${index}` })),
  ...rows(15, 'right', 'approved-verified'),
  ...rows(1, 'wrong', 'human-other', { incident: 'pagerduty:Q0GZK21', at: '2026-10-03T01:00:00.000Z', refusedBy: 'deploys' }),
  ...rows(1, 'wrong', 'cleared-itself', { incident: 'pagerduty:Q0GY81C', at: '2026-09-14T01:00:00.000Z', refusedBy: 'deploys' }),
  ...rows(2, 'unlabelled', 'unlabelled'),
]);
const yes = (says: string): Gate => ({ yes: true, says });
const standing: Standing = {
  cases: yes('9 cases pass, every condition seen true and false'),
  risk: yes('risk disruptive may be auto in prod'),
  onCall: { yes: false, says: 'owner team-web has nobody on call now' },
  demotion: yes('nobody has taken it back'),
};
const promotion = (evidence: Evidence, gates: Gate[]): Promotion => ({
  rule: 'ec2-cpu-high',
  environment: 'prod',
  from: 'approve',
  to: 'auto',
  logicHash: '5e0d9b1'.padEnd(64, '0'),
  runbook: 'restart-ec2-instance',
  runbookHash: '77ab03c'.padEnd(64, '0'),
  evidence,
  past: { matched: 44, incidents: 412 },
  gates,
  rights: [],
  change: {
    at: 'rules/web/ec2-cpu-high.yaml:10',
    before: 'mode: { staging: auto, prod: approve }',
    after: 'mode: { staging: auto, prod: auto }',
    text: '',
  },
});

describe('row 15, N3: the page of a promotion', () => {
  it('shows the evidence, the gates and the one line, and what is open', () => {
    const evidence = evidenceOf(known);
    const gates = gatesFor('auto', evidence, standing, now);
    expect(pageLines(promotion(evidence, gates), now).join('\n')).toBe(
      `
ec2-cpu-high in prod: approve -> auto         rule logic 5e0d9b1, runbook restart-ec2-instance 77ab03c

EVIDENCE  since 2026-08-10 (84 days, rule logic and runbook unchanged)
  matched                        41
  judged                         38       3 could not be judged and do not count
    right  a human did the same  21       same action, same target, within 30 min
    right  approved, verified    15
    wrong  a human did other      1       Q0GZK21 2026-10-03
    wrong  cleared by itself      1       Q0GY81C 2026-09-14
  right                       36 of 38    94.7 %, at least 82.7 % (95 % Wilson)     wanted 80 %     yes
  verified once it ran        15 of 15    at least 79.6 %                           wanted 75 %     yes
  guards would have refused       6       cooldown 4, deploys 2
  backtest, 90 days              44       for information; not counted

GATES
  yes   bound 82.7 % >= 80 %                     yes   30 judged or more (38)
  yes   nothing wrong in the last 14 days        yes   9 cases pass, every condition seen true and false
  yes   verified bound 79.6 % >= 75 %            yes   risk disruptive may be auto in prod
  yes   nobody has taken it back
  NO    owner team-web has nobody on call now

RIGHTS  nothing beyond what the other rules have

WOULD CHANGE  rules/web/ec2-cpu-high.yaml:10
  - mode: { staging: auto, prod: approve }
  + mode: { staging: auto, prod: auto }
`.trim(),
    );
    expect(lastLine(gates)).toMatch(/^Nothing was written: 1 gate is open[.]/);
  });
});

const enough = record([...rows(30, 'right', 'approved-verified')]);
const open: Standing = { ...standing, onCall: yes('owner team-web has people on call') };
const shut = (name: keyof Standing): Standing => ({ ...open, [name]: { yes: false, says: name } });
const closedGates = (to: 'approve' | 'auto', of: RuleRecord, says = open): string[] =>
  gatesFor(to, evidenceOf(of), says, now).flatMap((gate) => (gate.yes ? [] : [gate.says]));
const wrongOnce = (days: number) =>
  record([...rows(200, 'right', 'approved-verified'), ...rows(1, 'wrong', 'human-other', { at: ago(days) })]);

describe('row 15, N3: each gate alone keeps a rule from doing more', () => {
  it('all are open for a rule that has earned it', () => {
    expect(closedGates('auto', enough)).toEqual([]);
    expect(closedGates('approve', record(rows(5, 'right', 'human-same')))).toEqual([]);
  });

  it.each<[string, 'approve' | 'auto', RuleRecord, Standing, RegExp]>([
    ['too few judged', 'auto', record(rows(29, 'right', 'approved-verified')), open, /^30 judged or more \(29\)$/],
    [
      'a bound that is too low',
      'auto',
      record([...rows(60, 'right', 'approved-verified'), ...rows(9, 'wrong', 'human-other')]),
      open,
      /^bound 77 % < 80 %$/,
    ],
    ['something wrong 13 days ago', 'auto', wrongOnce(13), open, /nothing wrong in the last 14 days/],
    [
      'too few that were seen to help',
      'auto',
      record([...rows(40, 'right', 'human-same'), ...rows(5, 'right', 'approved-verified')]),
      open,
      /^verified bound 56[.]\d % < 75 %$/,
    ],
    ['none that was done at all', 'auto', record(rows(40, 'right', 'human-same')), open, /^verified bound 0 % < 75 %$/],
    ['its cases', 'auto', enough, shut('cases'), /^cases$/],
    ['its risk', 'auto', enough, shut('risk'), /^risk$/],
    ['nobody on call', 'auto', enough, shut('onCall'), /^onCall$/],
    ['a demotion that stands', 'auto', enough, shut('demotion'), /^demotion$/],
    ['too few to ask', 'approve', record(rows(4, 'right', 'human-same')), open, /^5 judged or more \(4\)$/],
    ['something wrong 6 days ago', 'approve', wrongOnce(6), open, /nothing wrong in the last 7 days/],
    ['cases, to ask', 'approve', enough, shut('cases'), /^cases$/],
  ])('%s', (_name, to, of, says, shown) => {
    const closed = closedGates(to, of, says);
    expect(closed).toHaveLength(1);
    expect(closed[0]).toMatch(shown);
  });

  it('and opens at its figure: 14 and 7 days are enough', () => {
    expect([closedGates('auto', wrongOnce(14)), closedGates('approve', wrongOnce(7))]).toEqual([[], []]);
  });

  it('what nobody could judge opens none of them', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(200), (right, silent) => {
        const judged = rows(right, 'right', 'approved-verified');
        const padded = record([...judged, ...rows(silent, 'unlabelled', 'unlabelled')], { matched: 500 });
        expect(closedGates('auto', padded)).toEqual(closedGates('auto', record(judged)));
      }),
    );
  });
});

describe('row 15: the one line', () => {
  const file = (mode: string) =>
    `# Owned by web.\napiVersion: opssentinel.dev/v1\nrule: cpu   # the name\nwhen:\n  - a == "b"   # why\n${mode}report: { pagerduty: { resolve: never } }  # as ever\n`;
  it.each([
    ['a flow map', 'mode: { staging: auto, prod: approve }  # both\n', 'mode: { staging: auto, prod: auto }  # both\n'],
    ['a flow map without it', 'mode: { staging: auto }  # one\n', 'mode: { staging: auto, prod: auto }  # one\n'],
    [
      'a block map',
      'mode:\n  prod: approve   # careful\n  staging: auto\n',
      'mode:\n  prod: auto   # careful\n  staging: auto\n',
    ],
    ['a block map without it', 'mode:\n  staging: auto   # here\n', 'mode:\n  staging: auto   # here\n  prod: auto\n'],
    ['quoted words', `mode: { "staging": "auto", "prod": "approve" }\n`, `mode: { "staging": "auto", "prod": auto }\n`],
  ])('%s: every other character, comments included, stays', (_name, before, after) => {
    const edit = editMode(file(before), 'rules/cpu.yaml', { rule: 'cpu', environment: 'prod', to: 'auto' });
    expect(edit.text).toBe(file(after));
    expect(edit.after).toContain('prod');
    expect(file(after).split('\n')[Number(edit.at.split(':')[1]) - 1]?.trim()).toBe(edit.after);
  });

  it('a rule that says no mode gets one, at its end', () => {
    const { text } = editMode(file(''), 'r.yaml', { rule: 'cpu', environment: 'prod', to: 'approve' });
    expect(text).toBe(`${file('')}mode: { prod: approve }\n`);
    expect(parseDocument(text).toJS()).toMatchObject({ mode: { prod: 'approve' }, report: { pagerduty: { resolve: 'never' } } });
  });

  it('of several rules in a file only the one that is named', () => {
    const two = `${file('mode: { prod: approve }\n')}---\n${file('mode: { prod: approve }\n').replace('rule: cpu', 'rule: disk')}`;
    const { text } = editMode(two, 'r.yaml', { rule: 'disk', environment: 'prod', to: 'auto' });
    expect(text.split('---\n')[0]).toBe(two.split('---\n')[0]);
    expect(text.split('---\n')[1]).toContain('prod: auto');
    expect(() => editMode(two, 'r.yaml', { rule: 'other', environment: 'prod', to: 'auto' })).toThrow('holds no rule other');
  });
});

describe('M26: what was learned is told, each figure with its n', () => {
  const learned = (change: Partial<RuleRecord['learned']> = {}): RuleRecord['learned'] => ({
    recovered: 38,
    recoveryMs: { p50: 4 * minute, p90: 7 * minute, p95: 8 * minute },
    untouched: 0,
    clearedItself: 0,
    ...change,
  });
  const of = (change: Partial<RuleRecord['learned']>) => learnedLines(learned(change)).join('\n');

  it('what verification goes by, and from when on', () => {
    const restart = { runbook: 'restart', recovered: 38, p95Ms: 7 * minute };
    expect(of({ runbooks: [restart] })).toContain(
      'restart p95 7 min (n 38); verification goes by it where the rule says nothing',
    );
    expect(of({ runbooks: [{ ...restart, recovered: 19 }] })).toContain('(n 19); verification goes by it from 20 on');
    expect(of({ runbooks: [{ runbook: 'restart', recovered: 38 }] })).toContain('too many were given up early');
  });

  it('how many would have cleared by themselves, as soon as a third did', () => {
    expect(of({ untouched: 30, clearedItself: 12 })).toContain('a longer firingFor would have spared those 12');
    expect(of({ untouched: 30, clearedItself: 9 })).not.toContain('firingFor');
  });

  it('nothing is suggested before 20 recoveries', () => {
    expect(suggestions(learned({ recovered: 19 }))).toEqual([]);
    expect(suggestions(learned()).join()).toContain('page people after 7 min');
  });

  it('a past that cannot be played again is said, not left out', () => {
    const lines = pageLines(
      { ...promotion(evidenceOf(known), []), past: { because: 'no incident of that time was decided here' } },
      now,
    );
    expect(lines).toContain('  backtest, 90 days               -       not to be had: no incident of that time was decided here');
  });
});
