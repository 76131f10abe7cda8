import { describe, expect, it } from '@jest/globals';
import type { Person } from '../../domain/incident.js';
import { VendorError } from '../../integrations/contract/errors.js';
import { incident, policy, rule, runbook, setOf } from '../../tests/support/rules.js';
import { about, ada, depsOf, inActivity } from '../testkit/deciding.js';
import { allNamesOf, approversNow, keptName } from './approvers.js';

const grace: Person = { id: 'PGRACE', name: 'Grace', email: 'Grace@example.com' };

/** Who may decide where the policy names these, while those are on call. */
const now = (named: string, people: readonly Person[], onCall: () => Promise<readonly Person[]> = async () => people) => {
  const set = setOf(policy().replace(/teams:[^\n]*/, `teams: { team-web: { approvers: [${named}] } }`), runbook(), rule());
  const deps = depsOf(set, { offered: { people } });
  const source = { with: (call: unknown) => call, onCall };
  const asked = { ...deps, registry: { ...deps.registry, sources: new Map([['pagerduty', source]]) } } as unknown as typeof deps;
  return inActivity(() => approversNow(asked, about, incident(), 'team-web'));
};

describe('G10, M28: whom the policy names is one person under all the names that the rota has of them', () => {
  it.each([
    ['by mail address', 'ada@example.com'],
    ['by PagerDuty’s id', 'PADA'],
    ['by both', 'PADA, ADA@example.com'],
  ])('%s', async (_how, named) => {
    const approvers = await now(named, [ada, grace]);
    expect([...approvers.names].sort()).toEqual(['ada@example.com', 'pada']);
    expect(approvers.says).toBe(named);
    for (const name of ['PADA', 'ada@example.com']) {
      expect(allNamesOf(name, approvers)).toEqual(['pada', 'ada@example.com']);
      expect(keptName(name, approvers)).toBe('ada@example.com');
    }
  });

  it('nobody else may decide for being on call, and whoever asked is known by all of their names', async () => {
    const approvers = await now('ada@example.com', [ada, grace]);
    expect(approvers.names).not.toContain('grace@example.com');
    expect(allNamesOf('PGRACE', approvers)).toContain('grace@example.com');
  });

  it('who is not on call is known by the name that the policy writes alone', async () => {
    const approvers = await now('Eve@example.com, ada', [ada]);
    expect(approvers.names).toEqual(['eve@example.com', 'ada']);
    expect(allNamesOf('PEVE', approvers)).toEqual(['peve']);
  });

  it('a rota that may not be read takes nobody’s word away; one that does not answer is asked again', async () => {
    const away = (fault: 'forbidden' | 'unavailable') => () => Promise.reject(new VendorError('pagerduty', fault, 'no'));
    expect(await now('ada@example.com', [], away('forbidden'))).toEqual({ names: ['ada@example.com'], says: 'ada@example.com' });
    await expect(now('ada@example.com', [], away('unavailable'))).rejects.toMatchObject({ fault: 'unavailable' });
  });
});
