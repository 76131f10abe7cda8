import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Bench, startBench } from '../../api/testkit/bench.js';
import type { JsonObject } from '../../domain/json.js';
import { machine } from '../../domain/label.js';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { admissionRequest, shown, yes } from '../../ledger/requests.fixture.js';
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.js';
import { incident as recorded } from '../backtest/testkit/history.js';
import { understand } from '../backtest/recorded.js';
import { judgesOf } from '../commands/rules-backtest.js';
import { decideAgain } from '../explain-case.js';
import { sha256 } from '../installation.js';
import { loadOrRefuse } from '../loaded-rules.js';
import { projectRoot } from '../paths.js';
import { createConsole } from '../testkit/console.js';

const name = 'ec2-cpu-high';
const minute = 60_000;
let postgres: TestPostgres;
let ledger: Ledger;
let bench: Bench;
let stage: ReturnType<typeof createConsole>;
let loaded: Awaited<ReturnType<typeof loadOrRefuse>>;
let now: number;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  now = Date.now() - 2 * 86_400_000;
  ledger = await openLedger({ url: await postgres.freshUrl(), now: () => now });
  bench = await startBench({ deps: { ledger } });
  stage = createConsole({ tty: true });
  cpSync(join(projectRoot(), 'rules', 'library'), join(stage.dir, 'rules'), { recursive: true });
  loaded = await loadOrRefuse(join(stage.dir, 'rules'));
});
afterEach(async () => {
  await bench.close();
  await ledger.close();
  rmSync(stage.dir, { recursive: true, force: true });
});

const logicHash = () => loaded.set.rules.find((rule) => rule.name === name)?.logicHash ?? '';
const run = (words: string, scope: 'viewer' | 'nobody' = 'viewer') =>
  stage.run(words.split(' '), {
    OPSSENTINEL_URL: bench.address,
    ...(scope === 'nobody' ? {} : { OPSSENTINEL_TOKEN: bench.token(scope) }),
  });

/** So many recoveries of the rule where it acts by itself, of so many minutes each. */
async function recovered(count: number, minutes: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const incident = `pagerduty:R${minutes}-${index}`;
    const request = admissionRequest({ incident, attemptKey: incident, startBy: now + minute }, incident);
    const subject = { ...request.subject, environment: 'staging', service: 'PSVC001', runbook: 'restart-ec2-instance' };
    await ledger.admit({ ...request, subject }, yes);
    await ledger.consume(shown(request));
    now += minutes * minute;
    await ledger.effectVerified(incident, true, 'well');
    await ledger.putLabel({
      incident,
      rule: name,
      logicHash: logicHash(),
      runbookHash: 'b',
      environment: 'staging',
      mode: 'auto',
      label: 'right',
      kind: 'auto-verified',
      because: '',
      by: machine,
      refusedBy: '',
    });
  }
}

/** An incident that the rule decided a day ago, as the ledger keeps it. */
async function decided(): Promise<void> {
  const { set, catalogue, registry } = judgesOf(loaded);
  const [past] = understand([recorded('Q1', { at: 0, staging: false })], registry).past;
  if (!past) throw new Error('no incident');
  const target = {
    type: 'aws.ec2.instance',
    id: 'arn:aws:ec2:eu-west-1:444455556666:instance/i-0aa11bb22cc33dd44',
    name: past.alert.labels['InstanceId'] ?? '',
    account: past.alert.account ?? '',
    region: past.alert.region ?? '',
    environment: 'prod',
    tags: {},
    facts: { state: 'running', autoScalingGroup: '' },
    readAt: past.createdAt,
  };
  const witness = { by: 'test', state: 'firing', readAt: past.createdAt, labels: past.alert.labels, says: 'ALARM' } as const;
  const decision = decideAgain({ incident: past.incident, alert: past.alert, witness, target }, set, catalogue, sha256);
  await ledger.putIncident({ id: 'bench:Q1', rule: name, startedAt: new Date(now).toISOString() });
  await ledger.putDecision('bench:Q1', JSON.parse(JSON.stringify(decision)) as JsonObject);
}

describe('M26: rules escalation', () => {
  it('writes what PagerDuty should wait, by what the automatic rules of a service have learned', async () => {
    await recovered(20, 6.5);
    const { code, out, err } = await run('rules escalation --rules rules');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('# ec2-cpu-high in staging: p90 6 min 30 s, n 20\n');
    expect(await parse('escalation.auto.tfvars', out)).toEqual({ silent_minutes_by_service: { PSVC001: 7 } });
    const { kind, items } = JSON.parse((await run('rules escalation --rules rules -o json')).out);
    expect([kind, items]).toEqual([
      'Escalation',
      [expect.objectContaining({ variable: 'silent_minutes_by_service', service: 'PSVC001', minutes: 7 })],
    ]);
  });

  it('the usual while too little is known, nothing while nothing is; and no token is exit 4', async () => {
    const nothing = await run('rules escalation --rules rules');
    expect([nothing.code, await parse('x.tfvars', nothing.out)]).toEqual([0, { silent_minutes_by_service: {} }]);
    await recovered(3, 2);
    expect((await run('rules escalation --rules rules')).out).toContain('"PSVC001" = 5\n');
    expect((await run('rules escalation --rules rules', 'nobody')).code).toBe(4);
    expect((await run('rules escalation --rules nowhere')).code).toBe(2);
  });
});

describe('M26: what was learned stands where people look', () => {
  it('rules learned says what verification goes by', async () => {
    await recovered(20, 6.5);
    const { out } = await run(`rules learned ${name} --env staging --rules rules`);
    expect(out).toContain('restart-ec2-instance p95 6 min 30 s (n 20); verification goes by it where the rule says nothing');
  });

  it('incident watch says how long it usually takes, with n', async () => {
    await recovered(4, 6.5);
    await decided();
    await ledger.record({ incident: 'bench:Q1', phase: 'report', state: 'ok', says: 'told', once: 'report' });
    const { code, out } = await run('incident watch Q1');
    expect([code, out]).toEqual([0, expect.stringContaining('(all in all usually 6 min 30 s to 6 min 30 s, p50 to p90, n 4)')]);
  });

  it('row 15: rules promote plays the last 90 days again, for information', async () => {
    const page = () => run(`rules promote ${name} --env prod --to auto --rules rules`);
    expect((await page()).out).toContain(
      'backtest, 90 days               -       not to be had: no incident of that time was decided here',
    );
    await decided();
    expect((await page()).out).toContain('backtest, 90 days               1       for information; not counted');
  });
});
