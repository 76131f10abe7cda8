import { describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../../api/client.js';
import { whatWasTold } from './told.js';

const lines = 31;
const api = {
  incidents: async () => [{ id: 'pagerduty:Q1' }, { id: 'pagerduty:Q2' }],
  timeline: async (id: string) => Array.from({ length: id.endsWith('1') ? 30 : 1 }),
} as unknown as Pick<ApiClient, 'incidents' | 'timeline'>;

const all = (logged: number) => ({
  pagerduty: { notes: 5, pages: 0 },
  slack: { messages: 3 },
  grafana: { annotations: 2, silences: 0 },
  servicenow: { tickets: 2 },
  loki: { lines: logged },
  opensearch: { documents: lines },
  aws: { 'log events': lines, metrics: 42 },
});

describe('what was told', () => {
  it('is said in words, once those who follow have caught up', async () => {
    let looked = 0;
    const received = async () => all(lines - 2 + looked++);
    expect(await whatWasTold({ received }, api, 10_000)).toEqual({
      says: 'PagerDuty 5 notes, Slack 3 messages, Grafana 2 annotations, ServiceNow 2 tickets, Loki 31 lines, OpenSearch 31 documents, CloudWatch Logs 31 events, CloudWatch 42 metrics',
      missing: [],
    });
    expect(looked).toBe(3);
  });

  it('names each that has not all of it in time', async () => {
    const { aws: _nothing, slack: _neither, ...others } = all(30);
    const { missing } = await whatWasTold({ received: async () => others }, api, 0);
    expect(missing).toEqual([
      'Slack has 0 of 2 messages',
      'Loki has 30 of 31 lines',
      'CloudWatch Logs has 0 of 31 events',
      'CloudWatch has 0 of 2 metrics',
    ]);
  });
});
