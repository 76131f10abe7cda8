import { ApplicationFailure, Context } from '@temporalio/activity';
import type {
  AdoptEffect,
  Decided,
  DecideActivities,
  EffectInput,
  Judged,
  Labelled,
  LabelledInput,
  Reported,
  ReportInput,
  GaveBackInput,
  StartEffect,
  StopEffect,
  TellActivities,
  UndoInput,
  WaitEffect,
} from '../../activities/types.js';
import type { Admission, GuardVerdict } from '../../domain/permit.js';
import type { Decision, Plan, PlanStep } from '../../domain/plan.js';
import type { Verification } from '../../domain/verification.js';

/** What the outside answers in one test: each list is used up from the front, its last entry stays. */
export interface Script {
  decided: Decided;
  previews: GuardVerdict[][];
  admissions: ('permit' | GuardVerdict)[];
  starts: ('started' | 'lost' | 'used' | 'refused' | 'ran out')[];
  adoptions: ('found' | 'absent' | 'absent, not to be repeated')[];
  waits: ('succeeded' | 'failed' | 'unknown' | 'never' | 'stopped')[];
  verifications: boolean[];
  /** What admission says to putting an effect back. */
  undos: ('permit' | GuardVerdict)[];
  /** Whether the incident is closed, each time it is asked. */
  closed: boolean[];
  /** What the run turns out to have been, each time it is asked; open while the incident is. */
  labels: Labelled[];
  judge: (input: Parameters<DecideActivities['judgeApproval']>[0]) => Judged | Promise<Judged>;
  /** Runs inside of that activity. */
  during?: Partial<Record<'admit' | 'start' | 'adopt' | 'wait' | 'verify', () => Promise<void>>>;
  /** Telling fails for good with this. */
  reportFails?: string;
  /** What the ledger could give the label of, with the report: only whoever asks for it is told. */
  labelledAtOnce?: boolean;
}

/** What was asked of the outside, in order. */
export interface Seen {
  calls: string[];
  starts: EffectInput[];
  reports: ReportInput[];
  /** Targets that a permit was asked for, in order; of plans with several. */
  admitted: string[];
  undos: UndoInput[];
  gaveBack: GaveBackInput[];
  labelled: LabelledInput[];
  /** How often it was asked whether the rule was right. */
  judged: number;
}

const next = <Item>(items: Item[]): Item => (items.length > 1 ? items.shift() : items[0]) as Item;

export function scripted(script: Script): {
  seen: Seen;
  decide: DecideActivities;
  tell: TellActivities;
  effect: Record<string, StartEffect | WaitEffect | AdoptEffect | StopEffect>;
} {
  const seen: Seen = { calls: [], starts: [], admitted: [], reports: [], undos: [], gaveBack: [], labelled: [], judged: 0 };
  const called = (name: string) => void seen.calls.push(name);
  return {
    seen,
    decide: {
      decide: async () => (called('decide'), script.decided),
      preview: async () => (called('preview'), next(script.previews)),
      shadow: async () => (called('shadow'), { says: 'observing: 20 would have allowed it' }),
      admit: async (input) => {
        called('admit');
        if (input.target !== undefined) seen.admitted.push(input.target);
        await script.during?.admit?.();
        return admission(next(script.admissions), input.step, script);
      },
      admitUndo: async (input) => {
        called(input.why);
        seen.undos.push(input);
        const admitted = admission(next(script.undos), input.step, script);
        return { admission: admitted, action: 'test.restart', waits: true, stops: false, says: 'back to 4' };
      },
      closed: async () => (called('closed'), next(script.closed)),
      // Of a run beside it, at any time: not among the calls.
      label: async () => ((seen.judged += 1), next(script.labels)),
      judgeApproval: async (input) => (called('judgeApproval'), script.judge(input)),
      verify: async () => {
        called('verify');
        await script.during?.verify?.();
        return verification(next(script.verifications));
      },
    },
    tell: {
      ask: async () => called('ask'),
      labelled: async (input) => void seen.labelled.push(input),
      gaveBack: async (input) => {
        called('gaveBack');
        seen.gaveBack.push(input);
      },
      report: async (input): Promise<Reported> => {
        called('report');
        seen.reports.push(input);
        if (script.reportFails) throw ApplicationFailure.nonRetryable(script.reportFails, 'forbidden');
        return { says: 'told', ...(script.labelledAtOnce && input.labels ? { labelled: true } : {}) };
      },
    },
    effect: {
      'test.restart': async (input: EffectInput) => {
        called('start');
        seen.starts.push(input);
        await script.during?.start?.();
        return started(next(script.starts));
      },
      'test.restart.adopt': async () => {
        called('adopt');
        await script.during?.adopt?.();
        return adoption(next(script.adoptions));
      },
      'test.restart.stop': async () => (called('stop'), { says: 'asked it to stop' }),
      'test.restart.wait': async () => {
        called('wait');
        await script.during?.wait?.();
        return waited(next(script.waits));
      },
    },
  };
}

const adoption = (how: Script['adoptions'][number]): Awaited<ReturnType<AdoptEffect>> =>
  how === 'found'
    ? { found: true, ref: { id: 'e-1' }, rearmed: false }
    : { found: false, certain: how === 'absent', rearmed: how === 'absent' };

/** `never`: the worker beats no more and does not answer, as one that was killed. */
const waited = async (how: Script['waits'][number]): ReturnType<WaitEffect> => {
  if (how === 'never') return Context.current().cancelled;
  if (how === 'stopped') return { status: 'failed', says: 'Cancelled', stopped: 'stopped: alarm ALARM' };
  return { status: how, says: '3 of 3 steps' };
};

async function started(how: Script['starts'][number]): ReturnType<StartEffect> {
  if (how === 'lost') throw ApplicationFailure.nonRetryable('the answer was lost', 'ambiguous');
  if (how === 'used') return { started: false, because: 'the permit was used before', retryable: true };
  if (how === 'ran out')
    return { started: false, because: 'the permit ran out before it was used', retryable: false, ranOut: true };
  if (how === 'refused') return { started: false, because: 'no such document', retryable: false };
  return { started: true, ref: { id: 'e-1' }, says: 'ssm:StartAutomationExecution: e-1' };
}

const verification = (verified: boolean): Verification => ({
  verified,
  readings: [{ check: 'alert', ok: verified, says: verified ? 'alarm OK' : 'alarm ALARM' }],
  says: verified ? 'alarm OK for 3 s' : 'not recovered after 20 s: alarm ALARM',
});

function admission(answer: 'permit' | GuardVerdict, step: number, script: Script): Admission {
  if (answer !== 'permit') return { admitted: false, verdicts: [answer], refusedBy: answer };
  const { plan } = (script.decided as { decision: Decision & { plan: Plan } }).decision;
  return {
    admitted: true,
    verdicts: [],
    permit: {
      id: `permit-${step}`,
      attemptKey: `key-${step}`,
      fence: step + 1,
      planHash: plan.hash,
      paramsHash: 'p',
      admittedAt: '2026-11-22T03:13:43.000Z',
      ruleHash: 'r',
      runbookHash: 'b',
      action: 'test.restart',
      targetId: plan.target.id,
      place: { account: '111122223333', region: 'eu-west-1' },
      startBy: new Date(Date.now() + 60_000).toISOString(),
      armed: 1,
      params: {},
      preState: {},
    },
  };
}

export const refused = (guard: string, more: Partial<GuardVerdict> = {}): GuardVerdict => ({
  guard,
  verdict: 'refuse',
  limit: '30 min',
  found: 'acted 1 min ago',
  setBy: 'default',
  ...more,
});

export const step = (index: number, runbook: string, change: Partial<PlanStep> = {}): PlanStep => ({
  index,
  runbook,
  runbookHash: 'b',
  action: 'test.restart',
  waits: true,
  params: {},
  risk: 'disruptive',
  idempotency: 'token',
  timeoutMs: 60_000,
  verify: { alertCleared: true, checks: [], forMs: 1000, withinMs: 5000 },
  undo: 'none',
  says: 'a test action',
  ...change,
});

export const planOf = (change: Partial<Plan> = {}): Plan => ({
  ref: { source: 'pagerduty', externalId: 'Q1', generation: '0' },
  rule: { name: 'ec2-cpu-high', logicHash: 'l', fileHash: 'f', at: 'rules/x.yaml:1' },
  team: 'team-web',
  rulesHash: 's',
  environment: 'staging',
  mode: 'auto',
  target: {
    type: 'aws.ec2.instance',
    id: 'arn:i-1',
    name: 'i-1',
    account: '111122223333',
    region: 'eu-west-1',
    environment: 'staging',
    tags: {},
    facts: {},
    readAt: '2026-01-01T00:00:00Z',
  },
  selector: { InstanceId: 'i-1' },
  steps: [step(0, 'restart')],
  limits: {
    firingForMs: 0,
    cooldownMs: 1000,
    budget: { rule: { count: 5, perMs: 1 }, service: { count: 5, perMs: 1 }, all: { count: 5, perMs: 1 } },
    sameFix: { count: 2, perMs: 86_400_000 },
    healthyShare: 0.51,
    brake: { domain: { count: 3, perMs: 1 }, unverified: { count: 3, perMs: 1 }, all: { count: 20, perMs: 1 } },
    freshMs: 60_000,
    onAcknowledge: 'standDown',
    startByMs: 600_000,
    deploysMs: 2_400_000,
    deploysFrom: [],
    setBy: {},
  },
  approval: { from: 'on-call', count: 1, expiresInMs: 60_000, signals: 'count' },
  report: { resolve: 'whenVerified' },
  pace: { profile: 'sandbox', pollMs: 100, heartbeatMs: 5000, adoptEveryMs: 50 },
  hash: '5b1e07c2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  ...change,
});

/** Several targets, one more at a time than before. */
export function severalTargets(names: readonly string[], maxErrors = 0): Plan {
  const plan = planOf();
  const each = names.map((name) => ({
    target: { ...plan.target, id: `arn:${name}`, name },
    selector: { InstanceId: name },
    steps: [step(0, 'restart', { undo: 'restore' })],
  }));
  const batches = [1, 2, 4].slice(0, Math.ceil(Math.log2(names.length + 1)));
  return planOf({ ...each[0], rollout: { each, batches, maxErrors } });
}

export const twoSteps = (): Plan => planOf({ steps: [step(0, 'restart-service'), step(1, 'restart-instance')] });

export function decisionOf(concluded: 'act' | 'ask' | 'observe', plan = planOf()): Decided {
  const at = new Date().toISOString();
  return {
    kind: 'decided',
    decision: {
      concluded,
      plan,
      rulesHash: 's',
      verdicts: [],
      incident: {
        ref: plan.ref,
        id: 'Q1',
        title: 'CPU',
        status: 'triggered',
        urgency: 'high',
        service: { id: 'PSVC001', name: 'web' },
        createdAt: at,
        heldBy: [],
      },
      alert: { source: 'cloudwatch', name: 'cpu', labels: {}, startedAt: at, trust: 'signed', correlationKey: 'k' },
      witness: { by: 'aws.cloudwatch.alarm', state: 'firing', since: at, readAt: at, says: 'ALARM' },
    },
  };
}

/** A decision without a plan: nobody matches, or two do. */
export function withoutPlan(concluded: 'nothing' | 'refuse', because: string): Decided {
  const { plan: _plan, ...rest } = (decisionOf('act') as { decision: Decision & { plan: Plan } }).decision;
  return { kind: 'decided', decision: { ...rest, concluded, because, place: 'match' } as Decision };
}

export const scriptOf = (change: Partial<Script> = {}): Script => ({
  decided: decisionOf('act'),
  previews: [[]],
  admissions: ['permit'],
  starts: ['started'],
  adoptions: ['found'],
  waits: ['succeeded'],
  verifications: [true],
  undos: ['permit'],
  closed: [true],
  labels: [{ open: false, says: 'not judged' }],
  judge: ({ request }) => ({
    answer: { accepted: true, reason: request.decision === 'approve' ? 'approved' : 'rejected' },
    settled: request.decision === 'approve' ? 'approved' : 'rejected',
    says: `${request.decision} by ${request.by}`,
  }),
  ...change,
});
