import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hash } from '../tests/support/rules.js';
import { canonicalJson } from './json.js';
import { modeOrder, type Plan, planHash, planIn, shortHash } from './plan.js';

const plan = {
  ref: { source: 'pagerduty', externalId: 'Q1', generation: '0' },
  rule: { name: 'cpu', logicHash: 'l', fileHash: 'f', at: 'rules/cpu.yaml:3' },
  rulesHash: 'set',
  environment: 'prod',
  mode: 'approve',
  target: {
    type: 'aws.ec2.instance',
    id: 'arn:i-1',
    name: 'i-1',
    account: '444455556666',
    region: 'eu-west-1',
    environment: 'prod',
    tags: { a: 'b' },
    facts: { state: 'running' },
    readAt: '2026-11-22T03:13:40Z',
  },
  selector: { instance: 'i-1' },
  steps: [{ index: 0, runbook: 'restart', runbookHash: 'r', action: 'x', params: { a: 1 }, risk: 'disruptive' }],
  limits: { firingForMs: 60_000, cooldownMs: 1, setBy: { cooldown: 'opssentinel.yaml:22' } },
  approval: { from: 'on-call', count: 1, expiresInMs: 1, signals: 'count' },
  report: { resolve: 'never' },
  pace: { profile: 'standard', pollMs: 1, heartbeatMs: 1, adoptEveryMs: 1 },
};
const hashOf = (value: object): string => planHash(value as unknown as Omit<Plan, 'hash'>, canonicalJson, hash);

/** The plan with another value at one place, for every place in it. */
function changed(value: unknown, place: string[] = []): { place: string; value: unknown }[] {
  if (value === null || typeof value !== 'object') return [{ place: place.join('.'), value: `${String(value)}!` }];
  return Object.entries(value).flatMap(([key, member]) =>
    changed(member, [...place, key]).map((one) => ({
      place: one.place,
      value: Array.isArray(value) ? [...value].fill(one.value, Number(key), Number(key) + 1) : { ...value, [key]: one.value },
    })),
  );
}
const moving = /^(target\.(facts|readAt|tags)|rule\.at$|limits\.setBy)/;

describe('row 34: what an approval pins', () => {
  it.each(changed(plan).filter(({ place }) => !moving.test(place)))('$place is pinned', ({ value }) => {
    expect(hashOf(value as object)).not.toBe(hashOf(plan));
  });

  it.each(changed(plan).filter(({ place }) => moving.test(place)))('$place is not: it moves by itself', ({ value }) => {
    expect(hashOf(value as object)).toBe(hashOf(plan));
  });

  it('the order in which members were written does not matter', () => {
    expect(hashOf(Object.fromEntries(Object.entries(plan).reverse()))).toBe(hashOf(plan));
  });

  it('of several targets what each of them is and how it is acted on, not what moves by itself', () => {
    const { target, selector, steps } = plan;
    const other = { target: { ...target, id: 'arn:i-2' }, selector: { instance: 'i-2' }, steps };
    const several = { ...plan, rollout: { each: [{ target, selector, steps }, other], batches: [1, 1], maxErrors: 0 } };
    const movesInEach = /^rollout\.each\.\d\.target\.(facts|readAt|tags)/;
    expect(hashOf(several)).not.toBe(hashOf(plan));
    for (const { place, value } of changed(several).filter((one) => one.place.startsWith('rollout')))
      expect([place, hashOf(value as object) === hashOf(several)]).toEqual([place, movesInEach.test(place)]);
  });

  it('is the same by which a plan without a rollout was approved before there were any', () => {
    expect(hashOf({ ...plan, rollout: undefined })).toBe(hashOf(plan));
    expect(hashOf(plan)).toBe('85a90332a3c7cde92560d65f41ab8bc7ce0af4eabc03df3c43340de7169f1506');
  });

  it('is the whole hash, of which people see eight characters', () => {
    expect(hashOf(plan)).toMatch(/^[0-9a-f]{64}$/);
    expect(shortHash(hashOf(plan))).toBe(hashOf(plan).slice(0, 8));
  });
});

describe('the text that hashes are taken of', () => {
  it('says the same for the same value, whatever the order, and leaves out what is not there', () => {
    expect(canonicalJson({ b: [1, null, 'x'], a: { d: true, c: undefined } })).toBe('{"a":{"d":true},"b":[1,null,"x"]}');
    expect(canonicalJson([undefined, 'a"b'])).toBe('[null,"a\\"b"]');
    expect(canonicalJson({ B: 1, a: 2, A: 3, ab: 4 })).toBe('{"A":3,"B":1,"a":2,"ab":4}');
  });

  it('is JSON of the same value, so two values share a text only where they are one', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))),
    );
    const shuffled = fc
      .dictionary(fc.string(), fc.integer())
      .chain((one) =>
        fc.tuple(fc.constant(one), fc.shuffledSubarray(Object.entries(one), { minLength: Object.keys(one).length })),
      );
    fc.assert(fc.property(shuffled, ([one, entries]) => canonicalJson(Object.fromEntries(entries)) === canonicalJson(one)));
  });
});

it('modes stand in the order of what they allow, the least first', () => {
  expect(modeOrder).toEqual(['observe', 'approve', 'auto']);
});

it('a decision has a plan where it came to one', () => {
  expect(planIn(undefined)).toBeUndefined();
  expect(planIn({ concluded: 'nothing', because: 'no rule matches' } as never)).toBeUndefined();
  expect(planIn({ concluded: 'act', plan } as never)).toBe(plan);
});
