import { percent } from '../../domain/precision.js';
import { shortDuration } from '../../domain/words.js';
import type { Evidence } from './evidence.js';
import { toApprove, toAuto } from './limits.js';

/** One thing that must be so before a rule may do more. */
export interface Gate {
  yes: boolean;
  says: string;
  /** What to do where it is open. */
  fix?: string;
}

/** What the files, the policy and the rota say; each a gate. */
export interface Standing {
  cases: Gate;
  risk: Gate;
  onCall: Gate;
  /** Nobody has taken the rule back. */
  demotion: Gate;
  /** What the roles have by now, where it was read: to ask people nothing of it is needed. */
  rights?: readonly Gate[];
}

/** All gates of one step up. `now`: epoch milliseconds. Pure. */
export function gatesFor(to: 'approve' | 'auto', evidence: Evidence, standing: Standing, now: number): Gate[] {
  const limits = to === 'auto' ? toAuto : toApprove;
  const { judged, right, verified, lastWrong } = evidence;
  const calm = lastWrong === undefined || now - Date.parse(lastWrong) >= limits.nothingWrongMs;
  const enough = { yes: judged >= limits.judged, says: `${limits.judged} judged or more (${judged})` };
  const quiet = { yes: calm, says: `nothing wrong in the last ${shortDuration(limits.nothingWrongMs).replace('d', ' days')}` };
  if (to === 'approve') return [enough, quiet, standing.cases, standing.risk, standing.demotion];
  return [
    bound('bound', right.atLeast, toAuto.atLeast),
    enough,
    quiet,
    standing.cases,
    bound('verified bound', verified.atLeast, toAuto.verifiedAtLeast),
    standing.risk,
    standing.onCall,
    standing.demotion,
    ...(standing.rights ?? []),
  ];
}

const bound = (what: string, is: number, wanted: number): Gate => ({
  yes: is >= wanted,
  says: `${what} ${percent(is)} ${is >= wanted ? '>=' : '<'} ${percent(wanted)}`,
});
