import { proxyActivities } from '@temporalio/workflow';

const { touch } = proxyActivities<{ touch: (id: string) => Promise<void> }>({ startToCloseTimeout: '10s' });

/** The least that Temporal can do: one workflow, one activity. What everything else is compared with. */
export async function bare(id: string): Promise<void> {
  await touch(id);
}
