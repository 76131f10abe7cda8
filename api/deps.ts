import type { approval, incidentEvent, takeOver } from '../workflows/messages.js';
import type { Logger } from 'pino';
import type { Registry } from '../integrations/contract/registry.js';
import type { Ledger } from '../ledger/port.js';
import type { RulesProblem, RulesSummary } from './shapes.js';
import type { ApiTokens } from './tokens.js';

/** What the API asks of Temporal. `@temporalio/client`'s Client is one. */
export interface TemporalClient {
  connection: {
    withDeadline: <Result>(deadline: number, run: () => Promise<Result>) => Promise<Result>;
    workflowService: { getSystemInfo: (request: Record<string, never>) => Promise<unknown> };
  };
  workflow: {
    // oxlint-disable-next-line typescript/no-explicit-any
    start: (type: string, options: any) => Promise<unknown>;
    // oxlint-disable-next-line typescript/no-explicit-any
    signalWithStart: (type: string, options: any) => Promise<unknown>;
    getHandle: (workflowId: string) => RunHandle;
  };
}

export interface RunHandle {
  executeUpdate: (
    update: typeof approval,
    options: { args: Parameters<typeof approvalArguments>; updateId: string },
  ) => Promise<import('../domain/approval.js').ApprovalAnswer>;
  signal: (signal: typeof takeOver | typeof incidentEvent, argument: never) => Promise<void>;
}
declare function approvalArguments(request: import('../domain/approval.js').ApprovalRequest): void;
