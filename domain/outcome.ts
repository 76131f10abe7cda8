/** How an incident ended. Nothing ends without one. */
export type OutcomeKind = 'remediated' | 'escalated' | 'ignored' | 'observed' | 'resolved-itself' | 'stood-down' | 'joined';
