import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HistorySpan, RecordedIncident } from '../contract/history.js';
import { pagerDutySource as source } from './sources/pagerduty.js';
import { openStage, type Stage } from './testkit/stage.js';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(() => stage.control('POST', 'reset'));

const day = 24 * 60 * 60 * 1000;
const start = Date.parse('2026-06-01T00:00:00Z');
const at = (ms: number): string => new Date(start + ms).toISOString().replace('.000Z', 'Z');
const span: HistorySpan = { since: at(0), until: at(90 * day) };

const past = (incidents: object[]): Promise<unknown> => stage.control('POST', 'pagerduty/past', { incidents });
async function read(more: Partial<HistorySpan> = {}, call = stage.client()): Promise<RecordedIncident[]> {
  const found: RecordedIncident[] = [];
  for await (const one of source.history?.read(call, { ...span, ...more }) ?? []) found.push(one);
  return found;
}

describe('what happened long ago', () => {
  it('is every incident of the span with its alerts and what was done to it, by GET alone', async () => {
    await past([
      { at: at(3 * day), alarm: 'ec2-cpu-high', acknowledgedAfter: 120, resolvedAfter: 1_860, resolvedBy: 'person' },
      { at: at(day), alarm: 'ec2-cpu-high', resolvedAfter: 90 },
      { at: at(91 * day), alarm: 'ec2-cpu-high' },
    ]);
    const found = await read();
    expect(found).toMatchObject([
      {
        createdAt: '2026-06-02T00:00:00.000Z',
        deeds: [{ did: 'resolved', by: { kind: 'source' }, at: '2026-06-02T00:01:30.000Z' }],
      },
      {
        createdAt: '2026-06-04T00:00:00.000Z',
        deeds: [
          { did: 'acknowledged', by: { kind: 'person', id: 'PSBXUSR2' }, at: '2026-06-04T00:02:00.000Z' },
          { did: 'resolved', by: { kind: 'person' }, at: '2026-06-04T00:31:00.000Z' },
        ],
      },
    ]);
    const [one] = found;
    const ref = { source: 'pagerduty', externalId: one?.externalId ?? '', generation: '0' };
    const told = source.normalise({ incident: one?.incident ?? {}, alerts: one?.alerts ?? [] }, ref, 'token', []);
    expect(told.incident).toMatchObject({ status: 'resolved', service: { id: expect.any(String) } });
    expect((await stage.calls()).filter((operation) => !operation.startsWith('GET '))).toEqual([]);
  });

  it('is found beyond the offset at which lists end, each once, and what is known already is not read again', async () => {
    await stage.control('POST', 'pagerduty/deliveries', { mostOffset: 200 });
    const many = Array.from({ length: 700 }, (_, index) => ({ at: at(index * 60_000), title: 'x', resolvedAfter: 60 }));
    await past(many);
    const found = await read({ until: at(day) });
    expect(found.map(({ createdAt }) => createdAt)).toEqual(many.map((one) => new Date(one.at).toISOString()));
    const before = (await stage.calls()).filter((operation) => operation.endsWith('/alerts')).length;
    expect(await read({ until: at(day), has: () => true })).toEqual([]);
    expect((await stage.calls()).filter((operation) => operation.endsWith('/alerts'))).toHaveLength(before);
  });

  it('tells when its service was changed shortly before, without a word of what was said', async () => {
    const service = { id: 'PSVC001', name: 'web' };
    await past([
      { at: at(day), title: 'x', service },
      { at: at(3 * day), title: 'x', service },
    ]);
    const tell = (summary: string, time: number, source?: string) =>
      stage.control('POST', 'pagerduty/changes', { service: service.id, summary, at: at(time), ...(source ? { source } : {}) });
    await tell('Deployed a secret project', day - 60_000);
    await tell('what we did ourselves', day - 30_000, 'opssentinel');
    const found = await read();
    expect(found.map(({ changes }) => changes)).toEqual([['2026-06-01T23:59:00.000Z'], undefined]);
    expect(JSON.stringify(found)).not.toContain('secret project');
  });

  it('waits as long as it is told when there were too many requests, and before they are used up', async () => {
    await past([{ at: at(day), alarm: 'ec2-cpu-high' }]);
    await stage.control('POST', 'faults', { operation: 'GET /log_entries', kind: '429', times: 2 });
    const slept: number[] = [];
    const call = { ...stage.client(), sleep: async (ms: number) => void slept.push(ms) };
    expect(await read({}, call)).toHaveLength(1);
    expect(slept.slice(0, 2)).toEqual([1_000, 1_000]);
    await stage.control('POST', 'pagerduty/deliveries', { remaining: 20 });
    slept.length = 0;
    await read({}, call);
    expect(slept).toContain(20_000);
  });

  it('keeps nothing that no rule can read, and no secret', async () => {
    const details = {
      host: 'web-1',
      db_password: 'hunter2',
      note: 'key AKIAABCDEFGHIJKLMNOP found',
      tags: ['env:prod', 'api_key:abc123'],
      labels: [{ name: 'token', value: 'tok-1' }],
    };
    await past([{ at: at(day), title: 'Odd', details, resolvedAfter: 10, resolvedBy: 'nobody' }]);
    const [one] = await read();
    const text = JSON.stringify(one);
    for (const secret of ['hunter2', 'AKIA', 'abc123', 'tok-1', 'secret words', 'approver@', 'html_url'])
      expect(text).not.toContain(secret);
    expect(text).toContain('web-1');
    expect(one?.deeds).toEqual([{ at: '2026-06-02T00:00:10.000Z', did: 'resolved', by: { kind: 'unknown' } }]);
  });
});
