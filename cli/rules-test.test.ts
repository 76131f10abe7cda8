import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from './paths.js';
import { createConsole } from './testkit/console.js';

const stage = createConsole();
afterAll(() => rmSync(stage.dir, { recursive: true, force: true }));

/** A copy of the library in which one case is wrong. */
beforeAll(() => {
  cpSync(join(projectRoot(), 'rules', 'library'), join(stage.dir, 'rules'), { recursive: true });
  const file = join(stage.dir, 'rules', 'ec2-cpu-high.cases.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    text
      .replace('{ noMatch: when.1 }', '{ act: restart-ec2-instance }')
      .replace('a lower threshold is no', 'a "lower" <threshold>, no'),
  );
});

describe('rules test', () => {
  it('passes the shipped rules, with their coverage, and says how many', async () => {
    const { code, out, err } = await stage.run(['rules', 'test', '--coverage']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^ok +disk-usage-high +\d+ cases$/m);
    expect(out).toMatch(/ok +coverage/);
    expect(out).toMatch(/^\d+ cases pass, 6 rules/m);
  });

  it('fails with exit code 1, and shows of the case that fails only the lines that differ', async () => {
    const { code, out, err } = await stage.run(['rules', 'test', 'rules']);
    expect(code).toBe(1);
    expect(err).toContain('1 case of ');
    expect(out).toMatch(/FAIL +ec2-cpu-high +1 of \d+ cases failed/);
    expect(out).toMatch(
      /FAIL +ec2-cpu-high: a "lower" <threshold>, .*\n +rules[/]ec2-cpu-high[.]cases[.]yaml:\d+\n +wanted +act restart-ec2-instance\n +found +noMatch when[.]1\n +no +when[.]1 +alert[.]threshold >= 90[.]0 +85\n/,
    );
    expect(out).not.toContain('corroborate');
  });

  it('for scripts: one item for each case', async () => {
    const { code, out } = await stage.run(['rules', 'test', 'rules', '-o', 'json']);
    const { kind, items } = JSON.parse(out) as { kind: string; items: { ok: boolean; expected: string[]; found: unknown[] }[] };
    expect([code, kind]).toEqual([1, 'RulesTest']);
    expect(items.filter(({ ok }) => !ok)).toMatchObject([
      {
        rule: 'ec2-cpu-high',
        expected: ['act restart-ec2-instance'],
        found: [{ verdict: 'noMatch when.1', outcome: 'ignored' }],
      },
    ]);
  });

  it('for CI: JUnit, every text escaped, with the file as CI finds it', async () => {
    const { code, out } = await stage.run(['rules', 'test', 'rules', '--format', 'junit']);
    expect(code).toBe(1);
    expect(out.match(/<testsuite /g)).toHaveLength(6);
    expect(out.match(/<failure /g)).toHaveLength(1);
    expect(out).toContain(
      'name="a &quot;lower&quot; &lt;threshold&gt;, no reason to restart anything" file="rules/ec2-cpu-high.cases.yaml">\n      <failure message="wanted  act restart-ec2-instance">',
    );
    expect(out).not.toMatch(/<(?!\/?(\?xml|testsuites?|testcase|failure)\b)/);
  });

  it('for GitHub: an annotation at the line of the case', async () => {
    const { out } = await stage.run(['rules', 'test', 'rules', '--format', 'github']);
    const line = readFileSync(join(stage.dir, 'rules', 'ec2-cpu-high.cases.yaml'), 'utf8')
      .split('\n')
      .findIndex((text) => text.includes('"lower"'));
    expect(out.trimEnd().split('\n')).toEqual([
      expect.stringMatching(
        new RegExp(
          `^::error file=rules/ec2-cpu-high[.]cases[.]yaml,line=${line + 1},title=ec2-cpu-high%3A a "lower" <threshold>%2C .*::wanted  act restart-ec2-instance%0Afound   noMatch`,
        ),
      ),
    ]);
  });

  it('without the coverage, a case that is missing is no failure; with it, it is', async () => {
    const dir = join(stage.dir, 'short');
    cpSync(join(projectRoot(), 'rules', 'library'), dir, { recursive: true });
    rmSync(join(dir, 'service-overload.cases.yaml'));
    expect((await stage.run(['rules', 'test', 'short'])).code).toBe(0);
    const covered = await stage.run(['rules', 'test', 'short', '--coverage']);
    expect([covered.code, covered.err]).toEqual([1, expect.stringContaining('1 gap in the coverage')]);
    expect(covered.out).toMatch(/GAP +service-overload +has no case/);
  });

  it('a mistake in a case is a problem of lint and of test, at its place', async () => {
    const dir = join(stage.dir, 'broken');
    cpSync(join(projectRoot(), 'rules', 'library'), dir, { recursive: true });
    const file = join(dir, 'service-overload.cases.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('ask: scale-out, target', 'ask: scale-up, target'));
    const says = /broken[/]service-overload[.]cases[.]yaml:\d+:\d+: there is no runbook scale-up/;
    const lint = await stage.run(['rules', 'lint', 'broken']);
    expect([lint.code, lint.out]).toEqual([1, expect.stringMatching(says)]);
    const test = await stage.run(['rules', 'test', 'broken']);
    expect([test.code, test.err]).toEqual([2, expect.stringMatching(says)]);
  });
});
