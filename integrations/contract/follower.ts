import type { Decision } from '../../domain/plan.js';
import type { LedgerRecord } from '../../domain/record.js';
import type { CallWith } from './call.js';

/** What a follower may look up beside the lines that it is given. */
export interface FollowerReads {
  /** The latest decision of an incident: incident, alert, plan. `undefined`: not decided. */
  decision: (incident: string) => Promise<Decision | undefined>;
  /** All lines of one incident so far. */
  timeline: (incident: string) => Promise<LedgerRecord[]>;
  /** Where people look it up. */
  link: (incident: string) => string;
}

/**
 * Follows the ledger's lines with a cursor of its own, beside the runs: a log, a metric, a search index, a dashboard, a ticket.
 * It can delay nothing. While it is away its cursor stands still; what it missed is delivered, in order, when it is back.
 */
export interface FollowerDefinition<Client> {
  id: string;
  summary: string;
  permissions: readonly string[];
  /** Whether this sink is set up at all; default yes. One that is off is not begun, so its cursor stands still and nothing is swallowed. Pure. */
  on?: (client: Client) => boolean;
  /** Most lines that it is handed at once; default 100. */
  batch?: number;
  /** Lines that it wants; default all. Pure. */
  wants?: (line: LedgerRecord) => boolean;
  /**
   * Stores them. The same lines may come again after a crash: idempotent by `seq`, or by a marker that it finds again.
   * Throws VendorError: `refused`, `absent` and `conflict` skip these lines for good (counted and logged), everything else is tried again.
   * The call's place is empty and its `incident` is that of the first line.
   */
  deliver: (call: CallWith<Client>, lines: readonly LedgerRecord[], reads: FollowerReads) => Promise<void>;
}
