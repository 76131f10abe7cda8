import { describe, expect, it } from '@jest/globals';
import type { DoorView, FollowerView } from '../../api/shapes.js';
import { installation } from '../installation.js';
import { examineDoors, examineFollowers } from './standing.js';

const row = (behind: number, skipped = 0): FollowerView => ({
  follower: 'loki.push',
  behind,
  skipped,
  at: '2026-11-22T03:12:41.000Z',
});
const following = async (rows: FollowerView[]) => examineFollowers({ followers: async () => rows });
const { sources } = installation({}).registry;

describe('doctor: followers', () => {
  it.each([
    [row(0), 'ok', 'has everything'],
    [row(1_000), 'ok', '1000 lines behind'],
    [row(1_001), 'warn', '1001 lines behind'],
    [row(0, 1), 'warn', 'refused 1 line for good'],
  ])('%j is %s', async (follower, state, says) => {
    expect(await following([follower])).toMatchObject([
      { check: 'follower loki.push', state, says: expect.stringContaining(says) },
    ]);
  });

  it('that cannot be asked for are no alarm of their own', async () => {
    const away = async () => Promise.reject(new Error('no answer'));
    expect(await examineFollowers({ followers: away })).toMatchObject([{ state: 'skip', says: 'no answer' }]);
    expect(await examineFollowers(undefined)).toMatchObject([{ state: 'skip' }]);
  });
});

describe('doctor: doors', () => {
  const door: DoorView = { id: 'sns', path: '/webhooks/sns', source: 'cloudwatch', opens: [], closed: 'OPSSENTINEL_SNS_TOPICS' };

  it('says of each how it is open, or what to set, as the API tells it', async () => {
    const doors = async (): Promise<DoorView[]> => [door, { ...door, id: 'grafana', opens: ['signature', 'mtls'] }];
    expect(await examineDoors({ doors }, sources, {})).toMatchObject([
      { check: 'door sns', state: 'skip', says: expect.stringContaining('To open it set OPSSENTINEL_SNS_TOPICS') },
      { check: 'door grafana', state: 'ok', says: expect.stringContaining('by signature, client certificate') },
    ]);
  });

  it('without an API, as this shell is set, and warns where nobody could get in', async () => {
    const away = { doors: async () => Promise.reject(new Error('no answer')) };
    const closed = await examineDoors(away, sources, {});
    expect(closed.at(-1)).toMatchObject({ check: 'doors', state: 'warn', says: expect.stringContaining('every door is closed') });
    const open = await examineDoors(undefined, sources, { PAGERDUTY_WEBHOOK_SECRETS: 'a'.repeat(40) });
    expect(open.filter(({ state }) => state === 'ok')).toMatchObject([{ check: 'door pagerduty' }]);
    expect(open.some(({ state }) => state === 'warn')).toBe(false);
  });

  it('names what is configured wrongly', async () => {
    const wrong = await examineDoors(undefined, sources, { OPSSENTINEL_DOOR_TOKENS: 'x' });
    expect(wrong[0]).toMatchObject({ state: 'fail', says: expect.stringContaining('OPSSENTINEL_DOOR_TOKENS') });
  });
});
