import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Bench, startBench } from '../../api/testkit/bench.js';
import { incidentRow } from '../../api/testkit/memory-ledger.js';
import { matchAndAim, planFor } from '../../decide/decide.js';
import type { JsonObject } from '../../domain/json.js';
import type { GuardVerdict } from '../../domain/permit.js';
import type { Decision } from '../../domain/plan.js';
import { checkout } from '../../tests/support/repository.js';
import { alert, hash, incident, target, witness } from '../../tests/support/rules.js';
import { loadOrRefuse } from '../loaded-rules.js';
import { projectRoot } from '../paths.js';
import { createConsole } from '../testkit/console.js';

const stage = createConsole();
const library = join(projectRoot(), 'rules', 'library');
const { rules, commit } = checkout(join(stage.dir, 'repo'));

/** As it was decided when the library was in force: one instance of staging, acted on. */
async function decided(): Promise<Decision> {
  const { set, catalogue } = await loadOrRefuse(library);
  const labels = { InstanceId: 'i-0aa11bb22cc33dd44' };
  const seen = {
    set,
    catalogue,
    alert: alert({ labels }),
    incident: incident({ id: 'Q7', title: 'ALARM: "web-cpu-high" in EU (Ireland)' }),
    witness: witness({ labels }),
  };
  const facts = { state: 'running', autoScalingGroup: '' };
  const read = target({ type: 'aws.ec2.instance', id: 'arn:aws:ec2:i', name: labels.InstanceId, facts });
  return planFor({ ...seen, ...matchAndAim(seen), hash, target: read, corroborable: true });
}

const verdict = (guard: string, over: Partial<GuardVerdict> = {}): GuardVerdict => ({
  guard,
  verdict: 'allow',
  limit: 'yes',
  found: 'yes',
  setBy: 'default',
  ...over,
});
const names = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const guards = names.map((name) => verdict(name, name === 'ten' ? { verdict: 'refuse', found: 'acted 11 min ago' } : {}));

beforeAll(() => {
  cpSync(library, rules, { recursive: true });
  commit('ada');
  const file = join(rules, 'ec2-cpu-high.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('>= 90.0', '>= 95.0'));
  commit('ada');
});
afterAll(() => rmSync(stage.dir, { recursive: true, force: true }));

describe('rules explain of a recorded delivery', () => {
  it('row 10: one rule set and one sample payload say match or no match, condition by condition, and nothing is touched', async () => {
    const before = readdirSync(stage.dir, { recursive: true, encoding: 'utf8' }).sort();
    const sample = join(library, 'fixtures', 'cpu-high.json');
    const { code, out } = await stage.run(['rules', 'explain', sample]);
    expect(code).toBe(0);
    expect(out).toMatch(/^MATCHED {3}ec2-cpu-high/m);
    expect(out).toMatch(/^ {2}yes {2}when\.1 {4}alert\.threshold >= 90\.0 +90$/m);
    expect(out).toMatch(
      /^DECISION {2}nothing: ec2-cpu-high matches and aims at aws\.ec2\.instance\n? +i-0cc33dd44ee55ff66 in prod/m,
    );
    const no = await stage.run(['rules', 'explain', sample], { OPSSENTINEL_RULES: rules });
    expect(no.out).toMatch(/^ {2}ec2-cpu-high +no +when\.1 +alert\.threshold >= 95\.0 +90$/m);
    expect(readdirSync(stage.dir, { recursive: true, encoding: 'utf8' }).sort()).toEqual(before);
  });

  it('reads an alerting tool’s own body as well', async () => {
    const { out } = await stage.run(['rules', 'explain', join(library, 'fixtures', 'disk-91-data.cloudwatch.json')]);
    expect(out).toMatch(/^MATCHED {3}disk-usage-high/m);
  });
});

describe('rules explain of a past incident', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench();
    const decision = await decided();
    bench.memory.incidents.set('bench:Q7', incidentRow('bench:Q7'));
    bench.memory.decisions.set('bench:Q7', JSON.parse(JSON.stringify(decision)) as JsonObject);
    bench.memory.append({ incident: 'bench:Q7', phase: 'plan', state: 'ok', says: 'planned' });
    bench.memory.append({
      incident: 'bench:Q7',
      phase: 'guards',
      state: 'ok',
      says: 'asked',
      data: { verdicts: guards as unknown as JsonObject[] },
    });
  });
  afterEach(() => bench.close());
  const explained = (...args: string[]) =>
    stage.run(['rules', 'explain', 'Q7', ...args], {
      OPSSENTINEL_URL: bench.address,
      OPSSENTINEL_TOKEN: bench.token('viewer'),
      OPSSENTINEL_RULES: rules,
    });

  it('says when it was decided and by which rules, and what refused; the guards that allow are counted, and --all shows them', async () => {
    const { code, out, err } = await explained();
    expect(code).toBe(0);
    expect(out).toMatch(/^ +decided \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ by rules [0-9a-f]{8}\. Today’s rules are /m);
    expect(out).toMatch(/^DECISION {2}refused by ten: acted 11 min ago$/m);
    expect(out).toMatch(/^ {2}REFUSE ten /m);
    expect(out).toMatch(/^ {2}allow {2}seven /m);
    expect(out).not.toMatch(/^ {2}allow {2}eight /m);
    expect(out).toMatch(/^ {2}… +2 more allow: --all shows them$/m);
    expect(err).toContain('Try it again   opssentinel rules explain Q7 --rules ./my-branch');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    const all = await explained('--all');
    for (const name of names) expect(all.out).toMatch(new RegExp(`^ {2}(allow|REFUSE) +${name} `, 'm'));
  });

  it('N7: it can be decided again under a folder or under another git revision of the rules, and the two decisions are diffed', async () => {
    const same = await explained('--rules', 'HEAD~1');
    expect([same.code, same.err]).toEqual([0, expect.stringMatching(/Under the rules of HEAD~1 \([0-9a-f]{8}\): the same\./)]);
    const other = await explained('--rules', rules);
    expect(other.code).toBe(1);
    expect(other.err).toContain('decision: was act, would be nothing: none of 6 rules matches');
    expect(other.err).toContain('rule: was ec2-cpu-high, would be -');
    expect(other.out).toMatch(/^ {2}ec2-cpu-high +no +when\.1 +alert\.threshold >= 95\.0 +90$/m);
    const json = await explained('--rules', 'main', '-o', 'json');
    expect(JSON.parse(json.out)).toMatchObject({
      items: [{ concluded: 'nothing', under: { differs: expect.arrayContaining([expect.stringContaining('rule: was')]) } }],
    });
  });

  it('a target that nobody recorded is no reason to say that there was none', async () => {
    const decision = await decided();
    const { plan: _plan, ...rest } = decision as Extract<Decision, { plan: unknown }>;
    bench.memory.decisions.set('bench:Q7', {
      ...(rest as unknown as JsonObject),
      concluded: 'nothing',
      because: 'no rule matches',
    });
    const { code, err } = await explained('--rules', 'HEAD~1');
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/would be nothing: ec2-cpu-high matches and aims at .* is not known here/),
    ]);
  });
});
