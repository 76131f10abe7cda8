import { afterAll, describe, expect, it } from '@jest/globals';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLog, secretsOf } from './log.js';
import { projectRoot } from './paths.js';
import { createConsole } from './testkit/console.js';

/** Commands that need no service. */
const stage = createConsole();
afterAll(() => rmSync(stage.dir, { recursive: true, force: true }));

const histories = join(projectRoot(), 'tests', 'replay', 'histories');

describe('replay', () => {
  it('M17: passes a recorded run, and fails one that went another way', async () => {
    const recorded = readFileSync(join(histories, 'auto.json'), 'utf8');
    // The recorded run asked for another activity than today's code does.
    const other = recorded.replace(/"activityType":\s*\{\s*"name":\s*"[^"]+"/, '"activityType":{"name":"somethingElse"');
    expect(other).not.toBe(recorded);
    writeFileSync(join(stage.dir, 'other.json'), other);
    const same = await stage.run(['replay', join(histories, 'auto.json')]);
    expect([same.code, same.out]).toEqual([0, expect.stringMatching(/^ok +auto/)]);
    const differs = await stage.run(['replay', 'other.json', '-o', 'json']);
    expect(differs.code).toBe(1);
    expect(JSON.parse(differs.out)).toMatchObject({ kind: 'ReplayList', items: [{ workflowId: 'other', ok: false }] });
  });

  it('says what it wants when nothing is named, and what is wrong with a file that is no history', async () => {
    expect((await stage.run(['replay'])).code).toBe(2);
    writeFileSync(join(stage.dir, 'broken.json'), '{"events": 1');
    const { code, err } = await stage.run(['replay', 'broken.json']);
    expect(code).toBe(2);
    expect(err).toContain('temporal workflow show -o json');
  });
});

describe('rules explain of a file', () => {
  const facts = {
    incident: {
      ref: { source: 'pagerduty', externalId: 'Q1', generation: '0' },
      id: 'Q1',
      title: 'CPU',
      status: 'triggered',
      urgency: 'high',
      service: { id: 'PSVC001', name: 'web' },
      createdAt: '2026-11-22T03:12:41Z',
      heldBy: [],
    },
    alert: {
      source: 'cloudwatch',
      name: 'web-cpu-high',
      namespace: 'AWS/EC2',
      metric: 'CPUUtilization',
      threshold: 95,
      account: '111122223333',
      region: 'eu-west-1',
      labels: { InstanceId: 'i-0aa11bb22cc33dd44' },
      startedAt: '2026-11-22T03:12:41Z',
      trust: 'signed',
      correlationKey: 'k',
    },
  };

  it('decides it under the loaded rules, offline, condition by condition', async () => {
    writeFileSync(join(stage.dir, 'facts.json'), JSON.stringify(facts));
    const { code, out } = await stage.run(['rules', 'explain', 'facts.json']);
    expect(code).toBe(0);
    expect(out).toMatch(/MATCHED +ec2-cpu-high/);
    expect(out).toMatch(/yes +alert\.metric == "CPUUtilization"/);
  });

  it('exits 1 and names what differs, when other rules would decide otherwise', async () => {
    const decided = JSON.parse((await stage.run(['rules', 'explain', 'facts.json', '-o', 'json'])).out) as {
      items: [Record<string, unknown>];
    };
    decided.items[0] = { ...decided.items[0], concluded: 'nothing', because: 'no rule matches' };
    writeFileSync(join(stage.dir, 'decided.json'), JSON.stringify(decided));
    const { code, err } = await stage.run([
      'rules',
      'explain',
      'decided.json',
      '--rules',
      join(projectRoot(), 'rules', 'library'),
    ]);
    expect(code).toBe(1);
    expect(err).toMatch(/decision: was nothing: no rule matches, would be /);
  });

  it('names what a file lacks', async () => {
    writeFileSync(join(stage.dir, 'empty.json'), '{"incident": {"id": "Q1"}}');
    const { code, err } = await stage.run(['rules', 'explain', 'empty.json']);
    expect(code).toBe(2);
    expect(err).toMatch(/incident\.title: [\s\S]*alert: /);
  });
});

describe('doctor', () => {
  it('without anything around it: fails, changes nothing, and every failure says what to do', async () => {
    const { code, out } = await stage.run(['doctor', '-o', 'json']);
    expect(code).toBe(1);
    const { items } = JSON.parse(out) as { items: { state: string; fix?: string }[] };
    for (const { state, fix } of items) if (state === 'fail') expect(fix).toMatch(/\S/);
  });

  it('shows the settings without a secret', async () => {
    const { code, out } = await stage.run(['doctor', '--settings'], {
      PAGERDUTY_API_TOKEN: 'u+very-secret-token',
      DATABASE_URL: 'postgres://u:hunter22@db/x',
    });
    expect(code).toBe(0);
    expect(out).toContain('postgres://db/x');
    expect(out).not.toMatch(/very-secret|hunter22/);
  });

  it('lists what is to be tried on a real account, to read and as data', async () => {
    const shown = await stage.run(['doctor', '--live-checklist']);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain('[ ] pagerduty.custom-action-unsigned');
    const { out } = await stage.run(['doctor', '--live-checklist', '-o', 'json']);
    const { items } = JSON.parse(out) as { items: { integration: string; tryIt: string; rests: string[] }[] };
    expect(shown.out.split('[ ] ')).toHaveLength(items.length + 1);
    for (const { tryIt, rests } of items) expect([tryIt, ...rests].every((text) => text !== '')).toBe(true);
  });
});

describe('the log', () => {
  it('row 57: never holds a known secret, however deep it lies', () => {
    const env = {
      PAGERDUTY_API_TOKEN: 'u+very-secret-token',
      PAGERDUTY_WEBHOOK_SECRETS: 'first-secret,second-secret',
      DATABASE_URL: 'postgres://u:hunter2222@db/x',
    };
    let written = '';
    const log = createLog({ level: 'info', name: 'test', secrets: secretsOf(env), write: (line) => (written += line) });
    log.info(
      { a: { b: [{ token: env.PAGERDUTY_API_TOKEN }] }, err: new Error(`cannot connect to ${env.DATABASE_URL}`) },
      'signed with second-secret',
    );
    expect(written).toContain('[secret]');
    expect(written).not.toMatch(/very-secret|second-secret|hunter2222/);
  });
});
