import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { machine, type NewLabel } from '../domain/label.js';
import { startTestPostgres, type TestPostgres } from '../tests/support/postgres.js';
import { openLedger } from './open.js';
import type { Ledger } from './port.js';
import { admissionRequest, shown, yes } from './requests.fixture.js';

const minute = 60_000;
const start = Date.parse('2026-11-22T03:00:00Z');
let postgres: TestPostgres;
let ledger: Ledger;
let url: string;
let now: number;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  now = start;
  url = await postgres.ledgerUrl();
  ledger = await openLedger({ url, now: () => now });
});
afterEach(() => ledger.close());

const label = (change: Partial<NewLabel> = {}): NewLabel => ({
  incident: 'pagerduty:Q1',
  rule: 'cpu',
  logicHash: 'l',
  runbookHash: 'b',
  environment: 'prod',
  mode: 'auto',
  label: 'wrong',
  kind: 'not-verified',
  because: 'not recovered',
  by: machine,
  refusedBy: '',
  ...change,
});
const put = async (change: Partial<NewLabel>) => (await ledger.putLabel(label(change))).row;

describe('N3: what a run turned out to be', () => {
  it('is written once, whoever repeats it and with whatever words; a person has a row of their own', async () => {
    const first = await ledger.putLabel(label());
    const again = await ledger.putLabel(label({ label: 'right', because: 'another word' }));
    expect([first.written, again.written]).toEqual([true, false]);
    expect(again.row).toEqual(first.row);
    expect((await ledger.putLabel(label({ by: 'ada', label: 'wrong', kind: 'person-said' }))).written).toBe(true);
    expect((await ledger.putLabel(label({ by: 'bob', label: 'right', kind: 'person-said' }))).row.by).toBe('ada');
    expect((await ledger.labelsOfIncident('pagerduty:Q1')).map(({ by }) => by)).toEqual([machine, 'ada']);
  });

  it('cannot be changed or taken away, not even with the rights of the database', async () => {
    await ledger.putLabel(label());
    for (const text of [`update label set label = 'right'`, 'delete from label', 'truncate label'])
      await expect(postgres.sql(url, text)).rejects.toThrow('append-only');
  });

  it('belongs to one logic in one environment', async () => {
    await put({});
    await put({ incident: 'pagerduty:Q2', environment: 'staging' });
    await put({ incident: 'pagerduty:Q3', logicHash: 'changed' });
    const asked = { rule: 'cpu', environment: 'prod', logicHash: 'l' };
    expect((await ledger.labelsOf(asked)).map(({ incident }) => incident)).toEqual(['pagerduty:Q1']);
    expect(await ledger.labelsOf({ rule: 'cpu' })).toHaveLength(3);
  });

  it('counts what the rule planned for, not only what was judged', async () => {
    for (const [id, logicHash] of [
      ['pagerduty:Q1', 'l'],
      ['pagerduty:Q2', 'l'],
      ['pagerduty:Q3', 'changed'],
    ] as const) {
      await ledger.putIncident({ id, rule: 'cpu', environment: 'prod', startedAt: new Date(now).toISOString() });
      await ledger.putDecision(id, { concluded: 'observe', plan: { rule: { name: 'cpu', logicHash } } });
      now += minute;
    }
    expect(await ledger.matchedBy({ rule: 'cpu', environment: 'prod', logicHash: 'l' })).toEqual({
      matched: 2,
      since: new Date(start).toISOString(),
    });
    expect(await ledger.matchedBy({ rule: 'other', environment: 'prod', logicHash: 'l' })).toEqual({ matched: 0 });
  });
});

describe('N3: demotion by itself', () => {
  const twoWrong = async () => {
    await put({});
    return put({ incident: 'pagerduty:Q2' });
  };

  it('the second wrong within a day places one hold, with its figures; asked again, or at the same time, there is no other', async () => {
    expect(await ledger.demote(await put({}))).toBeUndefined();
    const second = await put({ incident: 'pagerduty:Q2' });
    const answers = await Promise.all([ledger.demote(second), ledger.demote(second), ledger.demote(second)]);
    expect(answers.filter((answer) => answer?.placed)).toHaveLength(1);
    expect(await ledger.holds()).toEqual([
      expect.objectContaining({
        kind: 'demotion',
        scope: 'rule:cpu',
        owner: 'opssentinel',
        reason: 'in prod: 2 wrong within 24 h (pagerduty:Q1, pagerduty:Q2)',
      }),
    ]);
  });

  it.each([
    ['a rule that asks anyway', { mode: 'approve' }],
    ['what was right', { label: 'right' }],
    ['another environment', { environment: 'staging' }],
    ['another logic', { logicHash: 'changed' }],
  ] as const)('not for %s', async (_name, change) => {
    await put({});
    expect(await ledger.demote(await put({ incident: 'pagerduty:Q2', ...change }))).toBeUndefined();
    expect(await ledger.holds()).toEqual([]);
  });

  it('whoever has lifted it is not overruled before the next mistake', async () => {
    const second = await twoWrong();
    const placed = await ledger.demote(second);
    await ledger.liftHold(placed?.hold.id ?? '', { by: 'ada', admin: true });
    expect(await ledger.demote(await put({ incident: 'pagerduty:Q3', label: 'right', kind: 'auto-verified' }))).toBeUndefined();
    expect(await ledger.demote(await put({ incident: 'pagerduty:Q4' }))).toMatchObject({ placed: true });
  });
});

describe('M26: what is learned of a rule', () => {
  it('how long recoveries took, and how often there was nothing to do, of this logic alone', async () => {
    for (const [index, minutes] of [3, 4, 5, 10].entries()) {
      const incident = `pagerduty:R${index}`;
      const request = admissionRequest({ incident, attemptKey: `key-${index}`, startBy: now + minute }, `t-${index}`);
      expect(await ledger.admit(request, yes)).toMatchObject({ admitted: true });
      expect(await ledger.consume(shown(request))).toMatchObject({ consumed: true });
      now += minutes * minute;
      await ledger.effectVerified(`key-${index}`, true, 'well');
      await put({ incident, label: 'right', kind: 'auto-verified' });
    }
    await put({ incident: 'pagerduty:S1', mode: 'observe', kind: 'cleared-itself' });
    await put({ incident: 'pagerduty:S2', mode: 'observe', kind: 'human-same', label: 'right' });
    await put({ incident: 'pagerduty:S3', mode: 'observe', kind: 'unlabelled', label: 'unlabelled' });
    expect(await ledger.learned({ rule: 'cpu', logicHash: 'l' })).toEqual({
      recovered: 4,
      recoveryMs: { p50: 4.5 * minute, p90: 8.5 * minute, p95: 9.25 * minute },
      untouched: 2,
      clearedItself: 1,
      services: [{ source: 'pagerduty', service: 'PSVC002', environment: 'prod', recovered: 4, p90Ms: 8.5 * minute }],
      runbooks: [{ runbook: '', recovered: 4, p95Ms: 10 * minute }],
    });
    expect(await ledger.learned({ rule: 'cpu', logicHash: 'changed' })).toEqual({ recovered: 0, untouched: 0, clearedItself: 0 });
    const since = { sinceMs: start, untilMs: start + minute };
    expect((await ledger.actedOn(['t-0', 't-1'], since)).map(({ incident }) => incident)).toEqual(['pagerduty:R0']);
    expect(await ledger.actedOn([], since)).toEqual([]);
  });

  /** One run of it, verified or given up so many minutes after its effect had ended, which took two. */
  async function ran(id: string, minutes: number, helped = true, runbook = 'restart'): Promise<void> {
    const request = admissionRequest({ incident: `pagerduty:${id}`, attemptKey: `key-${id}`, startBy: now + minute }, `t-${id}`);
    expect(await ledger.admit({ ...request, subject: { ...request.subject, runbook } }, yes)).toMatchObject({ admitted: true });
    expect(await ledger.consume(shown(request))).toMatchObject({ consumed: true });
    now += 2 * minute;
    await ledger.effectEnded(`key-${id}`, 'succeeded', 'done');
    now += minutes * minute;
    await ledger.effectVerified(`key-${id}`, helped, '');
    const label = helped
      ? ({ label: 'right', kind: 'auto-verified' } as const)
      : ({ label: 'wrong', kind: 'not-verified' } as const);
    await put({ incident: `pagerduty:${id}`, ...label });
  }
  const runbooks = async () => (await ledger.learned({ rule: 'cpu', logicHash: 'l' })).runbooks;

  it('how long each runbook took once it had ended, its period of staying well included, and not the effect itself', async () => {
    for (let index = 1; index <= 20; index++) await ran(`A${index}`, index / 2);
    await ran('B', 25, true, 'reboot');
    expect(await runbooks()).toEqual([
      { runbook: 'reboot', recovered: 1, p95Ms: 25 * minute },
      { runbook: 'restart', recovered: 20, p95Ms: 9.5 * minute },
    ]);
  });

  it('what was given up early might have come later: no figure shrinks by what it has cut off itself', async () => {
    for (let index = 1; index <= 20; index++) await ran(`A${index}`, 6);
    // Looked for as long as usual, and did not help: that says nothing of how long a recovery takes.
    for (let index = 1; index <= 5; index++) await ran(`F${index}`, 15.1, false);
    expect(await runbooks()).toEqual([{ runbook: 'restart', recovered: 20, p95Ms: 6 * minute }]);
    await ran('C1', 8.1, false);
    expect(await runbooks()).toEqual([{ runbook: 'restart', recovered: 20, p95Ms: 6 * minute }]);
    await ran('C2', 8.1, false);
    expect(await runbooks()).toEqual([{ runbook: 'restart', recovered: 20 }]);
  });

  it('by the service that it was on', async () => {
    await ran('A1', 4);
    const { services } = await ledger.learned({ rule: 'cpu', logicHash: 'l' });
    expect(services).toEqual([{ source: 'pagerduty', service: 'PSVC002', environment: 'prod', recovered: 1, p90Ms: 6 * minute }]);
  });
});
