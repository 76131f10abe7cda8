import { shortHash } from '../../domain/plan.js';
import type { NewRecord } from '../../domain/record.js';

/** What another program advises on a plan that waits for people. It is never a word on the plan: no guard and no wait asks for it. */
export interface Proposal {
  incident: string;
  /** The whole hash. */
  planHash: string;
  proposal: 'approve' | 'reject';
  /** Name of the token that it came with. */
  by: string;
  /** Of its own choice: untrusted text. */
  reason: string;
}

/**
 * The line in the incident's timeline. The same word of the same program on the same plan is one line. By `proposedBy` the judgement of
 * approvals knows who may not approve what they asked for.
 */
export const proposalLine = ({ incident, planHash, proposal, by, reason }: Proposal): NewRecord => ({
  incident,
  phase: 'approval',
  state: 'info',
  says: `${by} advises: ${proposal} plan ${shortHash(planHash)}, because "${reason}". It is advice, and counts as nobody's word`,
  once: `proposal.${planHash}.${by}.${proposal}`,
  data: { proposal, by, proposedBy: by, planHash },
});
