import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { giveBackWorkflowId } from '../../workflows/ids.js';
import type { ActivityDeps } from '../deps.js';
import { gaveBack } from './report.js';

const incident = 'pagerduty:Q1';
const about = { incident, ref: { source: 'pagerduty', externalId: 'Q1', generation: '0' }, trust: 'signed' as const };

/** What the ledger is told of two targets on which something lent is being given back, by the end of the first. */
async function told(workflowId: string) {
  const ended: string[] = [];
  const released: unknown[][] = [];
  const permit = (on: string) => ({ attempt_key: `key-${on}`, target_id: on, consumed_at: 'then', ended_at: null });
  const ledger = {
    evidence: async () => ({ permits: [permit('t1'), permit('t2')] }),
    effectEnded: async (key: string) => ended.push(key),
    releaseTarget: async (...given: unknown[]) => (released.push(given), { kept: 0 }),
    decision: async () => undefined,
    record: async () => undefined,
  };
  const deps = { now: () => Date.now(), ledger, linkTo: () => '', registry: { channels: [] } } as unknown as ActivityDeps;
  const environment = new MockActivityEnvironment({ workflowExecution: { workflowId, runId: 'r' } });
  await environment.run(() => gaveBack(deps, { ...about, says: 'given back', done: true, target: 't1' }));
  return { ended, released };
}

describe('what was lent on several targets is given back by a run for each', () => {
  it('the end of one closes and frees its own target alone', async () => {
    expect(await told(giveBackWorkflowId(incident, 0, 1))).toEqual({ ended: ['key-t1'], released: [[incident, false, 't1']] });
  });

  it('another run closes nothing', async () => {
    expect(await told('somebody')).toMatchObject({ ended: [] });
  });
});
