import { CancellationScope, ParentClosePolicy, patched, startChild } from '@temporalio/workflow';
import { labelWorkflowId } from '../ids.js';
import type { LabelInput } from '../label/label.js';
import type { PlannedRun } from './run.js';

/** So many polls of the profile lie between the first looks: a minute in production. */
const polls = 12;

/** Whether the rule was right is found out by a run of its own, after the incident. That it cannot be begun changes nothing here. */
export async function labelLater({ about, plan }: PlannedRun): Promise<void> {
  if (!patched('label')) return;
  const input: LabelInput = { about, pauseMs: polls * plan.pace.pollMs };
  await CancellationScope.nonCancellable(() =>
    startChild<(input: LabelInput) => Promise<unknown>>('label', {
      workflowId: labelWorkflowId(about.incident),
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `judges whether ${plan.rule.name} was right`,
      // One that was begun before, by a run that was reset, goes on.
    }).then(
      () => undefined,
      () => undefined,
    ),
  );
}
