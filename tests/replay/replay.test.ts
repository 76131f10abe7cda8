import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { root } from '../support/root.js';

const dir = `${root}/tests/replay/histories`;
const recorded = readdirSync(dir).filter((name) => name.endsWith('.json'));

/** The ways an incident, or a round that looks for missed ones, can go that every build must still be able to replay. */
const paths = [
  'auto',
  'approved',
  'approved-by-signal',
  'rejected',
  'expired',
  'no-match',
  'two-rules',
  'failed-verification',
  'second-step',
  'resolved-while-waiting',
  'resolved-while-verifying',
  'acknowledged',
  'taken-over',
  'duplicate',
  'adopted',
  'rearmed',
  'unknown',
  'waited',
  'refused',
  'malformed-messages',
  'timed-out',
  'reconciled',
  'reconciled-switched-on',
  'reconcile-failed',
];

describe('row M17, I14: every recorded history replays on this code', () => {
  beforeAll(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  });

  it('there is a recorded history for every path', () => {
    expect(recorded.map((name) => name.replace(/[.]json$/, ''))).toEqual(expect.arrayContaining(paths));
  });

  it('all of them replay without an error', async () => {
    const histories = recorded.map((name) => ({
      workflowId: `incident:replay:${name.replace(/[.]json$/, '')}`,
      history: historyFromJSON(JSON.parse(readFileSync(`${dir}/${name}`, 'utf8'))),
    }));
    const broken: string[] = [];
    const bundle = { codePath: `${root}/dist/workflow-bundle.js` };
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: bundle }, histories))
      if (error) broken.push(`${workflowId}: ${error.message}`);
    expect(broken).toEqual([]);
  });
});
