import type { ApprovalAnswer, ApprovalRequest } from '../../domain/approval.js';
import type { TemporalClient } from '../deps.js';

export interface TemporalCall {
  call: 'start' | 'signalWithStart' | 'update' | 'signal';
  workflowId: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  options: any;
}

/** The client's methods that the API calls, with Temporal's own rule of one open run per id, and a way to be away. */
export interface MemoryTemporal {
  client: TemporalClient;
  calls: TemporalCall[];
  open: Set<string>;
  closed: Set<string>;
  /** `refuse`: an error at once; `hang`: no answer in time. */
  fault: { value: 'none' | 'refuse' | 'hang' };
  /** Milliseconds that a start takes. */
  delay: { value: number };
  /** How many starts were under way at once, at most. */
  most: { value: number };
  decide: { with: (request: ApprovalRequest) => ApprovalAnswer | Error };
}

export const named = (name: string, message = name): Error => Object.assign(new Error(message), { name });

export function createMemoryTemporal(): MemoryTemporal {
  const calls: TemporalCall[] = [];
  const open = new Set<string>();
  const closed = new Set<string>();
  const fault: MemoryTemporal['fault'] = { value: 'none' };
  const delay = { value: 0 };
  const most = { value: 0 };
  const answers = new Map<string, ApprovalAnswer>();
  const decide: MemoryTemporal['decide'] = { with: () => ({ accepted: true, reason: 'approved' }) };
  let inside = 0;

  const reach = async (): Promise<void> => {
    if (fault.value === 'refuse') throw named('ServiceError', '14 UNAVAILABLE');
    // As the SDK does: it gives up some time after we have.
    if (fault.value === 'hang') {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      throw named('ServiceError', '4 DEADLINE_EXCEEDED');
    }
    inside += 1;
    most.value = Math.max(most.value, inside);
    if (delay.value > 0) await new Promise((resolve) => setTimeout(resolve, delay.value));
    inside -= 1;
  };
  const begin = async (call: 'start' | 'signalWithStart', options: { workflowId: string }): Promise<unknown> => {
    await reach();
    calls.push({ call, workflowId: options.workflowId, options });
    if (closed.has(options.workflowId)) throw named('WorkflowExecutionAlreadyStartedError');
    open.add(options.workflowId);
    return {};
  };
  const handle = (workflowId: string) => ({
    executeUpdate: async (_update: unknown, options: { args: [ApprovalRequest]; updateId: string }) => {
      await reach();
      if (!open.has(workflowId)) throw named('WorkflowNotFoundError');
      calls.push({ call: 'update', workflowId, options });
      const before = answers.get(options.updateId);
      if (before !== undefined) return before;
      const answer = decide.with(options.args[0]);
      if (answer instanceof Error) throw answer;
      answers.set(options.updateId, answer);
      return answer;
    },
    describe: async () => {
      await reach();
      if (!open.has(workflowId) && !closed.has(workflowId)) throw named('WorkflowNotFoundError');
      return { status: { name: open.has(workflowId) ? 'RUNNING' : 'TERMINATED' } };
    },
    signal: async (signal: { name: string }, argument: unknown) => {
      await reach();
      if (!open.has(workflowId)) throw named('WorkflowNotFoundError');
      calls.push({ call: 'signal', workflowId, options: { signal: signal.name, argument } });
    },
  });
  const client = {
    connection: {
      withDeadline: async (_deadline: number, run: () => Promise<unknown>) => run(),
      workflowService: { getSystemInfo: reach },
    },
    workflow: {
      start: async (_type: string, options: { workflowId: string }) => begin('start', options),
      signalWithStart: async (_type: string, options: { workflowId: string }) => begin('signalWithStart', options),
      getHandle: handle,
    },
  };
  return { client: client as unknown as TemporalClient, calls, open, closed, fault, delay, most, decide };
}
