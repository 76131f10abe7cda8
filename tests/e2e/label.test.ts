import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testCall } from '../../integrations/contract/testkit/call.js';
import { connectSandbox } from '../../integrations/aws/testkit/samples.js';
import { giveBackWorkflowId, labelWorkflowId } from '../../workflows/ids.js';
import { until } from '../run/server.js';
import { type E2e, openE2e } from './stage.js';

let e2e: E2e;
beforeAll(async () => {
  e2e = await openE2e((rulesDir) => {
    const file = join(rulesDir, 'ec2-cpu-high.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('mode: { staging: auto, prod: approve }', 'mode: { prod: approve }'));
  });
}, 120_000);
afterAll(() => e2e.close(), 30_000);

const instance = 'i-0aa11bb22cc33dd44';
const resolve = (incident: string) => e2e.control('POST', `pagerduty/incidents/${incident.split(':')[1]}/resolve`, {});
const judged = (incident: string) => e2e.line(incident, ({ once }) => once === 'label', 'it was not judged');
const notes = async (incident: string) =>
  (await e2e.control<{ notes: { content: string }[] }>('GET', `pagerduty/incidents/${incident.split(':')[1]}`)).notes.map(
    ({ content }) => content,
  );

/** History events over every workflow of an incident that has ended; what came in for it meanwhile is among them. */
async function eventsOver(incident: string): Promise<number> {
  const lengthOf = async (id: string) => (await e2e.client.workflow.getHandle(id).describe()).historyLength;
  const besides = [labelWorkflowId(incident), giveBackWorkflowId(incident, 0)].map((id) => lengthOf(id).catch(() => 0));
  const lengths = await Promise.all([lengthOf(`incident:${incident}`), ...besides]);
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** A person at the console of EC2. */
async function startAnew(): Promise<void> {
  const call = testCall(connectSandbox(e2e.stack.file.sandbox));
  const state = async () =>
    (await call.client.ec2.describeInstances(call, { InstanceIds: [instance] })).Reservations?.[0]?.Instances?.[0]?.State?.Name;
  await call.client.ec2.stopInstances(call, { InstanceIds: [instance] });
  await until(async () => (await state()) === 'stopped', 'it does not stop');
  await call.client.ec2.startInstances(call, { InstanceIds: [instance] });
  await until(async () => (await state()) === 'running', 'it does not start');
}

describe('N3: what an observing rule would have done is judged once its incident is closed', () => {
  it('what cannot be seen for certain is asked of a person, once; the answer counts', async () => {
    const incident = await e2e.raise('ec2-cpu-high');
    expect(await e2e.ended(incident)).toBe('observed');
    await startAnew();
    await e2e.sandbox.clear('ec2-cpu-high');
    await resolve(incident);
    expect((await judged(incident)).says).toMatch(/^not judged: i-0aa11bb22cc33dd44 was started anew at .*EC2 launch time/);
    await until(async () => (await notes(incident)).some((note) => note.includes('one question')), 'nobody was asked');
    expect((await notes(incident)).filter((note) => note.includes('rules label'))).toHaveLength(1);
    const answer = await e2e.api.operator.label(incident, { label: 'right', reason: 'we restarted it' });
    expect(answer.row).toMatchObject({ label: 'right', kind: 'person-said', mode: 'observe', environment: 'staging' });
    await expect(e2e.api.operator.label(incident, { label: 'wrong' })).rejects.toMatchObject({ status: 409 });
    const { rules } = await e2e.api.viewer.rules();
    const rule = rules.find(({ name }) => name === 'ec2-cpu-high');
    expect(rule?.observing).toMatchObject({ expired: false, in: ['staging'] });
    const record = await e2e.api.viewer.ruleRecord('ec2-cpu-high', 'staging', rule?.logicHash ?? '');
    expect(record).toMatchObject({ matched: 1, learned: { recovered: 0 } });
    expect(record.labels.map(({ label }) => label).sort()).toEqual(['right', 'unlabelled']);
  }, 90_000);

  it('what an auto rule has done is judged by whether it was verified, and learned from', async () => {
    const incident = await e2e.raise('ec2-status-check-failed');
    expect(await e2e.ended(incident)).toBe('remediated');
    expect((await judged(incident)).says).toMatch(/^judged right: verified/);
    const [row] = await e2e.stack.ledger.labelsOfIncident(incident);
    expect(row).toMatchObject({ label: 'right', kind: 'auto-verified', by: 'machine' });
    const learned = await e2e.stack.ledger.learned({ rule: row?.rule ?? '', logicHash: row?.logicHash ?? '' });
    expect(learned.recovered).toBe(1);
    expect(await eventsOver(incident)).toBeLessThanOrEqual(60);
  }, 90_000);
});
