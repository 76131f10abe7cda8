import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../domain/json.js';
import { sha256 } from '../installation.js';
import type { Judges } from './outline.js';
import { backtest, type Played } from './play.js';
import { parseRecording, type Recorded, recordedLine, understand } from './recorded.js';
import { summarise } from './summary.js';
import { deed, history, incident, shuffled } from './testkit/history.js';
import { judgesOf, part } from './testkit/rules.js';

const usual = judgesOf();
const play = (recorded: readonly Recorded[], judges: Judges = usual): Played[] =>
  backtest(understand(recorded, judges.registry).past, judges);
const minute = 60_000;

/** What a person compares: no sentence in which a time stands. */
const verdictOf = ({ id, outcome, rule, refusedBy, guards }: Played): unknown => [
  id,
  outcome,
  rule ?? '',
  refusedBy?.by ?? '',
  guards,
];

describe('row 11: 90 days of incidents played again', () => {
  it('plays 10,000 of them, always to the same end', () => {
    const played = play(history(10_000));
    expect(played).toHaveLength(10_000);
    expect(sha256(canonicalJson(played.map(verdictOf)))).toBe('cba6bcc58d7d9c8a4e753418349acb71ab443656068399de96fdc6497271bca1');
  }, 180_000);

  it('says the same bytes in whatever order the lines of the file stand, and when one stands there twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 120 }), (seed, count) => {
        const lines = history(count, seed).map(recordedLine);
        const told = (some: readonly string[]): string => {
          const played = play(parseRecording(some.join(''), 'x.jsonl'));
          return JSON.stringify([played, summarise(played, { rules: ['cpu', 'disk', 'tasks'] })]);
        };
        expect(told(shuffled([...lines, ...lines.slice(0, 3)], seed))).toBe(told(lines));
      }),
      { numRuns: 25 },
    );
  });

  it('never counts as allowed what a guard could not know, whatever the past', () => {
    const blind = ['target', 'corroborate', 'fresh', 'deploys', 'people', 'healthy'];
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 200 }), (seed, count) => {
        const played = play(history(count, seed));
        for (const { guards, notKnown } of played) {
          for (const guard of blind) expect(guards[guard] ?? 'unknown').toBe('unknown');
          const open = Object.entries(guards).filter(([, verdict]) => verdict === 'unknown');
          expect(open.map(([guard]) => guard)).toEqual(notKnown.map(({ guard }) => guard));
        }
        for (const { act, ask, observe } of summarise(played, { rules: ['cpu', 'disk', 'tasks'] }).rules)
          expect([act, ask, observe]).toEqual([0, 0, 0]);
      }),
      { numRuns: 25 },
    );
  });

  it.each<[string, Recorded[], unknown[]]>([
    [
      'a second one on the same host half an hour later cools down',
      [incident('A', { at: 0 }), incident('B', { at: 20 * minute })],
      ['act', 'refused cooldown ? oneAtATime'],
    ],
    [
      'on another host in what fails together, it waits for its turn until it is too late, or cannot tell',
      [incident('A', { at: 0 }), incident('B', { at: minute, host: 'i-0bb11bb22cc33dd44' })],
      ['act', 'act ? domainLease'],
    ],
    [
      'the second and third of three in ten minutes in one failure domain have one cause',
      [0, 1, 2].map((nth) => incident(`A${nth}`, { at: nth * 30_000, host: `i-0${nth}aa11bb` })),
      ['act', 'refused brake', 'refused stop'],
    ],
    [
      'what clears while it waits is left alone',
      [incident('A', { at: 0, deeds: [deed(40_000, 'resolved', 'source')] })],
      ['refused incident'],
    ],
    [
      'whom a person has, they have',
      [incident('A', { at: 0, deeds: [deed(30_000, 'acknowledged')] })],
      ['refused onAcknowledge'],
    ],
    [
      'what a person took and gave back is free again',
      [incident('A', { at: 0, deeds: [deed(10_000, 'acknowledged'), deed(20_000, 'unacknowledged')] })],
      ['act'],
    ],
    ['the same alert told twice is one', [incident('A', { at: 0 }), incident('B', { at: 5_000, since: 0 })], ['act', 'joined']],
    ['what began too long ago is too late', [incident('A', { at: 20 * minute, since: 0 })], ['refused startBy']],
    [
      'text of an alert reaches no host',
      [incident('A', { at: 0, metric: 'disk', labels: { path: '/; rm -rf /' } })],
      ['refused with.path'],
    ],
    ['and no target', [incident('A', { at: 0, host: 'i-0aa; reboot' })], ['refused target']],
    [
      'prod asks where staging acts',
      [incident('A', { at: 0, staging: false }), incident('B', { at: 0, staging: true, host: 'i-0bb11bb22cc33dd44' })],
      ['ask', 'act'],
    ],
  ])('%s', (_what, recorded, wanted) => {
    expect(play(recorded).map(shortly)).toEqual(wanted);
  });

  it('stops what the brake stopped, until people are taken to have lifted it', () => {
    const storm = [0, 1, 2].map((nth) => incident(`A${nth}`, { at: nth * 30_000, host: `i-0${nth}aa11bb` }));
    const later = [30, 90].map((after) => incident(`B${after}`, { at: after * minute, host: `i-0${after}a11bb` }));
    expect(
      play([...storm, ...later])
        .slice(3)
        .map(shortly),
    ).toEqual(['refused stop', 'act']);
  });

  it('refuses after a deployment that was recorded; that there was none is never known', () => {
    const deployed = { ...incident('A', { at: 30 * minute }), changes: ['2026-03-01T00:10:00.000Z'] };
    const longAgo = { ...incident('B', { at: 120 * minute }), changes: ['2026-03-01T00:10:00.000Z'] };
    const played = play([deployed, longAgo]);
    expect(played.map(shortly)).toEqual(['refused deploys', 'act']);
    expect(played.map(({ guards }) => guards['deploys'])).toEqual(['refuse', 'unknown']);
  });

  it('does not let a rule that only observes use up what an armed one may do', () => {
    const observing = judgesOf({ cpu: part('cpu').replace(/mode:.*/, '') });
    const past = [
      incident('A', { at: 0 }),
      incident('B', { at: 20 * minute, metric: 'disk' }),
      incident('C', { at: 25 * minute }),
    ];
    expect(play(past, observing).map(shortly)).toEqual(['observe', 'act', 'refused cooldown ? oneAtATime']);
  });

  it('N3: what is left to a rule that has observed for too long is played, named, and not counted as covered', () => {
    const observing = judgesOf({ cpu: part('cpu').replace(/mode:.*/, 'mode: { staging: observe, prod: approve }') });
    const past = [
      incident('A', { at: 0 }),
      incident('B', { at: 120 * minute, staging: false }),
      incident('C', { at: 240 * minute, metric: 'disk' }),
    ];
    const told = (where: readonly string[]) => {
      const { covered, expired, rules } = summarise(play(past, observing), {
        rules: ['cpu', 'disk'],
        expired: new Map([['cpu', where]]),
      });
      return { covered, expired, cpu: rules[0] };
    };
    expect(told(['staging'])).toMatchObject({ covered: 2, expired: 1, cpu: { rule: 'cpu', matched: 2, expired: ['staging'] } });
    expect(told(['prod'])).toMatchObject({ covered: 3, expired: 0 });
    expect(summarise(play(past, observing), { rules: ['cpu'] })).toMatchObject({ covered: 3, expired: 0 });
  });

  it('leaves to people what a budget no longer covers', () => {
    const past = Array.from({ length: 6 }, (_, nth) => incident(`A${nth}`, { at: nth * 9 * minute, host: `i-0${nth}aa11bb` }));
    expect(play(past).map(({ outcome, guards }) => [outcome, guards['budget']])).toEqual([
      ...Array.from({ length: 5 }, () => ['act', 'allow']),
      ['ask', 'ask'],
    ]);
  });

  it('row 13: where two rules match nobody acts, and both are named', () => {
    const twin = judgesOf({ twin: part('cpu').replace('rule: cpu', 'rule: twin') });
    const played = play([incident('A', { at: 0 })], twin);
    expect(played).toMatchObject([{ outcome: 'conflict', matched: ['cpu', 'twin'] }]);
    const { overlaps, rules } = summarise(played, { rules: ['cpu', 'disk', 'tasks', 'twin'] });
    expect(overlaps).toEqual([{ rules: ['cpu', 'twin'], count: 1, example: 'A' }]);
    expect(rules.find(({ rule }) => rule === 'twin')).toMatchObject({ matched: 1, conflicts: 1, notKnown: 0 });
  });

  it('counts what people did without us', () => {
    const past = [
      incident('A', { at: 0, deeds: [deed(minute, 'acknowledged'), deed(31 * minute, 'resolved')] }),
      incident('B', { at: 60 * minute, deeds: [deed(60 * minute + 90_000, 'resolved', 'source')] }),
      incident('C', { at: 120 * minute, deeds: [deed(140 * minute, 'resolved')] }),
      incident('D', { at: 180 * minute }),
    ];
    const { rules, peopleMs, coveredClearedByItself } = summarise(play(past), { rules: ['cpu'] });
    expect(rules).toMatchObject([{ matched: 4, peopleTook: 2, peopleTookMs: 25.5 * minute, clearedByItself: 1 }]);
    expect([peopleMs, coveredClearedByItself]).toEqual([51 * minute, 1]);
  });
});

/** `act ? domainLease`: beyond what is never known of a past alone. */
function shortly({ outcome, refusedBy, notKnown }: Played): string {
  const always = new Set(['target', 'corroborate', 'fresh', 'deploys', 'people', 'healthy']);
  const more = notKnown.map(({ guard }) => guard).filter((guard) => !always.has(guard));
  return [outcome, ...(refusedBy && outcome !== 'joined' ? [refusedBy.by] : []), ...(more.length > 0 ? ['?', ...more] : [])].join(
    ' ',
  );
}
