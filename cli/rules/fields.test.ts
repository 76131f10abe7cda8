import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { compileCondition } from '../../decide/condition.js';
import { ruleFields, targetFields } from '../../domain/readable.js';
import { fieldTexts } from '../../rules/language/examples/fields.js';
import { installation } from '../installation.js';
import { createConsole } from '../testkit/console.js';
import { fieldOwners, readableFields } from './fields.js';

const { registry, catalogue } = installation({});
const all = readableFields(registry);
const stage = createConsole();
afterAll(() => rmSync(stage.dir, { recursive: true, force: true }));

describe('every field that a rule may read', () => {
  it('of alert and incident has a sentence, a source and an example, and nothing else has', () => {
    const known = all.filter(({ of }) => of === 'alert' || of === 'incident').map(({ field }) => field);
    expect(Object.keys(fieldTexts).filter((field) => !known.includes(field))).toEqual([]);
    expect(
      known
        .filter((field) => !Object.hasOwn(fieldTexts, field))
        .map((field) => `The field ${field} lacks a sentence: add it to rules/language/examples/fields.ts`),
    ).toEqual([]);
  });

  it('has an example that compiles where it may stand', () => {
    const wrong = all.flatMap(({ of, example }) => {
      const target = catalogue.targets.get(of);
      const compiled = compileCondition(example, target ? targetFields(target) : ruleFields);
      return compiled.ok ? [] : [`${example}: ${compiled.problems.map(({ says }) => says).join('; ')}`];
    });
    expect(wrong).toEqual([]);
  });

  it('is there for every target type, all that the check of `require` knows', () => {
    for (const target of catalogue.targets.values())
      expect(all.filter(({ of }) => of === target.type).map(({ field }) => field)).toEqual(
        expect.arrayContaining(Object.keys(target.facts).map((fact) => `target.${fact}`)),
      );
  });
});

describe('rules fields', () => {
  it('shows all, within 100 columns', async () => {
    const { code, out } = await stage.run(['rules', 'fields']);
    expect(code).toBe(0);
    for (const owner of fieldOwners(registry)) expect(out).toContain(`${owner}: read by `);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('shows one type, with the members of its lists', async () => {
    const { out } = await stage.run(['rules', 'fields', 'aws.ecs.service']);
    expect(out).toMatch(/target\.deployments\[\]\.rolloutState +text\. IN_PROGRESS, COMPLETED or FAILED/);
    expect(out).not.toContain('alert.metric');
  });

  it('for scripts: one item for each field', async () => {
    const { out } = await stage.run(['rules', 'fields', 'alert', '-o', 'json']);
    expect(JSON.parse(out)).toMatchObject({
      kind: 'RulesFields',
      items: expect.arrayContaining([
        expect.objectContaining({ field: 'alert.threshold', of: 'alert', type: 'number', optional: true }),
      ]),
    });
  });

  it('names the nearest where there is no such type', async () => {
    const { code, err } = await stage.run(['rules', 'fields', 'aws.ec2.instanc']);
    expect([code, err]).toEqual([3, expect.stringContaining('did you mean "aws.ec2.instance"?')]);
  });
});
