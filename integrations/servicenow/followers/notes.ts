import { planIn, type Decision } from '../../../domain/plan.js';
import type { LedgerRecord } from '../../../domain/record.js';
import { isOver, type Ticket } from '../record.js';

/** Later than this, whether it is still well is not ours to say any more. Milliseconds. */
const lateMs = 3_600_000;

/** Found again in the journal before anything is written. */
export const markerOf = ({ incident, seq }: LedgerRecord): string => `[opssentinel ${incident} ${seq}]`;

/** Endings that nobody needs a ticket for: nothing was theirs, nothing was done. */
const silent: readonly unknown[] = ['ignored', 'joined', 'resolved-itself'];

/**
 * Lines that a ticket is told. One that is itself the incident gets the question and the result by its channel; there they are left out.
 * Pure.
 */
export function isWorthTelling({ phase, state, data }: LedgerRecord, itself: boolean): boolean {
  if (phase === 'plan' || phase === 'execute' || phase === 'undo' || phase === 'verify') return true;
  if (itself) return false;
  if (phase === 'approval') return state !== 'info';
  return phase === 'outcome' && !silent.includes(data?.['kind']);
}

export const isRemediated = ({ phase, data }: LedgerRecord): boolean => phase === 'outcome' && data?.['kind'] === 'remediated';

/** An effect has begun, or may have. */
export const isBegun = ({ phase, state }: LedgerRecord): boolean => phase === 'execute' && state !== 'refused';

const names: Partial<Record<LedgerRecord['phase'], string>> = {
  plan: 'Plan',
  approval: 'Approval',
  execute: 'Effect',
  undo: 'Undo',
  verify: 'Verification',
  outcome: 'Outcome',
};

/** `OpsSentinel, effect: …` with its marker below. */
export function entryOf(line: LedgerRecord, more: string | undefined): string {
  const name = names[line.phase] ?? line.phase;
  return [`OpsSentinel ${name.toLowerCase()}: ${line.says}`, ...(more === undefined ? [] : [more]), markerOf(line)].join('\n');
}

/** What becomes of the ticket when an incident was remediated. */
export type Closing = { resolve: true } | { resolve: false; because?: string };

/** Whether the rule has it resolved, and whether that is ours to do. Pure. */
export function closingOf(line: LedgerRecord, ticket: Ticket, decision: Decision | undefined, now: number): Closing {
  if (planIn(decision)?.report.servicenow !== 'whenVerified' || isOver(ticket.state)) return { resolve: false };
  if (ticket.pagerDuty !== '')
    return {
      resolve: false,
      // Both write to both sides: resolving here too would fight PagerDuty's app, and be told twice. Contracts 4.4.
      because: 'This ticket is left to PagerDuty’s app, which keeps it in step with the PagerDuty incident.',
    };
  if (now - Date.parse(line.at) > lateMs)
    return {
      resolve: false,
      because: `Not resolved: this is told late, and was true at ${line.at}. Look whether it is still well.`,
    };
  return { resolve: true };
}
