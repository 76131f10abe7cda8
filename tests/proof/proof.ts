import type { Approval } from '../../domain/approval.js';
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
}

export interface IncidentProof {
  row: IncidentRow;
  timeline: LedgerRecord[];
  decision: Decision | undefined;
  approvals: Approval[];
  permits: Permit[];
}
