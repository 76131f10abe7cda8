import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RightsLine } from '../../contract/rights.js';
import { packed, mostOfPolicy, sizeOf } from './size.js';
import { beyond, policyOf, type Right, statementOf, statements } from './statements.js';

const right: fc.Arbitrary<Right> = fc.record({
  sid: fc.constantFrom('Start', 'Read', 'Pass'),
  action: fc.constantFrom('ssm:A', 'ssm:B', 'ec2:C', 'ec2:D'),
  resource: fc.constantFrom('*', 'arn:one', 'arn:two', 'arn:three'),
  conditions: fc.constantFrom(undefined, { StringEquals: { key: 'a' } }, { StringEquals: { key: 'b' } }),
  because: fc.constantFrom('runbook x', 'runbook y'),
});
const rights = fc.array(right, { maxLength: 30 });

const keyOf = (action: string, resource: string, conditions: unknown): string =>
  JSON.stringify([action, resource, conditions ?? {}]);
const given = (lines: readonly RightsLine[]): string[] =>
  lines.flatMap(({ actions, resources, conditions }) =>
    actions.flatMap((action) => resources.map((resource) => keyOf(action, resource, conditions))),
  );
const wanted = (all: readonly Right[]): Set<string> =>
  new Set(all.map(({ action, resource, conditions }) => keyOf(action, resource, conditions)));

describe('statements', () => {
  it('give exactly the rights that they are made of, each once', () => {
    fc.assert(
      fc.property(rights, (all) => {
        const lines = statements(all);
        expect(new Set(given(lines))).toEqual(wanted(all));
        expect(given(lines)).toHaveLength(wanted(all).size);
      }),
    );
  });

  it('are the same text in whatever order the rights come', () => {
    fc.assert(
      fc.property(
        rights.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => expect(JSON.stringify(statements(shuffled))).toBe(JSON.stringify(statements(all))),
      ),
    );
  });

  it('have names of their own, of letters and digits', () => {
    fc.assert(
      fc.property(rights, (all) => {
        const sids = statements(all).map(({ sid }) => sid);
        expect(new Set(sids).size).toBe(sids.length);
        for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
      }),
    );
  });

  it('beyond others hold what those lack, and together all of it', () => {
    fc.assert(
      fc.property(rights, rights, (all, granted) => {
        const more = given(statements(beyond(all, granted)));
        expect(more.filter((one) => wanted(granted).has(one))).toEqual([]);
        expect(new Set([...more, ...wanted(granted)])).toEqual(new Set([...wanted(all), ...wanted(granted)]));
      }),
    );
  });
});

describe('policies of many statements', () => {
  const line = (index: number, length: number): RightsLine => ({
    sid: `S${index}`,
    actions: ['ssm:StartAutomationExecution'],
    resources: [`arn:aws:ssm:eu-west-1:111122223333:document/${'x'.repeat(length)}`],
    because: [],
  });

  it('are split before the limit of IAM, in order, nothing lost', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 12 }), (lengths) => {
        const lines = lengths.map((length, index) => line(index, length));
        const packs = packed(lines);
        expect(packs.flat()).toEqual(lines);
        for (const pack of packs) expect(sizeOf(policyOf(pack.map(statementOf)))).toBeLessThanOrEqual(mostOfPolicy);
      }),
    );
  });

  it('also where one statement alone is too long for one', () => {
    const resources = Array.from({ length: 300 }, (_, index) => `arn:aws:ssm:eu-west-1:111122223333:document/Document-${index}`);
    const packs = packed([line(1, 10), { ...line(2, 10), resources }, line(3, 10)]);
    expect(packs.length).toBeGreaterThan(1);
    expect(packs.flat().flatMap((one) => one.resources)).toEqual([
      ...line(1, 10).resources,
      ...resources,
      ...line(3, 10).resources,
    ]);
    for (const pack of packs) {
      expect(sizeOf(policyOf(pack.map(statementOf)))).toBeLessThanOrEqual(mostOfPolicy);
      expect(new Set(pack.map(({ sid }) => sid)).size).toBe(pack.length);
    }
  });

  it('with one that is too long by itself cannot be written', () => {
    expect(() => packed([line(1, 7_000)])).toThrow(/longer than the 6144 characters/);
  });
});
