import { describe, expect, it } from '@jest/globals';
import { policy, runbook, setOf } from '../tests/support/rules.js';
import { freezesAhead, freezesOf } from './freezes.js';

const at = (time: string): number => Date.parse(`2026-12-${time}Z`);
const set = setOf(
  policy(`freezes:
  - { name: year-end, from: 2026-12-18T00:00Z, to: 2026-12-28T00:00Z, env: [prod], allow: [additive] }
  - { name: sale, from: 2026-12-01T00:00Z, to: 2026-12-02T12:00:30Z }
  - { name: audit, from: 2026-12-20T00:00Z, to: 2026-12-21T00:00Z }
`),
  runbook(),
);
const closed = (environment: string, time: string): string[] =>
  freezesOf(set, environment, at(time))
    .filter((word) => word.closed)
    .map(({ says }) => says);

describe('row 17: the policy’s own freezes', () => {
  it('hold from their first millisecond, and at their end no more', () => {
    expect(closed('staging', '01T00:00:00.000')).toEqual(['freeze sale']);
    expect(freezesOf(set, 'staging', at('01T00:00:00') - 1)[0]?.closed).toBe(false);
    expect(closed('staging', '02T12:00:29.999')).toEqual(['freeze sale']);
    expect(closed('staging', '02T12:00:30.000')).toEqual([]);
  });

  it('hold in the environments that they name, and without any in all of them', () => {
    expect(closed('prod', '19T00:00:00')).toEqual(['freeze year-end']);
    expect(closed('staging', '19T00:00:00')).toEqual([]);
    for (const environment of ['prod', 'staging']) expect(closed(environment, '20T12:00:00')).toContain('freeze audit');
  });

  it('say who, until when, and what they let through', () => {
    expect(freezesOf(set, 'prod', at('19T00:00:00'))[0]).toEqual({
      from: set.policy.at,
      closed: true,
      says: 'freeze year-end',
      until: '2026-12-28T00:00:00.000Z',
      allow: ['additive'],
    });
  });
});

describe('freezes in force, and ahead', () => {
  const names = (time: string): string[] =>
    freezesAhead(set, at(time)).map(({ name, inForce }) => `${name} ${inForce ? 'in force' : 'ahead'}`);

  it('what is in force comes first, then what begins first; what has ended is left out', () => {
    expect(names('01T00:00:00')).toEqual(['sale in force', 'year-end ahead', 'audit ahead']);
    expect(names('02T12:00:30')).toEqual(['year-end ahead', 'audit ahead']);
    expect(names('20T00:00:00')).toEqual(['year-end in force', 'audit in force']);
    expect(names('28T00:00:00')).toEqual([]);
  });

  it('each says where it is written, when, where it holds and what it lets through', () => {
    const [first, , third] = freezesAhead(set, at('01T00:00:00'));
    expect(first).toEqual({
      name: 'sale',
      at: set.policy.at,
      inForce: true,
      from: '2026-12-01T00:00:00.000Z',
      to: '2026-12-02T12:00:30.000Z',
      environments: ['staging', 'prod'],
      allow: [],
    });
    expect(third).toMatchObject({ name: 'audit', environments: ['staging', 'prod'] });
  });

  it('say the same as admission is told, at any time', () => {
    for (let hour = 0; hour < 28 * 24; hour += 5) {
      const now = at('01T00:00:00') + hour * 3_600_000;
      const told = freezesOf(set, 'prod', now).flatMap(({ closed: shut, says }) => (shut ? [says] : []));
      const shown = freezesAhead(set, now).flatMap(({ inForce, environments, name }) =>
        inForce && environments.includes('prod') ? [`freeze ${name}`] : [],
      );
      expect(shown.sort()).toEqual(told.sort());
    }
  });
});
