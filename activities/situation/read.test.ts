import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Incident } from '../../domain/incident.js';
import type { Call, Place } from '../../integrations/contract/call.js';
import type { ActivityDeps } from '../deps.js';
import { readIncident } from './read.js';

const ref = { source: 'bench', externalId: 'Q1', generation: '0' };
const roles = { read: 'OpsSentinelRead', act: 'OpsSentinelAct' };
const set = {
  policy: {
    doc: { profile: 'bench', environments: { prod: { accounts: { '111122223333': { regions: ['eu-west-1'], ...roles } } } } },
  },
};

/** Where the source's read was sent. */
async function placeOfRead(place?: (of: typeof ref) => Omit<Place, 'role'> | undefined): Promise<Place | undefined> {
  let at: Place | undefined;
  const source = {
    with: (call: Call) => call,
    ...(place ? { place } : {}),
    read: async (call: Call) => {
      at = call.place;
      return { incident: {}, alerts: [] };
    },
    normalise: () => ({ incident: {} as Incident, alert: {} }),
  };
  const deps = {
    registry: { sources: new Map([['bench', source]]), bodies: [] },
    rules: () => set,
    now: () => 0,
  } as unknown as ActivityDeps;
  await new MockActivityEnvironment().run(() => readIncident(deps, { incident: 'bench:Q1', ref, trust: 'signed' }));
  return at;
}

describe('reading an incident at its source', () => {
  it('goes to the place of the incident, as the role that may read there', async () => {
    expect(await placeOfRead(() => ({ account: '111122223333', region: 'eu-west-1' }))).toEqual({
      account: '111122223333',
      region: 'eu-west-1',
      role: 'OpsSentinelRead',
    });
  });

  it('has no role in an account that the policy does not know', async () => {
    expect(await placeOfRead(() => ({ account: '999999999999', region: 'eu-west-1' }))).toEqual({
      account: '999999999999',
      region: 'eu-west-1',
    });
  });

  it('goes nowhere in particular where the source names no place', async () => {
    expect(await placeOfRead()).toEqual({ account: '', region: '' });
    expect(await placeOfRead(() => undefined)).toEqual({ account: '', region: '' });
  });
});
