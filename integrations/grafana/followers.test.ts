import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Decision } from '../../domain/plan.js';
import type { LedgerRecord, NewRecord } from '../../domain/record.js';
import type { FollowerReads } from '../contract/follower.js';
import { startTestDoor, type TestDoor } from '../wire/testkit/door.js';
import { grafanaAnnotations } from './followers/annotations.js';
import { grafanaSilences } from './followers/silences.js';
import { callTo, labels, raise } from './testkit/given.js';

let door: TestDoor;
beforeAll(async () => {
  door = await startTestDoor();
});
afterEach(() => door.reset());
afterAll(() => door.close());

const incident = 'grafana:d303afa70e592d56:r1790756040';
const key = 'a'.repeat(64);
const other = 'b'.repeat(64);
const began = Date.now() - 10_000;

/** Lines as `activities/effect`, `activities/decide/verify.ts` and `activities/tell/report.ts` write them. */
const line = (seconds: number, over: Partial<NewRecord>): LedgerRecord => ({
  incident,
  phase: 'execute',
  state: 'info',
  says: 'words',
  seq: seconds,
  at: new Date(began + seconds * 1000).toISOString(),
  prev: '',
  hash: '',
  ...over,
});
const started = (seconds = 0, attemptKey = key) =>
  line(seconds, {
    says: 'restarted <i-0aa11bb22cc33dd44>',
    once: `execute.${attemptKey}.started`,
    data: { attemptKey, ref: {}, fence: 1, operation: 'aws.ec2.reboot-instance' },
  });
const ended = line(2, { state: 'ok', says: 'the reboot ended', once: `execute.${key}.ended`, data: { attemptKey: key } });
const verified = line(5, { phase: 'verify', state: 'ok', says: 'alert clear', once: `verify.${key}`, data: { step: 0 } });
const outcome = line(8, { phase: 'outcome', state: 'ok', says: 'remediated: it is well', once: 'outcome', data: {} });
const guards = line(0, { phase: 'guards', once: 'guards.0.allow' });

const reads = (over: Partial<FollowerReads> = {}): FollowerReads => ({
  decision: async () => undefined,
  timeline: async () => [],
  link: (id) => `https://opssentinel.example.com/incidents/${id}`,
  ...over,
});
type Shown = { time: number; timeEnd: number; text: string; tags: string[]; dashboardUID: string };
const drawn = async () => (await door.look('grafana', 'annotations'))['annotations'] as Shown[];
const draw = (lines: LedgerRecord[], over = {}, known = reads()) =>
  grafanaAnnotations.deliver(callTo(door.address, over), lines.filter(grafanaAnnotations.wants ?? (() => true)), known);
/** A decision whose rule says this of Grafana. */
const planned = (grafana: object | undefined, more: object = {}): Decision =>
  ({ ...more, plan: { report: { resolve: 'never', ...(grafana === undefined ? {} : { grafana }) } } }) as unknown as Decision;

describe('M12, row 52: annotations', () => {
  it('reach from the start of an effect until it was verified, and are found by their tags', async () => {
    await draw([guards, started(), ended, verified, outcome]);
    const [one, ...more] = await drawn();
    expect(more).toEqual([]);
    expect(one).toMatchObject({
      time: began,
      timeEnd: began + 5_000,
      tags: ['opssentinel', `incident:${incident}`, `step:${key}`],
      dashboardUID: '',
    });
    for (const words of ['restarted', 'the reboot ended', 'alert clear', 'https://opssentinel.example.com'])
      expect(one?.text).toContain(words);
    expect(one?.text).not.toContain('<i-');
  });

  it('are made once, however often the same lines come', async () => {
    const all = [started(), ended, verified, outcome];
    await draw(all);
    const before = await drawn();
    const effects = door.effects().length;
    await draw(all);
    expect(await drawn()).toEqual(before);
    expect(door.effects()).toHaveLength(effects);
  });

  it('are made once when the answer to the first was lost', async () => {
    await door.fault('POST /api/annotations', 'execute-then-reset');
    await expect(draw([started()])).rejects.toMatchObject({ fault: 'ambiguous' });
    await draw([started()]);
    expect(await drawn()).toHaveLength(1);
  });

  it('end with the incident where nothing was verified, each step its own', async () => {
    await draw([started(), verified, started(6, other), outcome]);
    expect((await drawn()).map(({ timeEnd }) => timeEnd - began)).toEqual([5_000, 8_000]);
  });

  it('stand on the dashboard that is configured', async () => {
    await draw([started()], { dashboardUid: 'abc123' });
    expect(await drawn()).toMatchObject([{ dashboardUID: 'abc123' }]);
  });

  it('are drawn of an effect whose answer was lost and that was found again', async () => {
    await draw([line(1, { once: `execute.${key}.adopted`, data: { attemptKey: key, ref: {} } })]);
    expect(await drawn()).toHaveLength(1);
  });

  it('are left out where the rule says so, and only there', async () => {
    const all = [started(), ended, verified, outcome];
    await draw(all, {}, reads({ decision: async () => planned({ annotate: false }) }));
    expect(await drawn()).toEqual([]);
    await draw(all, {}, reads({ decision: async () => planned({ silence: false }) }));
    expect(await drawn()).toHaveLength(1);
  });

  it('are drawn of nothing else', () => {
    const never = line(0, { state: 'refused', once: `execute.${key}.declined.held`, data: { attemptKey: key } });
    for (const one of [guards, never]) expect(grafanaAnnotations.wants?.(one)).toBe(false);
  });
});

describe('M12: silences', () => {
  const follow = async (lines: LedgerRecord[], over: Partial<FollowerReads> = {}, on = true) => {
    const id = await raise(door);
    const decision = { alert: { source: 'grafana', labels: {}, origin: { kind: 'grafana.alert', id } } };
    const known = reads({ decision: async () => decision as unknown as Decision, ...over });
    await grafanaSilences.deliver(callTo(door.address, { silence: on }), lines, known);
  };
  type Silence = {
    id: string;
    matchers: object[];
    endsAt: string;
    createdBy: string;
    comment: string;
    status: { state: string };
  };
  const silences = async () => (await door.look('grafana', 'silences'))['silences'] as Silence[];

  it('hold exactly this alert quiet, for at most 15 minutes, under our name', async () => {
    await follow([started()]);
    const [one, ...more] = await silences();
    expect(more).toEqual([]);
    expect(one).toMatchObject({ createdBy: 'opssentinel', status: { state: 'active' } });
    expect(one?.matchers).toEqual(
      Object.entries(labels).map(([name, value]) => ({ name, value, isRegex: false, isEqual: true })),
    );
    expect(Date.parse(one?.endsAt ?? '')).toBe(began + 15 * 60_000);
    expect(one?.comment).toContain(`opssentinel ${incident} step:${key}`);
  });

  it('are taken back when the outcome is told, and people’s are not', async () => {
    await follow([started(), started(3, other), outcome]);
    expect((await silences()).map(({ status }) => status.state)).toEqual(['expired', 'expired']);
    const deletions = door.effects().filter(({ operation }) => operation.startsWith('DELETE'));
    await follow([outcome]);
    expect(door.effects().filter(({ operation }) => operation.startsWith('DELETE'))).toEqual(deletions);
  });

  it('are made once, also after a lost answer, and never again once taken back', async () => {
    await door.fault('POST /api/alertmanager/grafana/api/v2/silences', 'execute-then-reset');
    await expect(follow([started()])).rejects.toMatchObject({ fault: 'ambiguous' });
    await follow([started()]);
    expect(await silences()).toHaveLength(1);
    await follow([outcome, started()]);
    expect((await silences()).map(({ status }) => status.state)).toEqual(['expired']);
  });

  it('are not made late, not after the outcome, and not unless the customer wants them', async () => {
    const late = { ...started(), at: new Date(Date.now() - 16 * 60_000).toISOString() };
    await follow([late]);
    await follow([started()], { timeline: async () => [outcome] });
    await follow([started()], {}, false);
    expect(await silences()).toEqual([]);
  });

  it('are left out where the rule says so, and only there', async () => {
    const id = await raise(door);
    const alert = { source: 'grafana', labels: {}, origin: { kind: 'grafana.alert', id } };
    await follow([started()], { decision: async () => planned({ silence: false }, { alert }) });
    expect(await silences()).toEqual([]);
    await follow([started()], { decision: async () => planned({ annotate: false }, { alert }) });
    expect(await silences()).toHaveLength(1);
  });

  it('are not made for alerts of another tool', async () => {
    const decision = { alert: { source: 'cloudwatch', labels, origin: { kind: 'aws.cloudwatch.alarm', id: 'arn:…' } } };
    await follow([started()], { decision: async () => decision as unknown as Decision });
    expect(await silences()).toEqual([]);
  });
});
