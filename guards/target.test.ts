import { describe, expect, it } from '@jest/globals';
import type { GuardFacts } from '../domain/admission.js';
import type { Target } from '../domain/target.js';
import { askAll, calmFacts, calmState } from './facts.fixture.js';

const calm = calmFacts().target;
const name = calm.name;
const said = (target: Partial<Target>, facts: Partial<GuardFacts> = {}) =>
  askAll(calmFacts({ target: { ...calm, ...target }, ...facts }), calmState()).of('target');
const allowed = { verdict: 'allow', found: `${name}, tag opssentinel=allow` };

describe('target', () => {
  it.each<[string, Partial<Target>, string]>([
    ['without an id', { id: '  ' }, 'no target was resolved'],
    ['without a name', { name: '' }, 'no target was resolved'],
    ['with a blank name', { name: ' \t' }, 'no target was resolved'],
    ['whose id holds a space', { id: 'i-1 i-2' }, '"i-1 i-2" is not one concrete resource'],
    ['whose id is a pattern', { id: 'i-?' }, '"i-?" is not one concrete resource'],
    ['without a region', { region: '' }, `it is not known in which account and region ${name} is`],
    ['in no environment', { environment: '' }, `${name} is in no environment, the rule was judged for prod`],
    ['in another', { environment: 'dev' }, `${name} is in dev, the rule was judged for prod`],
    ['of another region', { region: 'us-east-1' }, `${name} is in eu-west-1, it was read in us-east-1`],
    ['of another account', { account: '1' }, `${name} is in account 444455556666, it was read in 1`],
    ['without the tag', { tags: {} }, `${name} does not carry the tag opssentinel=allow`],
    [
      'with another value of it',
      { tags: { opssentinel: '' } },
      `${name} does not carry the tag opssentinel=allow (it has opssentinel=)`,
    ],
  ])('refuses one %s, and says so', (_what, change, found) => {
    expect(said(change)).toMatchObject({ verdict: 'refuse', limit: 'one, opssentinel=allow', found });
  });

  it('G2: of more than five, only as many as are a tenth of their group', () => {
    const of = (together: number, total?: number) => {
      const group = { name: 'instances with service=web', total: total ?? 0, healthy: total ?? 0, targetHealthy: true };
      const surroundings = { people: [], unknown: [], ...(total === undefined ? {} : { group }) };
      return said({}, { together, surroundings });
    };
    expect(of(5)).toMatchObject(allowed);
    expect(of(5, 6)).toMatchObject(allowed);
    expect(of(6, 60)).toMatchObject(allowed);
    expect(of(6)).toMatchObject({
      verdict: 'refuse',
      found: '6 at once are more than 5, and of how many is not known',
    });
    expect(of(6, 59)).toMatchObject({
      verdict: 'refuse',
      found: '6 at once are more than 5, and more than a tenth of instances with service=web (59)',
    });
  });

  it('an id that is no ARN, or an ARN of a service without region or account, says nothing of where it is', () => {
    for (const id of [
      'i-1',
      'x:y:z:us-east-1:1:instance/i-1',
      'arn:aws:s3:::bucket',
      'arn:aws:iam::444455556666:role/x',
      'arn:aws',
    ])
      expect(said({ id })).toMatchObject(allowed);
    expect(said({ id: 'arn:aws:iam::1:role/x' })?.verdict).toBe('refuse');
    expect(said({ id: 'arn:aws:x:us-east-1::thing' })?.verdict).toBe('refuse');
  });

  it('a tag that every object has, or that another one has, protects nothing and allows nothing', () => {
    const inherited = { toString: Object.prototype.toString } as unknown as Record<string, string>;
    expect(said({}, { protected: [{ tag: inherited }] })).toMatchObject(allowed);
    expect(said({}, { optInTag: { key: 'toString', value: inherited['toString'] ?? '' } })?.verdict).toBe('refuse');
  });

  it('each line that protects is asked, by tag and by ARN; the first that fits is named', () => {
    const tags = { opssentinel: 'allow', tier: 'db', keep: 'out' };
    const lines: GuardFacts['protected'] = [
      { tag: { tier: 'web' } },
      { arn: 'arn:aws:rds:*' },
      { tag: { a: 'b', keep: 'out' } },
      { tag: { tier: 'db' } },
    ];
    expect(said({ tags }, { protected: lines })).toMatchObject({
      verdict: 'refuse',
      found: `${name} is protected: tag keep=out`,
    });
    expect(said({}, { protected: [{ tag: { x: 'y' }, arn: `${calm.id.slice(0, -1)}?` }] })?.found).toBe(
      `${name} is protected: ${calm.id.slice(0, -1)}?`,
    );
    expect(said({}, { protected: [{}] })).toMatchObject(allowed);
  });

  it('is no part of ourselves, by id or by name', () => {
    for (const own of [[calm.id], ['x', 'arn:aws:ec2:*'], [name]])
      expect(said({}, { own })?.found).toBe(`${name} is a part of OpsSentinel itself (${own.at(-1)})`);
    expect(said({}, { own: ['i-other', 'arn:aws:rds:*'] })).toMatchObject(allowed);
  });

  it('every requirement must hold, and the first that does not is named with what was found', () => {
    const line = (text: string, holds: boolean) => ({ text, holds, found: `found ${text}` });
    const required = [line('a', true), line('b', false), line('c', false)];
    expect(said({}, { required })?.found).toBe('b does not hold: found b');
    expect(said({}, { required: [line('a', true)] })).toMatchObject(allowed);
    expect(said({}, { required: [{ ...line('a', true), holds: 'yes' as never }] })?.verdict).toBe('refuse');
  });
});
