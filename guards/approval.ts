import type { Guard } from '../domain/admission.js';
import { counted, listed } from '../domain/words.js';
import { countedApprovals, rejection } from './approvals.js';
import { allow, ask, refuse } from './say.js';

/** Asked last, and in admission alone: by then people have been asked, and what another guard leaves to them is theirs to allow. */
export const approval: Guard = {
  id: 'approval',
  sentence: 'What the mode, the risk or another guard leaves to humans needs the word of enough of them, for exactly this plan.',
  asked: ['admission'],
  judge: (facts, state) => {
    const { mode, step } = facts;
    if (mode !== 'auto' && mode !== 'approve') return refuse('-', `the mode is ${mode}: nothing is ever done`);
    const no = rejection(facts, state);
    if (no) return refuse('-', `rejected by ${no.by}${no.reason ? `: ${no.reason}` : ''}`);
    if (mode === 'auto' && step.risk !== 'destructive') return allow('-', 'not needed');
    const wanted = Math.max(1, facts.approval.count);
    const limit = counted(wanted, 'approval');
    const given = countedApprovals(facts, state);
    if (given.length >= wanted)
      return allow(
        limit,
        `approved by ${listed(given.map(({ by, verifiedIdentity }) => (verifiedIdentity ? by : `${by} (identity not checked)`)))}`,
      );
    return ask(limit, `${given.length} of ${wanted} given for this plan`);
  },
};
