import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, startBench } from '../../api/testkit/bench.js';
import { incidentRow } from '../../api/testkit/memory-ledger.js';
import type { Witness } from '../../domain/alert.js';
import type { JsonObject } from '../../domain/json.js';
import type { Target } from '../../domain/target.js';
import { checkout } from '../../tests/support/repository.js';
import { decideAgain } from '../explain-case.js';
import { sha256 } from '../installation.js';
import { createConsole, type Console } from '../testkit/console.js';
import { type Past, recordedLine, understand } from './recorded.js';
import { deed, history, incident } from './testkit/history.js';
import { judgesOf, part, ruleText } from './testkit/rules.js';

let here: Console;
const minute = 60_000;

/** A recording, the rules in force, the same with one line changed, and a git revision of them. */
beforeAll(() => {
  here = createConsole();
  const folder = (name: string, text: string): void => {
    mkdirSync(join(here.dir, name));
    writeFileSync(join(here.dir, name, 'all.yaml'), text);
  };
  folder('rules', ruleText());
  folder('same', ruleText());
  folder('other', ruleText({ cpu: part('cpu').replace('staging: auto', 'staging: approve'), disk: undefined, clean: undefined }));
  folder('broken', 'rule: [');
  const past = [
    incident('QA', { at: 0, deeds: [deed(90 * 1_000, 'acknowledged'), deed(31 * minute, 'resolved')] }),
    incident('QB', { at: 120 * minute, metric: 'disk', deeds: [deed(150 * minute, 'resolved')] }),
    incident('QC', { at: 240 * minute, staging: false, deeds: [deed(250 * minute, 'resolved', 'source')] }),
    {
      ...incident('QD', { at: 360 * minute }),
      alerts: [],
      incident: { ...incident('QD', { at: 0 }).incident, title: 'cell | `x` @all <b>' },
    },
  ];
  writeFileSync(join(here.dir, 'past.jsonl'), past.map(recordedLine).reverse().join(''));
  writeFileSync(join(here.dir, 'bad.jsonl'), `${recordedLine(incident('QA', { at: 0 }))}{"incident": {}}\n`);
});

const backtest = (...args: string[]) => here.run(['rules', 'backtest', 'rules', '--from', 'past.jsonl', ...args]);

describe('rules backtest', () => {
  it('row 11: says per rule how often it would have matched, acted, been refused, and what people did', async () => {
    const { code, out, err } = await backtest();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('WHAT rules WOULD HAVE DONE, 4 incidents');
    expect(out).toMatch(/^ {2}cpu +2 +up to 2 +- +31 min +0$/m);
    expect(out).toMatch(/^ {2}disk +1 +up to 1 +- +30 min +0$/m);
    expect(out).toMatch(/^ {2}covered {2}3 of 4 \(75 %\), at most 1 h of people's time in 1 day, 0 of them self-cleared$/m);
    expect(out).toMatch(/^ {2}target +3 +tags and facts of the target$/m);
    expect(out).toMatch(/1 x .+rules new --from QD$/m);
    expect(out).not.toMatch(/^ {2}cpu +2 +2 /m);
  });

  it('says the same to scripts, whole, and the same each time', async () => {
    const [one, again] = [await backtest('-o', 'json'), await backtest('--json')];
    expect(one).toEqual(again);
    const { kind, items } = JSON.parse(one.out);
    expect(kind).toBe('Backtest');
    expect(items.map(({ kind: is, id }: { kind: string; id?: string }) => id ?? is)).toEqual(['summary', 'QA', 'QB', 'QC', 'QD']);
    expect(items[1]).toMatchObject({
      outcome: 'act',
      rule: 'cpu',
      guards: { target: 'unknown', cooldown: 'allow' },
      people: { touched: true },
    });
    expect(items[0].rules[0]).toMatchObject({ rule: 'cpu', act: 0, ask: 0, notKnown: 2 });
  });

  it('N7: one incident of the past is decided again under another revision, and the two are told apart', async () => {
    const told = await backtest('--incident', 'QA');
    expect(told).toMatchObject({ code: 0 });
    expect(told.out).toMatch(/would have +cpu: acts \(restart-ec2-instance\), if AWS agrees/);
    expect(told.out).toMatch(/people +closed by a person after 31 min/);
    expect(told.out).toMatch(/corroborate +not known without AWS/);
    const { code, out } = await backtest('--incident', 'QA', '--against', 'other', '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(out).items).toMatchObject([{ id: 'QA', before: { outcome: 'act' }, after: { outcome: 'ask' } }]);
    expect(await backtest('--incident', 'QC', '--against', 'other')).toMatchObject({ code: 0 });
    expect(await backtest('--incident', 'QX')).toMatchObject({
      code: 3,
      err: expect.stringContaining('there is no incident QX'),
    });
  });

  it('N2: a change of the rules says what it would have done on recorded incidents, against what people did', async () => {
    const { code, out, err } = await backtest('--against', 'other');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'opssentinel: 2 incidents decided differently: 0 would act or ask that did not, 1 no longer, 1 otherwise\n',
    });
    expect(out).toMatch(/^QA +\S+Z +cpu: acts .+ cpu: asks .+closed by a person after 31 min$/m);
    expect(out).toMatch(/^QB +\S+Z +disk: acts .+ no rule +closed by a person after 30 min$/m);
    expect(out).toContain('What is not known without AWS counts as allowed nowhere');
    expect(await backtest('--against', 'same')).toMatchObject({
      code: 0,
      out: expect.stringContaining('same decides every incident as rules does'),
    });
  });

  it('N2: and as a comment of the pull request, which no text of an alert can break', async () => {
    const wide = ruleText({
      wide: part('cpu')
        .replace('rule: cpu', 'rule: wide')
        .replace(/when:.*/, 'when: [incident.title.contains("cell")]'),
    });
    mkdirSync(join(here.dir, 'wide'), { recursive: true });
    writeFileSync(join(here.dir, 'wide', 'all.yaml'), wide);
    const { code, out } = await backtest('--against', 'wide', '--format', 'github');
    expect(code).toBe(1);
    expect(out).toMatch(/^### On recorded incidents: 1 incident decided differently/);
    expect(out).toContain('| rule | matched | act or ask | refused | people took (median) |');
    const row = out.split('\n').find((line) => line.includes('`QD`')) ?? '';
    expect(row).toContain("`cell \\| 'x' @all <b>`");
    expect(row.replaceAll('\\|', '').split('|')).toHaveLength(7);
  });

  it('compares with what stood in git before the change', async () => {
    checkout(here.dir).commit('ada');
    writeFileSync(join(here.dir, 'rules', 'all.yaml'), ruleText({ cpu: part('cpu').replace('prod: approve', 'prod: auto') }));
    const { code, out } = await backtest('--against', 'HEAD', '-o', 'json');
    writeFileSync(join(here.dir, 'rules', 'all.yaml'), ruleText());
    expect(code).toBe(1);
    expect(JSON.parse(out).items).toMatchObject([{ id: 'QC', before: { outcome: 'act' }, after: { outcome: 'ask' } }]);
  });

  it.each([
    ['a file that is not there', ['rules', '--from', 'none.jsonl'], 3, 'none.jsonl cannot be read'],
    ['a line that is none', ['rules', '--from', 'bad.jsonl'], 2, 'bad.jsonl:2 is no line of a recording'],
    ['rules that do not load', ['broken', '--from', 'past.jsonl'], 2, 'broken/all.yaml'],
    ['no recording named', ['rules'], 2, '--from'],
  ])('says what is wrong: %s', async (_what, args, code, says) => {
    expect(await here.run(['rules', 'backtest', ...args])).toMatchObject({ code, out: '', err: expect.stringContaining(says) });
  });

  it('takes 500 incidents of a file', async () => {
    writeFileSync(join(here.dir, 'many.jsonl'), history(500).map(recordedLine).join(''));
    const { code, out } = await here.run(['rules', 'backtest', 'rules', '--from', 'many.jsonl']);
    expect({ code, told: out.includes('500 incidents') }).toEqual({ code: 0, told: true });
  });
});

const target: Target = {
  type: 'aws.ec2.instance',
  id: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0aa11bb22cc33dd44',
  name: 'i-0aa11bb22cc33dd44',
  account: '111122223333',
  region: 'eu-west-1',
  environment: 'staging',
  tags: { opssentinel: 'allow' },
  facts: { state: 'running', autoScalingGroup: '' },
  readAt: '2026-03-01T00:00:01Z',
};
const seenFiring = ({ alert }: Past): Witness => ({
  by: alert.origin?.kind ?? '',
  state: 'firing',
  since: alert.startedAt,
  readAt: alert.startedAt,
  labels: alert.labels,
  says: 'ALARM',
});

describe('rules backtest --from api', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
    const { set, catalogue, registry } = judgesOf();
    const [past] = understand([incident('Q1', { at: 0 })], registry).past;
    if (!past) throw new Error('no incident');
    const decided = decideAgain(
      { incident: past.incident, alert: past.alert, witness: seenFiring(past), target },
      set,
      catalogue,
      sha256,
    );
    for (const id of ['bench:Q1', 'bench:Q2']) bench.memory.incidents.set(id, incidentRow(id));
    bench.memory.decisions.set('bench:Q1', JSON.parse(JSON.stringify(decided)) as JsonObject);
  });
  afterAll(() => bench.close());

  it('N7: plays what this installation has decided, with what it had read of the target then', async () => {
    const { code, out, err } = await here.run(['rules', 'backtest', 'rules', '--from', 'api', '-o', 'json'], {
      OPSSENTINEL_URL: bench.address,
      OPSSENTINEL_TOKEN: bench.token('viewer'),
    });
    expect({ code, err }).toEqual({ code: 0, err: '1 incident never came to a decision and is left out\n' });
    const [, one] = JSON.parse(out).items;
    expect(one).toMatchObject({
      id: 'Q1',
      rule: 'cpu',
      target: target.name,
      guards: { corroborate: 'allow', target: 'unknown', people: 'unknown' },
    });
    expect(one.notKnown).toContainEqual({ guard: 'target', needs: ['our own parts'] });
    // What another revision requires of the target is asked of what was read then.
    mkdirSync(join(here.dir, 'strict'), { recursive: true });
    const strict = part('cpu').replace('run:', 'require: [target.state == "stopped"]\nrun:');
    writeFileSync(join(here.dir, 'strict', 'all.yaml'), ruleText({ cpu: strict }));
    const against = await here.run(['rules', 'backtest', 'rules', '--from', 'api', '--against', 'strict', '-o', 'json'], {
      OPSSENTINEL_URL: bench.address,
      OPSSENTINEL_TOKEN: bench.token('viewer'),
    });
    expect(against.code).toBe(1);
    expect(JSON.parse(against.out).items).toMatchObject([
      { change: 'less', after: { outcome: 'refused', refusedBy: { by: 'require.0' } } },
    ]);
  });

  it('N3: a rule that has observed for 60 days is shown as expired, and no longer counted as covered', async () => {
    const observes = { cpu: part('cpu').replace(/mode:.*/, '') };
    const [cpu] = judgesOf(observes).set.rules.filter(({ name }) => name === 'cpu');
    if (!cpu) throw new Error('no rule');
    const line = {
      name: 'cpu',
      at: cpu.at,
      mode: { '*': 'observe' },
      runbooks: [],
      logicHash: cpu.logicHash,
      fileHash: cpu.fileHash,
    };
    const told = async (days: number) => {
      const inForce = { hash: '9c41e07d00', from: 'rules', profile: 'standard', loadedAt: '2026-03-01T00:00:00.000Z' } as const;
      const current = () => ({ ...inForce, rules: [line], problems: [] });
      const old = await startBench({ deps: { rules: { current, freezes: () => [], reload: async () => [] } } });
      old.memory.ledger.rulesFirstSeen = async () =>
        new Map([[cpu.fileHash, new Date(Date.now() - days * 86_400_000).toISOString()]]);
      old.memory.incidents.set('bench:Q1', incidentRow('bench:Q1'));
      old.memory.decisions.set('bench:Q1', bench.memory.decisions.get('bench:Q1') ?? {});
      mkdirSync(join(here.dir, 'observing'), { recursive: true });
      writeFileSync(join(here.dir, 'observing', 'all.yaml'), ruleText(observes));
      const { out } = await here.run(['rules', 'backtest', 'observing', '--from', 'api'], {
        OPSSENTINEL_URL: old.address,
        OPSSENTINEL_TOKEN: old.token('viewer'),
      });
      await old.close();
      return out;
    };
    const now = await told(60);
    expect(now).toMatch(/^ {2}cpu \(expired\) +1 /m);
    expect(now).toMatch(/^ {2}covered {2}0 of 1 \(0 %\)/m);
    expect(now).toMatch(/^ {2}expired {2}cpu in every environment: .*decide about it; 1 incident of it not counted as covered$/m);
    const before = await told(59);
    expect(before).toMatch(/^ {2}covered {2}1 of 1 \(100 %\)/m);
    expect(before).not.toContain('expired');
  });
});
