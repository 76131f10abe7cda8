import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { apiClient, type Context, type OutputOptions, print } from '../context.js';
import { Failure } from '../failure.js';

interface Options extends OutputOptions {
  plan: string;
  reason?: string;
}

/** `approve`, `reject`: a human's word on exactly one plan. */
export function addApprovals(program: Command, context: Context): void {
  program
    .command('approve')
    .description('let a waiting plan run; refused when the plan is another one by now')
    .argument('<incident>', 'its id, as `incident list` shows it')
    .requiredOption('--plan <hash>', 'hash of the plan that you have seen, at least its first eight characters')
    .option('--reason <text>', 'goes into the record')
    .action((incident: string, options: Options) => decide(context, 'approve', incident, options));
  program
    .command('reject')
    .description('refuse a waiting plan; people are told')
    .argument('<incident>', 'its id, as `incident list` shows it')
    .requiredOption('--plan <hash>', 'hash of the plan that you have seen, at least its first eight characters')
    .requiredOption('--reason <text>', 'why: goes into the record and the note')
    .action((incident: string, options: Options) => decide(context, 'reject', incident, options));
}

async function decide(context: Context, decision: 'approve' | 'reject', incident: string, options: Options): Promise<void> {
  const api = apiClient(context, 'approver');
  const { reason } = options;
  const answer = await api[decision](incident, {
    planHash: options.plan.toLowerCase(),
    idempotencyKey: randomUUID(),
    ...(reason === undefined ? {} : { reason }),
  });
  if (!answer.accepted) throw new Failure('conflict', `not accepted: ${answer.reason}`);
  const word = decision === 'approve' ? 'approved' : 'rejected';
  print(
    context,
    options,
    'Approval',
    [{ incident, decision, planHash: options.plan, ...answer }],
    (colours) =>
      `${colours.green(word)}  ${incident}, plan ${options.plan.slice(0, 8)}${answer.reason === word ? '' : `: ${answer.reason}`}`,
  );
}
