import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../domain/json.js';
import type { Expected, LoadedCase } from '../../rules/language/case-set.js';
import { loadCases } from '../../rules/language/load-cases.js';
import { loadRules } from '../../rules/language/load.js';
import type { RuleSet } from '../../rules/language/set.js';
import { root } from '../../tests/support/root.js';
import { installation, sha256 } from '../installation.js';
import { verdictWords } from './compare.js';
import { playCase } from './play.js';

const { registry, catalogue } = installation({});
const minute = 60_000;
let set: RuleSet;
let cases: LoadedCase[];

beforeAll(async () => {
  const dir = join(root, 'rules/library');
  const rules = await loadRules(dir, catalogue, sha256);
  const loaded = rules.ok ? await loadCases(dir, catalogue, rules.set) : undefined;
  if (!rules.ok || !loaded?.ok) throw new Error('the library does not load');
  set = rules.set;
  cases = loaded.cases;
});

const named = (name: string): LoadedCase => {
  const found = cases.find((one) => one.name === name);
  if (!found) throw new Error(`no case ${name}`);
  return found;
};
const disk = (world: LoadedCase['world'] = {}): LoadedCase => {
  const one = named('and acts by itself in staging');
  return { ...one, world: { ...one.world, ...world } };
};
const play = (one: LoadedCase, under = set) => playCase(one, { set: under, catalogue, registry, hash: sha256 });
const wanting = (one: LoadedCase, expected: Expected): LoadedCase => ({ ...one, deliveries: [{ atMs: 0, expected }] });
const at = (one: LoadedCase, ...minutes: number[]): LoadedCase => ({
  ...one,
  deliveries: minutes.map((atMinutes) => ({ atMs: atMinutes * minute, expected: { verb: 'duplicate', of: [] } })),
});
const verdictsOf = (one: LoadedCase): string[] => play(one).found.map(verdictWords);
const acts = { verb: 'act', of: ['clean-temp-files'] } as const;

describe('a case that fails shows only what differs', () => {
  const linesOf = (one: LoadedCase) => play(one).differs.flatMap(({ lines }) => lines);

  it('the guard that refused, with its figure', () => {
    const refused = wanting(disk({ alarm: 'OK' }), { ...acts, of: ['clean-temp-files'] });
    expect(linesOf(refused)).toEqual([
      'wanted  act clean-temp-files',
      'found   refuse corroborate',
      expect.stringMatching(/^REFUSE corroborate +yes +aws[.]cloudwatch[.]alarm: OK [(]clear[)] [(]default[)]$/),
    ]);
  });

  it('the line that did not hold, with what it found', () => {
    const cold = { ...wanting(disk(), { ...acts, of: ['clean-temp-files'] }), alert: { threshold: 75 } };
    expect(linesOf(cold)).toEqual([
      'wanted  act clean-temp-files',
      'found   noMatch when.1',
      expect.stringMatching(/^no +when[.]1 +alert[.]threshold >= 80[.]0 +75$/),
    ]);
  });

  it('of a verdict that is right: the target, an input and the end, where they are others', () => {
    const wrong = wanting(disk(), {
      ...acts,
      of: ['clean-temp-files'],
      target: 'i-0',
      with: { path: '/var', olderThan: '24h' },
      outcome: 'escalated',
    });
    expect(linesOf(wrong)).toEqual([
      'wanted  target i-0',
      expect.stringMatching(/^found +target .*i-0cc33dd44ee55ff66$/),
      'wanted  with.path "/var"',
      'found   with.path "/"',
      'wanted  outcome escalated',
      'found   outcome remediated',
      expect.stringContaining('staging: auto'),
    ]);
  });
});

describe('several deliveries on one clock', () => {
  it('are one incident while its run goes on: held one minute, then verified for two', () => {
    expect(verdictsOf(at(disk(), 0, 0, 3))).toEqual(['act clean-temp-files', 'duplicate', 'duplicate']);
    expect(verdictsOf(at(disk(), 0, 4))).toEqual(['act clean-temp-files', 'refuse cooldown']);
  });

  it('are free again when the cooldown is over, counted from the effect', () => {
    expect(verdictsOf(at(disk(), 0, 30))).toEqual(['act clean-temp-files', 'act clean-temp-files']);
    expect(verdictsOf(at(disk(), 0, 29))).toEqual(['act clean-temp-files', 'refuse cooldown']);
  });

  it('are one incident for as long as people may answer', () => {
    expect(verdictsOf(at(disk({ env: 'prod' }), 0, 10, 15, 17))).toEqual([
      'ask clean-temp-files',
      'duplicate',
      'duplicate',
      'ask clean-temp-files',
    ]);
  });

  it('use up the budget of the rule, of which the next asks', () => {
    const spent = verdictsOf(at(disk({ profile: 'bench' }), 0, 31, 62, 93, 124));
    expect(spent).toEqual(Array.from({ length: 5 }, () => 'act clean-temp-files'));
    expect(verdictsOf(disk({ used: 5 }))).toEqual(['ask clean-temp-files']);
    expect(verdictsOf(disk({ used: 4 }))).toEqual(['act clean-temp-files']);
  });
});

describe('the world of a case', () => {
  it('holds an alert down by the figures of production, or by those that the case asks for', () => {
    expect(verdictsOf(disk({ clears: '59s' }))).toEqual(['refuse corroborate']);
    expect(verdictsOf(disk({ clears: '61s' }))).toEqual(['act clean-temp-files']);
    expect(verdictsOf(disk({ clears: '59s', profile: 'sandbox' }))).toEqual(['act clean-temp-files']);
  });

  it('is asked by every guard of admission', () => {
    const refused = (world: LoadedCase['world']) => verdictsOf(disk(world));
    expect(refused({ hold: 'stop' })).toEqual(['refuse stop']);
    expect(refused({ deploy: 'running' })).toEqual(['refuse deploys']);
    expect(refused({ deploy: { ended: '30m' } })).toEqual(['refuse deploys']);
    expect(refused({ deploy: { ended: '41m' } })).toEqual(['act clean-temp-files']);
    expect(refused({ late: '12m' })).toEqual(['refuse startBy']);
    expect(refused({ target: { state: 'running', ssmPing: 'Online', tags: {} } })).toEqual(['refuse target']);
  });

  it('that nobody asks is refused: the case would show something else than it says', () => {
    const overload = named('an overload asks for two more instances');
    const { differs } = play({ ...overload, world: { ...overload.world, alarm: 'OK' } });
    expect(differs).toEqual([{ delivery: 0, lines: [expect.stringMatching(/nobody asks for world[.]alarm/)] }]);
  });

  it('moves a recording to another environment, in the ARN of its alarm as well', () => {
    const found = (env: string) => play(disk({ env })).found[0];
    expect(found('staging')?.target?.id).toContain('/111122223333/eu-west-1/');
    expect(found('prod')?.target?.id).toContain('/444455556666/eu-west-1/');
  });
});

describe('a recorded delivery', () => {
  const recorded = (json: Json): LoadedCase => ({ ...disk(), recording: { file: 'fixtures/x.json', json } });
  type Loose = { alerts: { body: { details: unknown } }[] };

  it('says the same whether its details are an object, a string, or CloudWatch’s own body alone', () => {
    const original = disk().recording.json as unknown as Loose;
    const text = structuredClone(original);
    const [first] = text.alerts;
    if (!first) throw new Error('no alert');
    const details = first.body.details as Json;
    first.body.details = JSON.stringify(details);
    const found = [original, text, details].map((json) => play(recorded(json as Json)).found[0]);
    expect(found.map((one) => one && [verdictWords(one), one.target, one.with])).toEqual(
      found.map(() => [
        'act clean-temp-files',
        expect.objectContaining({ name: 'i-0cc33dd44ee55ff66' }),
        { path: '/', olderThan: '24h' },
      ]),
    );
  });

  it.each<[string, Json, RegExp]>([
    ['of another form', { hello: 'world' }, /fixtures[/]x[.]json is neither what a source reads/],
    [
      'of a source that is not there',
      { source: 'carrier-pigeon', incident: {}, alerts: [] },
      /there is no source carrier-pigeon/,
    ],
    ['that its source cannot read', { incident: { id: 'Q1' }, alerts: [] }, /cannot be understood/],
  ])('%s is told in a sentence', (_what, json, says) => {
    const { differs, found } = play(recorded(json));
    expect(found).toEqual([]);
    expect(differs[0]?.lines.join()).toMatch(says);
  });
});

describe('whatever stands in the alert', () => {
  const listed = ['/', '/var', '/data'];
  const path = fc.oneof(
    fc.string(),
    fc.constantFrom(...listed),
    fc.constantFrom('/data;reboot', '/data\n', ' /', '$(id)', '/mnt/backup'),
  );

  it('a path reaches the runbook only when the runbook lists it', () => {
    fc.assert(
      fc.property(path, (text) => {
        const found = play({ ...disk(), labels: { path: text } }).found[0];
        const wanted = text === '/mnt/backup' ? 'noMatch unless.0' : 'refuse ladder.0.with.path';
        expect(found && verdictWords(found)).toBe(listed.includes(text) ? 'act clean-temp-files' : wanted);
        if (found?.verb === 'act') expect(found.with?.['path']).toBe(text);
      }),
      { numRuns: 60 },
    );
  });
});
