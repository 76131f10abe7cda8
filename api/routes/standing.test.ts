import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { installed } from '../../integrations/index.js';
import { createRegistry } from '../../integrations/registry.js';
import { type Bench, startBench } from '../testkit/bench.js';

const row = (follower: string, behind: number, skipped = 0) => ({ follower, behind, skipped, at: '2026-11-22T03:12:41.000Z' });

describe('how things stand', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  it('tells how far each follower has come, and gives both figures to Prometheus at the moment of the scrape', async () => {
    bench = await startBench();
    bench.memory.followers.push(row('loki.push', 1200), row('opensearch.bulk', 0, 3));

    const answer = (await (await bench.get('/api/v1/followers', 'viewer')).json()) as unknown;

    expect(answer).toEqual({ followers: [row('loki.push', 1200), row('opensearch.bulk', 0, 3)] });
    expect(await bench.metrics()).toContain('opssentinel_follower_behind{follower="loki.push"} 1200');
    bench.memory.followers[0] = row('loki.push', 0);
    const later = await bench.metrics();
    expect(later).toContain('opssentinel_follower_behind{follower="loki.push"} 0');
    expect(later).toContain('opssentinel_follower_skipped{follower="opensearch.bulk"} 3');
  });

  it('goes on being scraped while the ledger is away, without figures that would be old', async () => {
    bench = await startBench();
    bench.memory.followers.push(row('loki.push', 7));
    await bench.metrics();
    bench.memory.away.value = true;

    const text = await bench.metrics();

    expect(text).toContain('process_cpu_seconds_total');
    expect(text).not.toContain('opssentinel_follower_behind{');
  });

  it('tells of every door by what it opens, or what would open it; never whose tokens there are', async () => {
    const { registry } = createRegistry({}, installed);
    const env = {
      PAGERDUTY_WEBHOOK_SECRETS: 'a'.repeat(40),
      // Who we are opens nothing.
      SERVICENOW_USER: 'opssentinel',
      OPSSENTINEL_DOOR_TOKENS: `night-watch:grafana:${createHash('sha256').update('x').digest('hex')}`,
    };
    bench = await startBench({ env, deps: { registry } });

    const text = await (await bench.get('/api/v1/doors', 'viewer')).text();

    const { doors } = JSON.parse(text) as { doors: { id: string; opens: string[]; closed: string }[] };
    const opens = Object.fromEntries(doors.map((door) => [door.id, door.opens]));
    expect(opens).toEqual({
      pagerduty: ['signature'],
      grafana: ['token'],
      servicenow: [],
      slack: [],
      alertmanager: [],
      sns: [],
      eventbridge: [],
    });
    expect(doors.find(({ id }) => id === 'sns')?.closed).toContain('OPSSENTINEL_SNS_TOPICS');
    expect(doors.find(({ id }) => id === 'alertmanager')?.closed).toContain('OPSSENTINEL_DOOR_TOKENS');
    expect(text).not.toContain('night-watch');
  });
});
