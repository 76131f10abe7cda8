import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Bench, startBench } from '../../api/testkit/bench.js';
import { incidentRow } from '../../api/testkit/memory-ledger.js';
import { matchAndAim, planFor } from '../../decide/decide.js';
import type { JsonObject } from '../../domain/json.js';
import type { Decision } from '../../domain/plan.js';
import { alert, hash, incident, target, witness } from '../../tests/support/rules.js';
import { exitCodes } from '../exit-codes.js';
import { loadOrRefuse } from '../loaded-rules.js';
import { projectRoot } from '../paths.js';
import { createConsole } from '../testkit/console.js';
import { verifyWords } from './step.js';

const stage = createConsole();
const library = join(projectRoot(), 'rules', 'library');
const fixture = (name: string): string => join(library, 'fixtures', name);
const rules = { OPSSENTINEL_RULES: library };
afterAll(() => rmSync(stage.dir, { recursive: true, force: true }));

const every = { pollMs: 1_000, heartbeatMs: 1_000, adoptEveryMs: 1_000 };

/** Of the text, the paragraph's lines that begin so. */
const lines = (out: string, lead: string): string[] => out.split('\n').filter((line) => line.startsWith(lead));

describe('row 30: opssentinel plan shows what would change before anything does', () => {
  it('of a recorded delivery: rule, place, each step, its verification, whose word; no file is written, no address asked', async () => {
    const before = readdirSync(stage.dir, { recursive: true }).length;
    const { code, out, err } = await stage.run(['plan', fixture('cpu-high.json')], rules);
    expect([code, err]).toEqual([exitCodes.ok, '']);
    expect(out).toMatch(/^PREVIEW +Nothing was done, and nobody was asked\.$/m);
    expect(out).toMatch(/^Rule +ec2-cpu-high of /m);
    expect(out).toMatch(
      /^Target +i-0cc33dd44ee55ff66: aws\.ec2\.instance in prod, account 444455556666, eu-west-1; it was\s+not read/m,
    );
    expect(out).toMatch(/^Must hold +target\.state == "running"\n +target\.autoScalingGroup == ""$/m);
    expect(out).toMatch(/^Would run +restart-ec2-instance, risk disruptive$/m);
    expect(out).toMatch(/^ {2}does +.*ops-restart-instance.*version 7/m);
    expect(out).toMatch(/^ {2}with [\s\S]*"instanceId":\s+"i-0cc33dd44ee55ff66"/m);
    expect(out).toMatch(/^ {2}helped if +.*aws\.ec2\.status-checks-ok/m);
    expect(out).toMatch(/^ {2}undo +none: what it did stays$/m);
    expect(out).toMatch(/^Approval +.*on call/m);
    expect(out).toMatch(/^Guards +not asked; they need the ledger$/m);
    expect(out).toMatch(/^Plan +has no hash yet/m);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(readdirSync(stage.dir, { recursive: true })).toHaveLength(before);
  });

  it('M26: by when it has to have helped, and that what was learned may count instead', () => {
    const terms = { alertCleared: true, checks: [], forMs: 300_000, withinMs: 900_000 };
    const under = (profile: 'standard' | 'bench') => verifyWords(terms, { profile, ...every });
    expect(under('standard')).toBe(
      'the alert is over, for 5 min, within 15 min of its end, or what was learned (5 to 30 min) where the rule says nothing',
    );
    expect(under('bench')).toBe('the alert is over, for 5 min, within 15 min of its end');
  });

  it('of a ladder every step, each only if the one before did not help', async () => {
    const { out } = await stage.run(['plan', fixture('disk-82-root.json')], rules);
    expect(lines(out, 'Step ')).toEqual([
      expect.stringContaining('clean-temp-files'),
      expect.stringMatching(/rotate-logs.*only if the step before did not help/),
    ]);
  });

  it('what is settled by the target only is left open, and says so; never guessed', async () => {
    const { code, out } = await stage.run(['plan', fixture('overload.json'), '-o', 'json'], rules);
    const [plan] = (
      JSON.parse(out) as { items: { steps: { does: string; params: unknown; undo: string; giveBack: string }[] }[] }
    ).items;
    expect(code).toBe(exitCodes.ok);
    expect(plan).toMatchObject({
      done: 'nothing',
      concluded: 'unknown',
      guards: { asked: false },
      targets: [{ name: 'checkout-web', read: false }],
    });
    expect(plan).not.toHaveProperty('planHash');
    expect(plan?.steps[0]).toMatchObject({
      does: expect.stringContaining('settled when the target is read'),
      undo: expect.stringContaining('put back'),
      giveBack: expect.stringContaining('2h'),
    });
  });

  it('nothing would be done: exit code 1 and why; a file that is none: 2; an incident without an API to ask: 2', async () => {
    const quiet = join(stage.dir, 'quiet.json');
    const recording = readFileSync(fixture('disk-91-data.cloudwatch.json'), 'utf8').replaceAll('disk_used_percent', 'else');
    writeFileSync(quiet, recording);
    const none = await stage.run(['plan', quiet], rules);
    expect([none.code, none.err]).toEqual([exitCodes.failed, expect.stringContaining('none of 6 rules matches')]);
    expect(none.out).toMatch(/^Decision +nothing would be done/m);
    writeFileSync(quiet, '{"hello": 1}');
    expect((await stage.run(['plan', quiet], rules)).code).toBe(exitCodes.usage);
    expect((await stage.run(['plan', 'Q123'], rules)).code).toBe(exitCodes.usage);
  });
});

describe('row 30: opssentinel plan of an incident', () => {
  let bench: Bench;
  const facts = { desiredCapacity: 4, minSize: 2, maxSize: 12, inService: 4, instances: [], deploying: false };
  async function decided(): Promise<Decision> {
    const { set, catalogue } = await loadOrRefuse(library);
    const seen = {
      set,
      catalogue,
      alert: alert({ account: '444455556666', name: 'overload', namespace: 'App', labels: {} }),
      incident: incident({ id: 'Q7', title: 'Overload on checkout', service: { id: 'PSVC003', name: 'checkout' } }),
      witness: witness(),
    };
    const group = { type: 'aws.autoscaling.group', id: 'arn:aws:autoscaling:g', name: 'checkout-web' };
    const read = target({ ...group, account: '444455556666', environment: 'prod', facts });
    return planFor({ ...seen, ...matchAndAim(seen), hash, target: read, corroborable: true });
  }
  beforeEach(async () => {
    bench = await startBench();
    bench.memory.incidents.set('bench:Q7', incidentRow('bench:Q7'));
    bench.memory.decisions.set('bench:Q7', JSON.parse(JSON.stringify(await decided())) as JsonObject);
  });
  afterEach(() => bench.close());
  const planned = (...args: string[]) =>
    stage.run(['plan', ...args], { ...rules, OPSSENTINEL_URL: bench.address, OPSSENTINEL_TOKEN: bench.token('viewer') });

  it('before and after in words, what is put back and given back, the guards’ last word, and the hash that is approved', async () => {
    const verdicts = [
      { guard: 'cooldown', verdict: 'refuse', limit: '30 min', found: 'acted 11 min ago', setBy: 'default' },
      { guard: 'holds', verdict: 'allow', limit: 'none', found: 'none', setBy: 'default' },
    ];
    bench.memory.append({ incident: 'bench:Q7', phase: 'guards', state: 'refused', says: 'no', data: { verdicts } });
    const lengthBefore = (await bench.memory.ledger.timeline('bench:Q7')).length;
    const { code, out, err } = await planned('Q7');
    expect([code, err]).toEqual([exitCodes.ok, '']);
    expect(out).toMatch(/^Decision +it would ask people, and act only when they say yes/m);
    expect(out).toMatch(/^ {2}does +Auto Scaling group checkout-web .*4.*6/m);
    expect(out).toMatch(/^ {2}undo +what was recorded before it is put back/m);
    expect(out).toMatch(/^ {2}lent +given back 2 h after/m);
    expect(out).toMatch(/^Guards +not asked; they need the ledger[\s\S]*REFUSED by cooldown/m);
    // Where the answer stands: what they said last, and when.
    expect(out.replace(/\n +/g, ' ')).toMatch(
      / at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(\d+ s ago\): REFUSED by cooldown: acted 11 min ago/,
    );
    expect(out).toMatch(/^Plan +[0-9a-f]{8}, of 1 step$/m);
    expect(out).not.toContain('was not read');
    expect(await bench.memory.ledger.timeline('bench:Q7')).toHaveLength(lengthBefore);
    expect((await planned('Q404')).code).toBe(exitCodes.notFound);
  });

  it('under other rules on what was read then: what would be done instead', async () => {
    const { code, out } = await planned('Q7', '--rules', library, '-o', 'json');
    expect(code).toBe(exitCodes.ok);
    expect(JSON.parse(out)).toMatchObject({
      items: [{ concluded: 'ask', targets: [{ read: true }], steps: [{ undo: expect.any(String) }] }],
    });
  });
});
