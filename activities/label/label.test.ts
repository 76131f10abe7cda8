import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { LabelRow, NewLabel } from '../../domain/label.js';
import type { Decision, Mode, Plan } from '../../domain/plan.js';
import type { Seen } from '../../integrations/contract/action.js';
import { ec2RebootInstance } from '../../integrations/aws/actions/ec2-reboot-instance.js';
import { connectSandbox, instance } from '../../integrations/aws/testkit/samples.js';
import type { CallWith } from '../../integrations/contract/call.js';
import { VendorError } from '../../integrations/contract/errors.js';
import { startTestSandbox, type TestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { alert, catalogue, hash, incident, policy, rule, runbook, setOf, target, witness } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import { readSituation } from '../situation/read.js';
import type { Labelled } from '../types.js';
import { label } from './label.js';
import { labelled } from './tell.js';

const minute = 60_000;
const start = Date.parse(alert().startedAt);
const ref = incident().ref;
const about = { incident: `${ref.source}:${ref.externalId}`, ref, trust: 'signed' as const };

interface World {
  mode?: Mode;
  seen?: Seen['what'] | 'no read' | 'forbidden' | 'unavailable';
  /** Minutes after its beginning. */
  clearedAfter?: number;
  lookedAfter?: number;
  open?: boolean;
  /** Whether guards were asked, and who would have refused. */
  guards?: 'never' | 'allow' | 'cooldown';
  events?: string[];
  permits?: object[];
  approvals?: object[];
  asked?: boolean;
  actedOn?: object[];
  demotes?: object;
  /** In place of one that has only `seen` to tell. */
  action?: object;
}

/** One incident that has a plan, and a ledger that keeps labels. */
function bench(world: World = {}) {
  const { mode = 'observe', seen = 'not done', clearedAfter = 3 } = world;
  const lookedAfter = (): number => world.lookedAfter ?? clearedAfter + 1;
  const set = setOf(policy('profile: bench'), runbook(), rule('cpu', `mode: { staging: ${mode} }`, 'run: restart'));
  const rows: LabelRow[] = [];
  const lines: { once: string; says: string }[] = [];
  let decision: (Decision & { plan: Plan }) | undefined;
  let closed = false;
  const cleared = () => witness({ state: 'clear', since: new Date(start + clearedAfter * minute).toISOString() });
  const guards = {
    once: 'guards.observed',
    data: { verdicts: world.guards === 'cooldown' ? [{ guard: 'cooldown', verdict: 'refuse' }] : [] },
  };
  const action = {
    with: (call: unknown) => call,
    ...(seen === 'no read'
      ? {}
      : {
          seenDone: async () => {
            if (seen === 'forbidden' || seen === 'unavailable') throw new VendorError('aws', seen, 'no right to look');
            return { what: seen, says: 'what was seen' };
          },
        }),
  };
  const deps = {
    now: () => start + (closed ? lookedAfter() : 1) * minute,
    hash,
    catalogue,
    rules: () => set,
    registry: {
      sources: new Map([
        [
          'pagerduty',
          {
            with: (call: unknown) => call,
            read: async () => ({}),
            normalise: () => ({
              incident: incident({ status: closed && !world.open ? 'resolved' : 'triggered' }),
              alert: alert(),
            }),
          },
        ],
      ]),
      witnesses: [
        {
          id: 'test.alarm',
          covers: () => true,
          with: (call: unknown) => call,
          read: async () => (closed ? cleared() : witness()),
        },
      ],
      targets: { get: () => ({ with: (call: unknown) => call, read: async () => target() }) },
      actions: { get: () => world.action ?? action },
      bodies: [],
    },
    ledger: {
      decision: async () => decision,
      incident: async () => ({ startedAt: new Date(start).toISOString() }),
      timeline: async () => [...(world.guards === 'never' ? [] : [guards]), ...(world.asked ? [{ once: 'ask.x.first' }] : [])],
      evidence: async () => ({
        permits: world.permits ?? [],
        events: (world.events ?? []).map((type) => ({ event_type: type })),
      }),
      approvals: async () => world.approvals ?? [],
      actedOn: async () => world.actedOn ?? [],
      labelsOfIncident: async () => rows,
      putLabel: async (given: NewLabel) => {
        const row = { ...given, at: new Date(start).toISOString() };
        rows.push(row);
        return { row, written: true };
      },
      demote: async () => world.demotes,
      record: async (line: { once: string; says: string }) => lines.push(line),
    },
  } as unknown as ActivityDeps;
  const judge = (): Promise<Labelled> => new MockActivityEnvironment().run(() => label(deps, about)) as Promise<Labelled>;
  const prepare = async () => {
    const situation = await new MockActivityEnvironment().run(() => readSituation(deps, about));
    const found = (situation as { decision: Decision }).decision;
    if (!('plan' in found)) throw new Error(`no plan: ${found.because}`);
    decision = found;
    closed = true;
  };
  return { prepare, judge, rows, lines };
}

async function judged(world: World): Promise<{ answer: Labelled; row: LabelRow | undefined }> {
  const { prepare, judge, rows } = bench(world);
  await prepare();
  return { answer: await judge(), row: rows[0] };
}

const permit = (verified: boolean | null, more: object = {}) => ({
  target_id: 't',
  step: 0,
  consumed_at: 'then',
  status: 'succeeded',
  verified,
  verified_says: 'alarm OK',
  ...more,
});
const said = (decision: string, accepted = true) => ({ decision, accepted, by: 'ada', reason: 'not now' });

describe('N3: a rule that only observes, by what people did', () => {
  it.each<[string, World, Partial<NewLabel>, boolean]>([
    ['a human did the same', { seen: 'done' }, { label: 'right', kind: 'human-same', because: 'what was seen' }, false],
    ['a human did something else', { seen: 'other' }, { label: 'wrong', kind: 'human-other' }, false],
    ['it cleared by itself', { clearedAfter: 3 }, { label: 'wrong', kind: 'cleared-itself' }, false],
    ['it cleared later, and nobody knows how', { clearedAfter: 20 }, { label: 'unlabelled', kind: 'unlabelled' }, true],
    [
      'it cleared soon, and somebody had it',
      { events: ['incident.acknowledged'] },
      { label: 'unlabelled', kind: 'unlabelled' },
      true,
    ],
    ['it leaves no trace', { seen: 'unknown' }, { label: 'unlabelled', kind: 'unlabelled' }, true],
    ['there is no such read', { seen: 'no read' }, { label: 'unlabelled', kind: 'unlabelled' }, true],
    [
      'we may not look',
      { seen: 'forbidden' },
      { label: 'unlabelled', because: 'it could not be read: aws: no right to look' },
      true,
    ],
    ['it was over before the rule would have acted', { guards: 'never' }, { label: 'unlabelled', kind: 'not-judged' }, false],
    [
      'we ourselves acted there for another incident',
      { seen: 'done', actedOn: [{ incident: 'pagerduty:Q9', action: 'a' }] },
      { label: 'unlabelled', kind: 'not-judged' },
      false,
    ],
  ])('%s', async (_name, world, row, asks) => {
    const { answer, row: written } = await judged(world);
    expect(written).toMatchObject({ mode: 'observe', by: 'machine', refusedBy: '', ...row });
    expect('ask' in answer).toBe(asks);
  });

  it('asks with the exact commands, and what a guard would have said stands with it', async () => {
    const { answer, row } = await judged({ seen: 'unknown', guards: 'cooldown' });
    expect(row?.refusedBy).toBe('cooldown');
    expect((answer as { ask: string }).ask).toContain(`opssentinel rules label ${ref.externalId} --right      or: --wrong`);
  });

  it('waits while the incident is open, and gives up after 14 days', async () => {
    expect(await judged({ open: true, lookedAfter: 60 })).toEqual({ answer: { open: true }, row: undefined });
    const late = await judged({ open: true, lookedAfter: 14 * 24 * 60 + 1 });
    expect(late.row).toMatchObject({ label: 'unlabelled', kind: 'not-judged' });
    expect(late.answer).not.toHaveProperty('ask');
  });

  it('what cannot be read is read again; after 14 days a person is asked', async () => {
    await expect(judged({ seen: 'unavailable', lookedAfter: 60 })).rejects.toMatchObject({ fault: 'unavailable' });
    const { answer, row } = await judged({ seen: 'unavailable', lookedAfter: 14 * 24 * 60 + 1 });
    expect(row).toMatchObject({ label: 'unlabelled', kind: 'unlabelled', because: expect.stringContaining('within 14 days') });
    expect(answer).toHaveProperty('ask');
  });

  it('asked again, it answers the same and writes nothing more', async () => {
    const { prepare, judge, rows } = bench({ seen: 'unknown' });
    await prepare();
    const first = await judge();
    expect(await judge()).toEqual(first);
    expect(rows).toHaveLength(1);
  });
});

describe('N3: a rule that only observes, by CloudTrail', () => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await startTestSandbox();
  });
  afterEach(() => sandbox.reset());
  afterAll(() => sandbox.close());
  const server = instance('i-0aa11bb22cc33dd44');
  const power = { instance: server.name, allowGroupMember: false };
  const place = { account: server.account, region: server.region };
  /** The real one, as a rule on this instance would have it. */
  const action = {
    with: (call: object) => ({ ...call, place, client: connectSandbox(sandbox.address) }),
    seenDone: (call: CallWith<never>, _params: object, _target: object, within: { since: number; until: number }) =>
      ec2RebootInstance.seenDone?.(call, power, server, within),
  };
  /** A minute after the incident began. */
  const tell = (name: string, by: string) => {
    const resources = [{ ResourceType: 'AWS::EC2::Instance', ResourceName: server.name }];
    const ago = Math.round((Date.now() - start - minute) / 1_000);
    return sandbox.tell('aws', 'trail', { events: [{ name, service: 'ec2', account: server.account, by, ago, resources }] });
  };

  it('what somebody did is judged as soon as CloudTrail tells of it', async () => {
    await tell('RebootInstances', 'ada');
    const { row } = await judged({ action });
    expect(row).toMatchObject({ label: 'right', kind: 'human-same', because: expect.stringContaining('RebootInstances by ada') });
  });

  it.each<[string, string, Partial<NewLabel>]>([
    ['StopInstances', 'ada', { label: 'wrong', kind: 'human-other' }],
    ['RebootInstances', 'os-pagerduty=Q0HX7KD', { label: 'wrong', kind: 'cleared-itself' }],
    ['StartSession', 'ada', { label: 'unlabelled', kind: 'unlabelled' }],
  ])('of %s by %s nothing is written while CloudTrail may be behind, and it is asked again', async (name, by, label) => {
    await tell(name, by);
    const world: World = { action, clearedAfter: 3, lookedAfter: 10 };
    const { prepare, judge, rows } = bench(world);
    await prepare();
    await expect(judge()).rejects.toMatchObject({ fault: 'unavailable', retryAfterMs: 8 * minute });
    expect(rows).toEqual([]);
    world.lookedAfter = 18;
    await judge();
    expect(rows).toEqual([expect.objectContaining(label)]);
  });
});

describe('N3: a rule that asks or acts, by the ledger', () => {
  it.each<[string, World, Partial<NewLabel>]>([
    [
      'approved and verified',
      { mode: 'approve', permits: [permit(true)], approvals: [said('approve')] },
      { label: 'right', kind: 'approved-verified' },
    ],
    [
      'approved and not verified',
      { mode: 'approve', permits: [permit(false)], approvals: [said('approve')] },
      { label: 'wrong', kind: 'not-verified' },
    ],
    [
      'rejected',
      { mode: 'approve', approvals: [said('reject')] },
      { label: 'wrong', kind: 'rejected', because: 'rejected by ada: not now' },
    ],
    [
      'rejected by somebody whose word does not count',
      { mode: 'approve', approvals: [said('reject', false)] },
      { label: 'unlabelled', kind: 'not-judged' },
    ],
    [
      'asked, nobody answered, a human did the same',
      { mode: 'approve', asked: true, seen: 'done' },
      { label: 'right', kind: 'human-same' },
    ],
    ['by itself, verified', { mode: 'auto', permits: [permit(true)] }, { label: 'right', kind: 'auto-verified' }],
    ['by itself, not verified', { mode: 'auto', permits: [permit(false)] }, { label: 'wrong', kind: 'not-verified' }],
    [
      'the second step helped',
      { mode: 'auto', permits: [permit(false), permit(true, { step: 1 }), permit(null)] },
      { label: 'right' },
    ],
    [
      'one of two targets did not recover',
      { mode: 'auto', permits: [permit(true), permit(false, { target_id: 'u' })] },
      { label: 'wrong' },
    ],
    [
      'whether it ran is not known',
      { mode: 'auto', permits: [permit(null, { status: 'unknown' })] },
      { label: 'unlabelled', kind: 'not-judged' },
    ],
    [
      'guards refused it',
      { mode: 'auto', permits: [permit(null, { consumed_at: null })] },
      { label: 'unlabelled', kind: 'not-judged' },
    ],
  ])('%s', async (_name, world, row) => {
    expect((await judged(world)).row).toMatchObject(row);
  });
});

describe('N3: a rule that has to ask from now on', () => {
  const demotes = { hold: { id: 'H7', reason: 'in staging: 2 wrong within 24 h (a, b)' }, placed: true };

  it('is told on the incident and in the timeline, with its figures and how it is lifted', async () => {
    const { prepare, judge, lines } = bench({ mode: 'auto', permits: [permit(false)], demotes });
    await prepare();
    const says = 'cpu asks from now on: in staging: 2 wrong within 24 h (a, b) (lift it with: opssentinel resume H7)';
    expect(await judge()).toMatchObject({ demoted: says });
    expect(lines).toContainEqual(expect.objectContaining({ once: 'demoted', says }));
  });

  it.each([
    [{ ask: 'Would it?' }, ['label']],
    [{ demoted: 'cpu asks from now on' }, ['demotion']],
    [{ ask: 'Would it?', demoted: 'cpu asks from now on' }, ['label', 'demotion']],
  ])('of %j each is one note, which repeated is the same note', async (input, phases) => {
    const notes: { marker: string; text: string }[] = [];
    const channel = {
      id: 'pagerduty',
      serves: () => true,
      with: (call: unknown) => call,
      note: async (_call: unknown, note: { marker: string; text: string }) => notes.push(note),
    };
    const deps = {
      now: () => start,
      rules: () => setOf(policy('profile: bench'), runbook(), rule('cpu', 'mode: { staging: auto }', 'run: restart')),
      registry: { channels: [channel] },
      linkTo: (id: string) => `https://ops.example.com/i/${id}`,
    } as unknown as ActivityDeps;
    await new MockActivityEnvironment().run(() => labelled(deps, { ...about, ...input }));
    expect(notes.map(({ marker }) => marker)).toEqual(phases.map((phase) => `opssentinel ${about.incident} ${phase}`));
    for (const { text } of notes) expect(text).toContain('https://ops.example.com/i/');
  });
});
