import { describe, expect, it } from '@jest/globals';
import type { Alert } from '../domain/alert.js';
import type { Incident } from '../domain/incident.js';
import { Policy } from '../rules/language/policy.js';
import { alert, incident } from '../tests/support/rules.js';
import { locate } from './environment.js';

const account = (...regions: string[]) => ({ regions, read: 'Read', act: 'Act' });
const policy = Policy.parse({
  apiVersion: 'opssentinel.dev/v1',
  policy: 'p',
  environments: {
    staging: {
      accounts: { '111122223333': account('eu-west-1') },
      labels: { env: 'staging' },
      pagerduty: ['PSVC001'],
      ceiling: 'auto',
    },
    prod: {
      accounts: { '444455556666': account('eu-west-1') },
      labels: { env: 'prod', tier: 'core' },
      pagerduty: ['PSVC002'],
      ceiling: 'auto',
    },
    wide: { accounts: { '777788889999': account('eu-west-1', 'us-east-1') }, labels: { env: 'wide' }, ceiling: 'auto' },
  },
});

const nowhere = { account: undefined, region: undefined };
const ofGrafana: Partial<Incident> = { ref: { source: 'grafana', externalId: 'x', generation: '1' } };
const at = (labels: Record<string, string>, over: object = nowhere, about: Partial<Incident> = ofGrafana) =>
  locate(policy, alert({ labels, ...over } as Partial<Alert>), incident(about));
const refusal = (located: ReturnType<typeof locate>) => (located.ok ? located : located.because);

describe('an alert without account and PagerDuty service', () => {
  it('belongs to the environment whose labels it has, all of them', () => {
    expect(at({ env: 'staging', other: 'x' })).toEqual({
      ok: true,
      environment: 'staging',
      account: '111122223333',
      region: 'eu-west-1',
    });
    expect(at({ env: 'prod', tier: 'core' })).toMatchObject({ environment: 'prod' });
    expect(refusal(at({ env: 'prod' }))).toContain('its labels no environment');
    expect(refusal(at({ ENV: 'staging' }))).toContain('its labels no environment');
    expect(refusal(at({}))).toContain('its labels no environment');
  });

  it('needs its region where the environment has several places', () => {
    expect(refusal(at({ env: 'wide' }))).toContain('has several');
    expect(at({ env: 'wide' }, { account: undefined, region: 'us-east-1' })).toMatchObject({ ok: true, region: 'us-east-1' });
    expect(refusal(at({ env: 'wide' }, { account: undefined, region: 'us-west-2' }))).toContain('none that fits');
  });
});

describe('labels that contradict another way', () => {
  it('are refused against the account', () => {
    expect(at({ env: 'staging' }, { account: '111122223333', region: 'eu-west-1' })).toMatchObject({ environment: 'staging' });
    expect(refusal(at({ env: 'staging' }, { account: '444455556666', region: 'eu-west-1' }))).toBe(
      'the alert comes from account 444455556666 (prod), but also has the labels of staging; one of the two is wrong',
    );
  });

  it('are refused against the PagerDuty service', () => {
    const service = { service: { id: 'PSVC002', name: 'web' } };
    expect(at({ env: 'prod', tier: 'core' }, nowhere, service)).toMatchObject({ environment: 'prod' });
    expect(refusal(at({ env: 'staging' }, nowhere, service))).toBe(
      'the alert has the labels of staging, but PagerDuty service PSVC002 belongs to prod; one of the two is wrong',
    );
  });

  it('do not replace a PagerDuty service that the policy does not know', () => {
    expect(refusal(at({ env: 'staging' }, nowhere, { service: { id: 'PSVC999', name: 'x' } }))).toContain('PSVC999');
  });

  it('are refused when they are those of two environments', () => {
    const two = Policy.parse({
      ...policy,
      environments: { ...policy.environments, team: { ...policy.environments['wide'], labels: { team: 'a' } } },
    });
    const located = locate(two, alert({ labels: { env: 'staging', team: 'a' }, ...nowhere } as never), incident(ofGrafana));
    expect(refusal(located)).toContain('has the labels of staging, but also has the labels of team');
  });
});
