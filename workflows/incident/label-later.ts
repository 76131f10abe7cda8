import { WorkflowIdReusePolicy } from '@temporalio/common';
import { ParentClosePolicy, patched, startChild } from '@temporalio/workflow';
import type { Plan } from '../../domain/plan.js';
import { labelWorkflowId } from '../ids.js';
import type { LabelInput } from '../label/label.js';
import type { Run } from './run.js';

/** So many polls of the profile lie between the first looks: a minute in production. */
const polls = 12;

/** Whether the rule was right is found out by a run of its own, after the incident. That it cannot be begun changes nothing here. */
export async function labelLater({ about }: Run, { pace, rule }: Plan): Promise<void> {
  if (!patched('label')) return;
  const input: LabelInput = { about, pauseMs: polls * pace.pollMs };
  await startChild<(input: LabelInput) => Promise<unknown>>('label', {
    workflowId: labelWorkflowId(about.incident),
    args: [input],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    staticSummary: `judges whether ${rule.name} was right`,
    // One that was begun before, by a run that was reset, goes on, or has judged.
  }).catch(() => undefined);
}
