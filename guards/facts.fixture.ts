import type { AdmissionState, GuardFacts, PastEffect } from '../domain/admission.js';
import type { Approval } from '../domain/approval.js';
import type { GuardVerdict } from '../domain/permit.js';
import type { GuardLimits } from '../domain/plan.js';
import { decisiveVerdict } from '../domain/verdicts.js';
import { guards } from './index.js';
import { judgeAll } from './judge.js';

export const minute = 60_000;
export const hour = 60 * minute;
/** 2026-11-22T03:13:40Z: the alert has been firing for 62 s. */
export const now = Date.parse('2026-11-22T03:13:40Z');
const began = now - 62_000;

/** For tests: a state of affairs in which every guard allows. */
export function calmFacts(changes: Partial<GuardFacts> = {}): GuardFacts {
  return {
    now,
    readNow: now,
    incidentId: 'pagerduty:Q0HX2R9',
    incident: {
      ref: { source: 'pagerduty', externalId: 'Q0HX2R9', generation: '0' },
      id: 'Q0HX2R9',
      title: 'CPU high',
      status: 'triggered',
      urgency: 'high',
      service: { id: 'PSVC002', name: 'web' },
      createdAt: new Date(began).toISOString(),
      heldBy: [],
    },
    alert: {
      source: 'cloudwatch',
      name: 'web-cpu-high',
      labels: {},
      startedAt: new Date(began).toISOString(),
      trust: 'signed',
      correlationKey: 'k',
    },
    witness: {
      by: 'aws.cloudwatch.alarm',
      state: 'firing',
      readAt: new Date(now).toISOString(),
      says: 'DescribeAlarms: ALARM since 03:12:38Z',
    },
    target: {
      type: 'aws.ec2.instance',
      id: 'arn:aws:ec2:eu-west-1:444455556666:instance/i-0aa11bb22cc33dd44',
      name: 'i-0aa11bb22cc33dd44',
      account: '444455556666',
      region: 'eu-west-1',
      environment: 'prod',
      tags: { opssentinel: 'allow' },
      facts: {},
      readAt: new Date(now).toISOString(),
    },
    step: {
      index: 0,
      runbook: 'restart-ec2-instance',
      runbookHash: 'r',
      action: 'aws.ssm.start-automation',
      waits: true,
      params: {},
      risk: 'disruptive',
      idempotency: 'token',
      timeoutMs: minute,
      verify: { alertCleared: true, checks: [], forMs: minute, withinMs: 5 * minute },
      undo: 'none',
      says: 'restart',
    },
    rule: 'ec2-cpu-high',
    environment: 'prod',
    mode: 'auto',
    planHash: '5b1e07c2',
    approval: { from: 'on-call', count: 1, expiresInMs: 15 * minute, signals: 'count' },
    required: [{ text: 'target.state == "running"', holds: true, found: '"running"' }],
    protected: [{ tag: { opssentinel: 'never' } }, { arn: 'arn:aws:rds:*:*:cluster:ledger-*' }],
    optInTag: { key: 'opssentinel', value: 'allow' },
    ourselves: ['PAGENT1'],
    own: ['arn:aws:rds:eu-west-1:444455556666:db:opssentinel-*'],
    calendars: { words: [], unknown: [] },
    surroundings: { people: [], unknown: [] },
    team: { name: 'team-web' },
    approvers: ['ada', 'grace', 'pagent1'],
    requesters: [],
    alertStartedAt: began,
    deploys: { seen: [], known: ['api'], unknown: [] },
    laterStep: false,
    ...changes,
  };
}

export const calmState = (changes: Partial<AdmissionState> = {}): AdmissionState => ({
  effects: [],
  targetHeldBy: undefined,
  domainHeldBy: undefined,
  incidents: [],
  lifted: [],
  holds: [],
  approvals: [],
  ...changes,
});

export const standard: GuardLimits = {
  firingForMs: minute,
  cooldownMs: 30 * minute,
  budget: { rule: { count: 5, perMs: hour }, service: { count: 10, perMs: hour }, all: { count: 20, perMs: hour } },
  sameFix: { count: 2, perMs: 24 * hour },
  healthyShare: 0.51,
  brake: {
    domain: { count: 3, perMs: 10 * minute },
    unverified: { count: 3, perMs: hour },
    all: { count: 20, perMs: 5 * minute },
  },
  freshMs: minute,
  onAcknowledge: 'standDown',
  startByMs: 10 * minute,
  deploysMs: 40 * minute,
  deploysFrom: [],
  setBy: { cooldown: 'opssentinel.yaml:22' },
};

/** An effect of another incident, on another target, so long ago. */
export const effectAgo = (ms: number, changes: Partial<PastEffect> = {}): PastEffect => ({
  incident: 'pagerduty:Q0HX1B4',
  rule: 'another-rule',
  service: 'PSVC999',
  action: 'aws.ssm.start-automation',
  targetId: 'arn:aws:ec2:eu-west-1:444455556666:instance/i-other',
  at: now - ms,
  runbook: 'another-runbook',
  team: 'team-other',
  ...changes,
});

export const approvalBy = (by: string, changes: Partial<Approval> = {}): Approval => ({
  incident: 'pagerduty:Q0HX2R9',
  planHash: '5b1e07c2',
  decision: 'approve',
  by,
  via: 'api',
  verifiedIdentity: true,
  accepted: true,
  reason: '',
  at: new Date(now - minute).toISOString(),
  ...changes,
});

/** What one guard says where all of them are asked, and who decides. */
export function askAll(facts: GuardFacts, state: AdmissionState, limits: GuardLimits = standard) {
  const verdicts = judgeAll(guards, facts, state, limits);
  const decisive = decisiveVerdict(verdicts);
  return {
    verdicts,
    decisive,
    of: (guard: string): GuardVerdict | undefined => verdicts.find((verdict) => verdict.guard === guard),
  };
}
