import type { Approval } from '../../domain/approval.js';
import type { Hold } from '../../domain/hold.js';
import type { Permit } from '../../domain/permit.js';
import type { Decision } from '../../domain/plan.js';
import type { LedgerRecord } from '../../domain/record.js';
import type { SandboxEffect } from '../../integrations/contract/simulator.js';
import type { IncidentRow, Ledger } from '../../ledger/port.js';

/** Everything that the invariants are judged by: four independent records of the same events. */
export interface Proof {
  /** The simulated cloud's own list: the ground truth. */
  effects: SandboxEffect[];
  unknownCalls: unknown[];
  /** The simulated PagerDuty's view of our endpoint. */
  subscription: { disabled: boolean; deliveries: { eventId: string; incident: string; attempts: number[] }[] };
  incidents: IncidentProof[];
  /** Temporal's runs. A reset makes another run that has the same first one. */
  runs: { workflowId: string; firstRunId: string; status: string }[];
  chain: Awaited<ReturnType<Ledger['verifyChain']>>;
  /** Whatever said no, lifted ones too. */
  holds: HoldTime[];
  /** What nothing may ever touch, as the policy says it. */
  protected: { tag?: Record<string, string>; arn?: string }[];
  /** By which names we go at the source of incidents: our own word is nobody's. */
  ourselves: string[];
  /** Values that may stand in no record. */
  secrets: string[];
  /** Runs whose history this code cannot go through again. Absent where there are no histories. */
  unreplayable?: { workflowId: string; says: string }[];
}

export type HoldTime = Pick<Hold, 'id' | 'kind' | 'scope' | 'since' | 'until'> & {
  /** ISO 8601, UTC. */
  liftedAt?: string;
};

export interface IncidentProof {
  row: IncidentRow;
  timeline: LedgerRecord[];
  decision: Decision | undefined;
  approvals: Approval[];
  permits: Permit[];
  /** What the same rules make of the same facts now. Absent where the rules of then are not at hand. */
  anew?: Decision;
  /** How often people were told how it ended, where they look. Absent where nobody is told. */
  told?: number;
}
