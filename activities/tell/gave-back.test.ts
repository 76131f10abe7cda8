import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { giveBackWorkflowId } from '../../workflows/ids.js';
import { policy, rule, runbook, setOf } from '../../tests/support/rules.js';
import type { ActivityDeps } from '../deps.js';
import { gaveBack } from './report.js';

const set = setOf(policy(), runbook(), rule());
const incident = 'pagerduty:Q1';
const about = { incident, ref: { source: 'pagerduty', externalId: 'Q1', generation: '0' }, trust: 'signed' as const };

/** What the ledger is told of two targets on which something lent is being given back, by the end of the first. */
async function told(workflowId: string, target = 't1') {
  const lines: string[] = [];
  const notes: string[] = [];
  const ended: string[] = [];
  const released: unknown[][] = [];
  const permit = (on: string) => ({ attempt_key: `key-${on}`, target_id: on, consumed_at: 'then', ended_at: null });
  const ledger = {
    evidence: async () => ({ permits: [permit('t1'), permit('t2')] }),
    effectEnded: async (key: string) => ended.push(key),
    releaseTarget: async (...given: unknown[]) => (released.push(given), { kept: 0 }),
    decision: async () => ({ plan: { rollout: { each: ['t1', 't2'].map((id) => ({ target: { id } })) }, report: {} } }),
    record: async ({ once }: { once: string }) => lines.push(once),
  };
  const channel = {
    id: 'c',
    serves: () => true,
    with: (call: unknown) => call,
    note: async (_call: unknown, { marker }: { marker: string }) => notes.push(marker),
  };
  const rules = () => set;
  const deps = {
    now: () => Date.now(),
    rules,
    ledger,
    linkTo: () => '',
    registry: { channels: [channel] },
  } as unknown as ActivityDeps;
  const environment = new MockActivityEnvironment({ workflowExecution: { workflowId, runId: 'r' } });
  await environment.run(() => gaveBack(deps, { ...about, says: 'given back', done: true, target }));
  return { ended, released, lines, notes };
}

describe('what was lent on several targets is given back by a run for each', () => {
  it('the end of one closes and frees its own target alone', async () => {
    expect(await told(giveBackWorkflowId(incident, 0, 0))).toMatchObject({
      ended: ['key-t1'],
      released: [[incident, false, 't1']],
    });
  });

  it('each is told by itself: what was left on one stands also where the next was given back', async () => {
    const [one, two] = [await told(giveBackWorkflowId(incident, 0, 0)), await told(giveBackWorkflowId(incident, 0, 1), 't2')];
    const said = [...one.lines, ...two.lines].filter((once) => once.startsWith('gaveBack'));
    expect(said).toEqual(['gaveBack 1 of 2', 'gaveBack 2 of 2']);
    expect([...one.notes, ...two.notes]).toEqual([1, 2].map((at) => `opssentinel ${incident} giveBack ${at} of 2`));
  });

  it('another run closes nothing', async () => {
    expect(await told('somebody')).toMatchObject({ ended: [] });
  });
});
