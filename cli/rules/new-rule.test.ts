import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startBench } from '../../api/testkit/bench.js';
import { incidentRow } from '../../api/testkit/memory-ledger.js';
import { matchAndAim, planFor } from '../../decide/decide.js';
import type { Json, JsonObject } from '../../domain/json.js';
import { alert, hash, incident, witness } from '../../tests/support/rules.js';
import { failedOf, testRules } from '../cases/test-rules.js';
import { installation } from '../installation.js';
import { loadOrRefuse } from '../loaded-rules.js';
import { projectRoot } from '../paths.js';
import { createConsole } from '../testkit/console.js';
import { ruleFrom, writeNew } from './new-rule.js';

const stage = createConsole();
afterAll(() => rmSync(stage.dir, { recursive: true, force: true }));
const library = join(projectRoot(), 'rules', 'library');
const fixtures = readdirSync(join(library, 'fixtures'));
const runbooks = readdirSync(join(library, 'runbooks')).map((file) => file.replace(/\.yaml$/, ''));

/** The library's policy and runbooks without its rules: where somebody begins. */
function fresh(): string {
  const dir = mkdtempSync(join(stage.dir, 'rules-'));
  cpSync(join(library, 'runbooks'), join(dir, 'runbooks'), { recursive: true });
  cpSync(join(library, 'opssentinel.yaml'), join(dir, 'opssentinel.yaml'));
  return dir;
}

/** Lints and plays everything; answers with what failed. */
async function judged(dir: string): Promise<string[]> {
  const lint = await stage.run(['rules', 'lint', dir]);
  const test = await stage.run(['rules', 'test', dir]);
  return [lint, test].flatMap(({ code, out, err }) => (code === 0 ? [] : [out, err]));
}

describe.each(fixtures)('rules new --from %s', (fixture) => {
  const from = join(library, 'fixtures', fixture);
  // An incident that people opened names nothing that could be a target.
  const nameless = fixture === 'overload.json';

  it('makes a rule that lints, with a case that passes', async () => {
    const dir = fresh();
    const choice = nameless ? ['--runbook', 'scale-out'] : [];
    const { code, out, err } = await stage.run(['rules', 'new', 'made', '--from', from, '--dir', dir, ...choice]);
    expect([code, code === 0 ? '' : err]).toEqual([0, '']);
    expect(out.match(/^wrote {2}/gm)).toHaveLength(3);
    expect(await judged(dir)).toEqual([]);
    const text = readFileSync(join(dir, 'made.yaml'), 'utf8');
    expect(text).not.toMatch(/^mode:/m);
    expect(text.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(14);
  });
});

// Of a named target and of none: the facts that each runbook wants are found whatever the alert is.
describe.each(['cpu-high.json', 'overload.json'])('rules new --from %s with any runbook', (fixture) => {
  const from = join(library, 'fixtures', fixture);
  it.each(runbooks)('makes a rule that lints, with a case that passes: %s', async (runbook) => {
    const dir = fresh();
    const { code, err } = await stage.run(['rules', 'new', 'made', '--from', from, '--runbook', runbook, '--dir', dir]);
    expect([code, code === 0 ? '' : err]).toEqual([0, '']);
    expect(await judged(dir)).toEqual([]);
  });
});

describe('rules new --from a file', () => {
  const cpu = join(library, 'fixtures', 'cpu-high.json');

  it('derives when, target and owner from the alert, and takes the mildest runbook', async () => {
    const dir = fresh();
    await stage.run(['rules', 'new', '--from', cpu, '--dir', dir]);
    const text = readFileSync(join(dir, 'web-cpu-high.yaml'), 'utf8');
    expect(text).toContain('  - alert.namespace == "AWS/EC2" && alert.metric == "CPUUtilization"\n');
    expect(text).toContain('  - alert.threshold == 90.0\n');
    expect(text).toMatch(/^target: alert\.labels\.InstanceId$/m);
    expect(text).toMatch(/^owner: team-web /m);
    expect(text).toMatch(/^run: reboot-ec2-instance +# .*restart-ec2-instance.* would fit as well$/m);
  });

  it('takes an input from a label of its name, and the parts of a target from two', async () => {
    const dir = fresh();
    await stage.run([
      'rules',
      'new',
      'disk',
      '--from',
      join(library, 'fixtures', 'disk-82-root.json'),
      '--runbook',
      'clean-temp-files',
      '--dir',
      dir,
    ]);
    expect(readFileSync(join(dir, 'disk.yaml'), 'utf8')).toContain('with: { path: { from: alert.labels.path } }');
    await stage.run(['rules', 'new', 'ecs', '--from', join(library, 'fixtures', 'tasks-missing.json'), '--dir', dir]);
    expect(readFileSync(join(dir, 'ecs.yaml'), 'utf8')).toContain(
      'target: { cluster: alert.labels.ClusterName, service: alert.labels.ServiceName }',
    );
  });

  it('never overwrites: one file that is there, and nothing is written', async () => {
    const dir = fresh();
    writeFileSync(join(dir, 'made.cases.yaml'), '');
    rmSync(join(dir, 'made.cases.yaml'));
    mkdirSync(join(dir, 'fixtures'));
    writeFileSync(join(dir, 'fixtures', 'made.json'), 'mine');
    const { code, err } = await stage.run(['rules', 'new', 'made', '--from', cpu, '--dir', dir]);
    expect([code, err]).toEqual([5, expect.stringContaining('stands there already; nothing was written')]);
    expect([existsSync(join(dir, 'made.yaml')), readFileSync(join(dir, 'fixtures', 'made.json'), 'utf8')]).toEqual([
      false,
      'mine',
    ]);
  });

  it('refuses an alert that a rule matches already: two that match keep each other from acting', async () => {
    const dir = fresh();
    await stage.run(['rules', 'new', 'first', '--from', cpu, '--dir', dir]);
    const { code, err } = await stage.run(['rules', 'new', 'second', '--from', cpu, '--dir', dir]);
    expect([code, err]).toEqual([5, expect.stringMatching(/first \(.*first\.yaml:2\) matches this alert already/)]);
    expect(existsSync(join(dir, 'second.yaml'))).toBe(false);
  });

  it('writes below the folder of the rules, and the recording is found from there', async () => {
    const dir = fresh();
    mkdirSync(join(dir, 'web'));
    const { code } = await stage.run(['rules', 'new', 'made', '--from', cpu, '--dir', join(dir, 'web')], {
      OPSSENTINEL_RULES: dir,
    });
    expect([code, existsSync(join(dir, 'web', 'fixtures', 'made.json'))]).toEqual([0, true]);
    expect(await judged(dir)).toEqual([]);
  });

  it.each<[string, string[], number, string]>([
    ['a name that is none', ['Made', '--from', cpu], 2, 'Made is no name of a rule'],
    ['no name', [], 2, 'which name?'],
    ['a runbook that is not there', ['made', '--from', cpu, '--runbook', 'x'], 3, 'there is no runbook x; there are '],
    ['a team that is not there', ['made', '--from', cpu, '--owner', 'x'], 3, 'there is no team x; there are team-web'],
    [
      'an alert that names no target',
      ['made', '--from', join(library, 'fixtures', 'overload.json')],
      2,
      'choose one with --runbook',
    ],
  ])('says what is wrong with %s', async (_what, args, code, says) => {
    const dir = fresh();
    const ran = await stage.run(['rules', 'new', ...args, '--dir', dir]);
    expect([ran.code, ran.err]).toEqual([code, expect.stringContaining(says)]);
    expect(readdirSync(dir).sort()).toEqual(['opssentinel.yaml', 'runbooks']);
  });

  it('makes a rule that lints and passes of whatever an alert says', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('"', "': #", '!x', '{ from: y }', '\n- auto', '${x}'),
    );
    const labels = fc.dictionary(fc.oneof(text, fc.constantFrom('service', 'path', 'ClusterName')), text, { maxKeys: 4 });
    const installed = installation({});
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        labels,
        async (name, metric, title, threshold, more) => {
          const dir = fresh();
          const { set } = await loadOrRefuse(dir);
          const told = {
            alert: alert({ name, metric, threshold, labels: { ...more, InstanceId: 'i-0aa11bb22cc33dd44' } }),
            incident: incident({ title }),
          };
          const recorded = { ...told, fixture: JSON.parse(JSON.stringify(told)) as Json };
          await writeNew(ruleFrom(recorded, 'Q1', { name: 'made', root: dir, folder: dir, set, installed }), String);
          const tested = await testRules((await loadOrRefuse(dir)).set, installed);
          expect(failedOf(tested)).toEqual([]);
          expect(tested.played).toHaveLength(1);
          rmSync(dir, { recursive: true });
        },
      ),
      // Written without a point it is a whole number, and another one.
      { numRuns: 40, examples: [['', '', '', 36_027_526_727_598_870, {}]] },
    );
  });
});

describe('rules new --from an incident', () => {
  it('asks the API, keeps what was understood without its people, and the case passes', async () => {
    const dir = fresh();
    const { set, catalogue } = await loadOrRefuse(library);
    const seen = {
      set,
      catalogue,
      alert: alert({ metric: 'NetworkOut', labels: { InstanceId: 'i-0aa11bb22cc33dd44' } }),
      incident: incident({ id: 'Q7', heldBy: [{ id: 'P1', name: 'Ada', email: 'ada@example.com' }] }),
      witness: witness(),
    };
    const decision = planFor({ ...seen, ...matchAndAim(seen), hash, target: undefined, corroborable: true });
    const bench = await startBench();
    try {
      bench.memory.incidents.set('bench:Q7', incidentRow('bench:Q7'));
      bench.memory.decisions.set('bench:Q7', JSON.parse(JSON.stringify(decision)) as JsonObject);
      bench.temporal.open.add('incident:bench:Q7');
      const env = { OPSSENTINEL_URL: bench.address, OPSSENTINEL_TOKEN: bench.token('viewer') };
      const { code, err } = await stage.run(['rules', 'new', 'net', '--from', 'Q7', '--dir', dir], env);
      expect([code, code === 0 ? '' : err]).toEqual([0, '']);
    } finally {
      await bench.close();
    }
    expect(readFileSync(join(dir, 'fixtures', 'net.json'), 'utf8')).not.toMatch(/Ada|ada@/);
    expect(await judged(dir)).toEqual([]);
  });
});

describe('rules new without an incident', () => {
  it('writes a template that lints, matches nothing and explains its lines', async () => {
    const dir = fresh();
    const { code, err } = await stage.run(['rules', 'new', 'made', '--dir', dir]);
    expect([code, err]).toEqual([0, expect.stringContaining('opssentinel rules lint')]);
    expect((await stage.run(['rules', 'lint', dir])).code).toBe(0);
    const { set } = await loadOrRefuse(dir);
    const told = { alert: alert(), incident: incident() };
    expect(matchAndAim({ ...told, set, catalogue: installation({}).catalogue, witness: witness() }).chosen).toBeUndefined();
    const text = readFileSync(join(dir, 'made.yaml'), 'utf8');
    for (const key of ['when:', 'unless:', 'target:', 'require:', 'run:', 'mode:', 'guards:', 'verify:'])
      expect(text).toMatch(new RegExp(`^(# )?${key}.*# \\S`, 'm'));
  });

  it.each(runbooks)('lints with the runbook %s', async (runbook) => {
    const dir = fresh();
    expect((await stage.run(['rules', 'new', 'made', '--runbook', runbook, '--dir', dir])).code).toBe(0);
    expect((await stage.run(['rules', 'lint', dir])).code).toBe(0);
  });
});
