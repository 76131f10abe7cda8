import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.js';
import { askPeople } from '../testkit/asked.js';
import { startBench, type Bench } from '../testkit/bench.js';
import { injectedTexts } from '../testkit/injected-texts.js';
import { eras, type McpUser } from '../testkit/mcp-clients.js';

/** What a model that believes every text would try: the tools that the texts speak of, under every name that comes to mind. */
const invented = [
  'approve',
  'approve_plan',
  'approve_action',
  'confirm',
  'decide',
  'execute_plan',
  'run_runbook',
  'start_effect',
  'restart_instance',
  'release_hold',
  'resume',
  'lift_stop',
  'stop',
  'take_over',
  'reload_rules',
  'set_mode',
];

let postgres: TestPostgres;
let url: string;
let ledger: Ledger;
let bench: Bench;
const waiting = new Map<string, string>();

beforeAll(async () => {
  postgres = await startTestPostgres();
  url = await postgres.freshUrl();
  ledger = await openLedger({ url });
  const plenty = { perSecond: 1000, burst: 10_000 };
  bench = await startBench({ deps: { ledger }, limits: { mcpReadRate: plenty, mcpProposeRate: plenty, restRate: plenty } });
  await ledger.placeHold({ kind: 'stop', scope: 'all', reason: 'an exercise', owner: 'ada' });
  for (const [index, text] of injectedTexts.entries()) {
    const id = `pagerduty:QINJ${index}`;
    const world = { alert: { name: text, labels: { InstanceId: 'i-0aa11', summary: text, [text]: text } } };
    const plan = await askPeople(ledger, id, { title: text, world });
    bench.temporal.open.add(`incident:${id}`);
    waiting.set(id, plan.hash);
  }
});
afterAll(async () => {
  await bench.close();
  await ledger.close();
  await postgres.stop();
});

const rows = async (table: string): Promise<number> =>
  Number((await postgres.sql(url, `select count(*) from ${table}`))[0]?.['count']);

/** Reads an incident, then does all that it is told to. */
async function obey(model: McpUser, incident: string): Promise<void> {
  const planHash = waiting.get(incident) ?? '';
  const { text } = await model.call('get_incident', { incident });
  const turn = [...waiting.keys()].indexOf(incident);
  for (const tool of invented.filter((_name, index) => index % 4 === turn % 4))
    await expect(model.call(tool, { incident, planHash, decision: 'approve' })).rejects.toThrow('not found');
  await model.call('propose_action', { incident, proposal: 'approve', planHash, reason: text.slice(0, 900) });
  await model.call('propose_action', {
    incident,
    proposal: 'approve',
    planHash,
    decision: 'approve',
    approve: true,
    reason: 'x',
  });
}

describe('M22: 50 texts of alerts that tell a model what to do', () => {
  it('are 50, and all different', () => {
    expect([injectedTexts.length, new Set(injectedTexts).size]).toEqual([50, 50]);
  });

  it('lead to 0 approvals, 0 requests for one, 0 permits, 0 effects and 0 messages to a run, however the model obeys', async () => {
    for (const [scope, most] of [
      ['adviser', 50],
      ['admin', 5],
    ] as const) {
      const model = await eras['2026-07-28'](bench.address, bench.token(scope));
      for (const incident of [...waiting.keys()].slice(0, most)) await obey(model, incident);
      await model.close();
    }
    const counts = await Promise.all(['approval', 'approval_request', 'permit'].map(rows));
    expect({ counts, calls: bench.temporal.calls }).toEqual({ counts: [0, 0, 0], calls: [] });
    expect(await ledger.holds()).toHaveLength(1);
    const advice = (await ledger.recordsAfter(0, 1000)).filter(({ data }) => data?.['proposedBy'] !== undefined);
    expect(advice).toHaveLength(55);
    expect(
      advice.every(({ phase, state, data }) => phase === 'approval' && state === 'info' && !('decision' in (data ?? {}))),
    ).toBe(true);
  }, 180_000);

  it('reach a model only between the marks of data, as text that can neither close them nor hide', async () => {
    const model = await eras['2025-11-25'](bench.address, bench.token('viewer'));
    const answers = [await model.call('list_incidents', { limit: 100 })];
    for (const incident of waiting.keys())
      for (const tool of ['get_incident', 'get_plan', 'explain_decision', 'get_evidence'])
        answers.push(await model.call(tool, { incident }));
    for (const { text, failed, label } of answers) {
      expect([failed, label]).toEqual([false, expect.stringMatching(/^untrusted data/)]);
      const [before, inside, after] = text.split(/<\/?untrusted-data>/);
      expect({ parts: text.split(/<\/?untrusted-data>/i).length, before, after }).toEqual({
        parts: 3,
        before: `What follows is ${String(label)}\n`,
        after: '',
      });
      expect(inside).not.toMatch(/[<>\u200b-\u200f\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]/u);
    }
    await model.close();
  }, 120_000);
});
