import { type Approval, type ApprovalRequest, boundRequestId } from '../../domain/approval.js';
import type { Person } from '../../domain/incident.js';
import type { NewRecord } from '../../domain/record.js';
import { hash, policy, rule, runbook, setOf, target, witness } from '../../tests/support/rules.js';
import { judgeApproval } from '../decide/judge-approval.js';
import type { Judged, JudgeInput } from '../types.js';
import { about, ada, depsOf, inActivity } from './deciding.js';

export const planHash = `12345678${'a'.repeat(56)}`;

export interface Heard {
  /** `null`: nothing was decided. */
  plan?: object | null;
  /** Who the row of the request says it was, and for which incident. */
  row?: { by?: string; via?: string; incident?: string; role?: string };
  /** What our own door wrote that was asked. */
  asked?: Pick<ApprovalRequest, 'decision' | 'planHash'>;
  people?: readonly Person[];
  /** What stands in the ledger already. */
  given?: Partial<Approval>[];
  timeline?: object[];
  /** What the policy says beside. */
  policy?: string;
}

/** A ledger in which our own door wrote that `ada@example.com` asked, once, for what `asked` says. */
export function judging({ plan = {}, row = {}, people = [ada], given = [], timeline = [], ...heard }: Heard = {}) {
  const set = setOf(policy(`profile: bench\n${heard.policy ?? ''}`), runbook(), rule());
  const kept: Approval[] = [];
  const told: NewRecord[] = [];
  const failing = { record: false };
  const requestId = boundRequestId(hash, 'one', heard.asked ?? { decision: 'approve', planHash });
  const whole = {
    hash: planHash,
    team: 'nobody-named',
    approval: { count: 1, signals: 'count' },
    steps: [{ risk: 'disruptive' }],
    target: target(),
  };
  const ledger = {
    decision: async () => (plan === null ? { because: 'no rule matches' } : { plan: { ...whole, ...plan }, witness: witness() }),
    approvalRequest: async (id: string) =>
      id === requestId
        ? { id, incident: about.incident, by: 'ada@example.com', role: 'approver', via: 'api', ...row }
        : undefined,
    approvals: async () => [...given, ...kept],
    timeline: async () => timeline,
    putApproval: async (one: Approval) => void kept.push(one),
    record: async (line: NewRecord) => {
      if (failing.record) throw new Error('the ledger went away');
      told.push(line);
    },
  };
  const deps = depsOf(set, { now: () => Date.parse('2026-11-22T03:13:40Z'), offered: { people }, ledger });
  const judge = (request: ApprovalRequest, input: Partial<JudgeInput> = {}): Promise<Judged> =>
    inActivity(() => judgeApproval(deps, { ...about, planHash, via: 'update', request, ...input }));
  return { judge, requestId, kept, told, failing };
}
