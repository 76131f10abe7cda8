import { describe, expect, it } from '@jest/globals';
import { readCloudWatchBody } from '../aws/bodies/cloudwatch.js';
import type { BodyReader } from '../contract/source.js';
import { normalise, pageOf } from './normalise.js';
import { fixture, type Loose } from './testkit/given.js';

const ref = { source: 'servicenow', externalId: 'ef43c6d40a0a0b5700c77f9bf387afe3', generation: '0' };
const read = (record: Loose, bodies: readonly BodyReader[] = [], generation = '0') =>
  normalise({ incident: record, alerts: [] }, { ...ref, generation }, 'signed', bodies);

describe('a record in our words', () => {
  it('says what it is, of what service, since when, and who has it', () => {
    const record = { ...fixture('incident'), [pageOf]: 'https://example.service-now.com/nav_to.do' };
    expect(read(record)).toEqual({
      incident: {
        ref,
        id: 'INC0012345',
        title: 'Checkout is slow',
        status: 'triggered',
        urgency: 'high',
        priority: '2 - High',
        service: { id: '26da329f0a0a0bb400f69d8159bc753d', name: 'checkout' },
        team: '287ebd7da9fe198100f92cc8d1d2154e',
        url: 'https://example.service-now.com/nav_to.do',
        // The stored value, which is UTC: what people see is in the zone of our user.
        createdAt: '2026-11-22T03:12:38.000Z',
        heldBy: [],
        life: '0',
      },
      alert: {
        source: 'servicenow',
        name: 'Checkout is slow',
        // The location holds a line end: it is no value of a list.
        labels: { cmdb_ci: 'web-01', category: 'Software' },
        startedAt: '2026-11-22T03:12:38.000Z',
        trust: 'signed',
        correlationKey: `servicenow:${ref.externalId}`,
      },
    });
  });

  it('an alarm that a tool put into the description is understood, and correlates with the same by another way', () => {
    const { incident, alert } = read(fixture('incident-forwarded-alarm'), [() => undefined, readCloudWatchBody]);
    expect(alert).toMatchObject({
      source: 'cloudwatch',
      name: 'ec2-cpu-high',
      namespace: 'AWS/EC2',
      labels: { InstanceId: 'i-0aa11bb22cc33dd44' },
      account: '111122223333',
      correlationKey: 'cloudwatch:arn:aws:cloudwatch:eu-west-1:111122223333:alarm:ec2-cpu-high:2026-11-22T03:12:38.000Z',
    });
    expect(incident).toMatchObject({ urgency: 'low', life: '0', heldBy: [{ id: '5137153cc611227c000bbd1bd8cd2005' }] });
  });

  it('prose, broken JSON and nothing at all are no alert of a tool', () => {
    for (const description of ['', 'It is {slow}.', '{"AlarmName":', '[1,2'])
      expect(read({ ...fixture('incident'), description }, [readCloudWatchBody]).alert.source).toBe('servicenow');
  });

  it.each([
    ['1', '', 'triggered'],
    // A state alone says nothing of people: we set it too.
    ['2', '', 'triggered'],
    ['1', 'x', 'acknowledged'],
    ['3', 'x', 'acknowledged'],
    ['6', '', 'resolved'],
    ['7', 'x', 'resolved'],
    ['8', '', 'resolved'],
  ])('state %s, assigned to "%s": %s', (state, assigned, expected) => {
    expect(read({ ...fixture('incident'), state, assigned_to: assigned }).incident.status).toBe(expected);
  });

  it('a reopened one is another life, and does not join the run of the old', () => {
    const again = read({ ...fixture('incident'), reopen_count: '2' }, [], '2');
    expect(again.incident.life).toBe('2');
    expect(again.alert.correlationKey).toBe(`servicenow:${ref.externalId}:r2`);
  });

  it('what PagerDuty’s app keeps in step is the alert of that incident, once it is linked', () => {
    const key = (linked: string) => read({ ...fixture('incident'), x_pd_integration_incident: linked }).alert.correlationKey;
    expect(key('Q1')).toBe('pagerduty:Q1');
    expect(key('---waiting---')).toBe(`servicenow:${ref.externalId}`);
  });

  it('says what is missing where it cannot be understood', () => {
    const { state: _state, ...without } = fixture('incident');
    expect(() => read(without)).toThrow('state cannot be read');
    expect(() => read({ ...fixture('incident'), opened_at: 'yesterday' })).toThrow('opened_at is no time');
  });
});
