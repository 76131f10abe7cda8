import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestPostgres, type TestPostgres } from '../tests/support/postgres.js';
import type { NewRecord } from '../domain/record.js';
import { openLedger } from './open.js';
import { LedgerUnavailable, type Ledger } from './port.js';
import { admissionRequest, shown, yes } from './requests.fixture.js';

let postgres: TestPostgres;
let url: string;
let ledger: Ledger;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  url = await postgres.ledgerUrl();
  ledger = await openLedger({ url });
});
afterEach(() => ledger.close());

const line = (n: number): NewRecord => ({
  incident: 'pagerduty:QSBX0001',
  phase: 'plan',
  state: 'ok',
  says: `line ${n}`,
  data: { n, nested: { b: [1, null], a: 1.5 } },
});

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200 && !(await what()); tries += 1) await sleep(25);
  expect(await what()).toBe(true);
}

describe('the record', () => {
  it('keeps a line once per key, and gives the same line back', async () => {
    const first = await ledger.record({ ...line(1), once: 'plan.0' });
    expect(await ledger.record({ ...line(2), once: 'plan.0' })).toEqual(first);
    const other = await ledger.record({
      ...line(2),
      incident: 'pagerduty:OTHER',
      once: 'plan.0',
    });
    expect(await ledger.timeline('pagerduty:QSBX0001')).toEqual([first]);
    expect(await ledger.recordsAfter(first.seq, 10)).toEqual([other]);
    expect(await ledger.verifyChain()).toEqual({ ok: true, lines: 2 });
  });

  it('a cursor that follows 100 concurrent writers skips nothing', async () => {
    const seen: number[] = [];
    let writing = true;
    const follow = (async () => {
      while (writing || (await ledger.recordsAfter(seen.at(-1) ?? 0, 1)).length > 0) {
        for (const { seq } of await ledger.recordsAfter(seen.at(-1) ?? 0, 7)) seen.push(seq);
      }
    })();
    await Promise.all(Array.from({ length: 100 }, (_, n) => ledger.record(line(n))));
    writing = false;
    await follow;
    expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
    expect(await ledger.verifyChain()).toEqual({ ok: true, lines: 100 });
  });

  it('stores any text that an alert may hold', async () => {
    const nasty = 'a\0b \uD800 "quotes" \u2028 é 😀';
    const stored = await ledger.record({
      ...line(1),
      says: nasty,
      data: { [nasty]: nasty, big: 1e21, small: -0 },
    });
    expect(await ledger.timeline(stored.incident)).toMatchObject([{ says: 'a\uFFFDb \uFFFD "quotes" \u2028 é 😀' }]);
    expect(await ledger.verifyChain()).toEqual({ ok: true, lines: 1 });
  });

  it('row 49: refuses UPDATE, DELETE and TRUNCATE', async () => {
    await ledger.record(line(1));
    for (const text of [`update record set says = 'x'`, 'delete from record', 'truncate record']) {
      await expect(postgres.sql(url, text)).rejects.toThrow(/append-only/);
    }
  });

  it.each([
    ["update record set says = 'nothing happened' where seq = 3", 3],
    ["update record set state = 'failed' where seq = 3", 3],
    [`update record set data = '{"n":4}' where seq = 3`, 3],
    ["update record set at = at + interval '1 millisecond' where seq = 3", 3],
    ["update record set incident = 'pagerduty:OTHER' where seq = 1", 1],
    ["update record set once = 'x' where seq = 5", 5],
    ["update record set prev = repeat('1', 64) where seq = 3", 3],
    ["update record set hash = repeat('1', 64) where seq = 5", 5],
    ['delete from record where seq = 1', 1],
    ['delete from record where seq = 3', 3],
    ['delete from record where seq = 5', 5],
    ['delete from record', 1],
    ['update record set seq = 9 where seq = 5', 5],
    ["update chain_head set hash = repeat('1', 64)", 5],
    ['update chain_head set seq = 4', 4],
    ['delete from chain_head', 0],
  ])('row 49: finds that somebody with every right did: %s', async (text, seq) => {
    for (const n of [1, 2, 3, 4, 5]) await ledger.record(line(n));
    await postgres.sql(url, `alter table record disable trigger all; ${text}`);
    expect(await ledger.verifyChain()).toMatchObject({ ok: false, seq });
  });

  it('finds a line that was changed together with its own hash', async () => {
    for (const n of [1, 2, 3]) await ledger.record(line(n));
    const forged = await openLedger({ url: await postgres.ledgerUrl() });
    const other = await forged.record({ ...line(1), says: 'forged' });
    await forged.close();
    await postgres.sql(
      url,
      `alter table record disable trigger all; update record set says = 'forged', at = '${other.at}', hash = '${other.hash}' where seq = 1`,
    );
    expect(await ledger.verifyChain()).toMatchObject({ ok: false, seq: 2 });
  });

  it('tells a listener, also after its connection was broken', async () => {
    let called = 0;
    const stop = await ledger.listen(() => {
      called += 1;
    });
    await ledger.record(line(1));
    await until(() => called === 1);
    await postgres.sql(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'opssentinel follower'`,
    );
    await until(() => called >= 2);
    const before = called;
    await ledger.record(line(2));
    await until(() => called > before);
    await stop();
    const after = called;
    await ledger.record(line(3));
    await sleep(100);
    expect(called).toBe(after);
  });
});

describe('an incident', () => {
  it('is updated field by field and listed newest first', async () => {
    await ledger.putIncident({
      id: 'pagerduty:A',
      title: 'CPU',
      startedAt: '2026-11-22T03:00:00.000Z',
    });
    await ledger.putIncident({
      id: 'pagerduty:A',
      remediation: 'verifying',
      planHash: 'abc',
    });
    await ledger.putIncident({
      id: 'pagerduty:B',
      startedAt: '2026-11-22T04:00:00.000Z',
    });
    await ledger.putIncident({ id: 'pagerduty:B' });
    expect(await ledger.incident('pagerduty:A')).toMatchObject({
      title: 'CPU',
      remediation: 'verifying',
      planHash: 'abc',
      startedAt: '2026-11-22T03:00:00.000Z',
      endedAt: null,
      outcome: null,
    });
    expect((await ledger.incidents(10)).map(({ id }) => id)).toEqual(['pagerduty:B', 'pagerduty:A']);
    expect(await ledger.incident('pagerduty:C')).toBeUndefined();
  });

  it('keeps every decision and gives the latest', async () => {
    for (const concluded of ['act', 'nothing', 'act']) await ledger.putDecision('pagerduty:A', { concluded });
    expect(await ledger.decision('pagerduty:A')).toEqual({ concluded: 'act' });
    expect(await ledger.decision('pagerduty:B')).toBeUndefined();
  });

  it('row 3: of 20 that claim one alert at once, one owns it', async () => {
    const owners = await Promise.all(
      Array.from({ length: 20 }, (_, n) => ledger.claimCorrelation('alarm@03:12:38', `pagerduty:Q${n}`)),
    );
    expect(new Set(owners).size).toBe(1);
  });

  it('row 2: journals one line per source, event and result', async () => {
    const entry = {
      source: 'pagerduty',
      eventId: '01E',
      eventType: 'incident.triggered',
      incident: 'pagerduty:A',
      result: 'started',
      says: '',
    } as const;
    await ledger.journal(entry);
    await ledger.journal(entry);
    await ledger.journal({ ...entry, result: 'duplicate' });
    expect([
      await ledger.journalCount({ eventId: '01E' }),
      await ledger.journalCount({ result: 'started' }),
      await ledger.journalCount({ source: 'grafana' }),
    ]).toEqual([2, 1, 0]);
  });

  it('row 48: event, decision, approvals, permits with results and timeline come in one query', async () => {
    const request = admissionRequest();
    const incident = request.incident;
    await ledger.journal({
      source: 'pagerduty',
      eventId: '01E',
      eventType: 'incident.triggered',
      incident,
      result: 'started',
      says: '',
    });
    await ledger.putIncident({ id: incident, title: 'CPU' });
    await ledger.putDecision(incident, {
      concluded: 'act',
      rule: 'ec2-cpu-high',
    });
    await ledger.putApprovalRequest({
      id: 'r1',
      incident,
      by: 'ada',
      role: 'approver',
      via: 'api',
    });
    await ledger.putApproval({
      incident,
      planHash: 'plan',
      decision: 'approve',
      by: 'ada',
      via: 'api',
      verifiedIdentity: true,
      accepted: true,
      reason: '',
      at: '2026-11-22T03:00:00.000Z',
    });
    await ledger.admit(request, yes);
    await ledger.consume(shown(request));
    await ledger.effectStarted(request.attemptKey, { id: '4105a4fc' }, 'started');
    await ledger.effectEnded(request.attemptKey, 'succeeded', 'Success');
    await ledger.effectVerified(request.attemptKey, true, 'alarm OK');
    await ledger.record(line(1));
    await ledger.record({ ...line(1), incident: 'pagerduty:OTHER' });
    expect(await ledger.approvalRequest('r1')).toEqual({
      id: 'r1',
      incident,
      by: 'ada',
      role: 'approver',
      via: 'api',
    });
    expect(await ledger.evidence(incident)).toMatchObject({
      incident: { title: 'CPU' },
      events: [{ event_id: '01E' }],
      decisions: [{ decision: { rule: 'ec2-cpu-high' } }],
      approvals: [{ by: 'ada', accepted: true }],
      permits: [
        {
          rule: 'ec2-cpu-high',
          rule_hash: 'rule',
          ref: { id: '4105a4fc' },
          status: 'succeeded',
          verified: true,
        },
      ],
      timeline: [{ says: 'line 1' }],
    });
  });

  it('refuses a hold whose end is no time, rather than hold for ever or not at all', async () => {
    await expect(
      ledger.placeHold({
        kind: 'stop',
        scope: 'all',
        reason: 'x',
        owner: 'ada',
        until: 'tomorrow',
      }),
    ).rejects.toThrow('A hold\'s end must be an ISO 8601 time, not "tomorrow".');
  });

  it('judges expiry by its own clock', async () => {
    let now = Date.parse('2026-11-22T03:00:00.000Z');
    const other = await openLedger({
      url: await postgres.ledgerUrl(),
      now: () => now,
    });
    const request = admissionRequest({ startBy: now + 60_000 });
    await other.admit(request, yes);
    await other.placeHold({
      kind: 'freeze',
      scope: 'all',
      reason: 'x',
      owner: 'ada',
      until: '2026-11-22T03:00:30.000Z',
    });
    now += 29_999;
    expect(await other.consume(shown(request))).toMatchObject({
      because: 'held',
    });
    now += 1;
    expect(await other.holds()).toEqual([]);
    now += 30_000;
    expect(await other.consume(shown(request))).toEqual({
      consumed: false,
      because: 'expired',
    });
    await other.close();
  });
});

describe('a ledger that does not answer', () => {
  it('opens at once in several processes, and again, without harm', async () => {
    const fresh = await postgres.freshUrl();
    const many = await Promise.all(Array.from({ length: 5 }, () => openLedger({ url: fresh })));
    await many[0]?.record(line(1));
    await Promise.all(many.map((one) => one.close()));
    await postgres.sql(fresh, "insert into schema_version (version, name) values (99, 'of the future')");
    await expect(openLedger({ url: fresh })).rejects.toThrow(/newer/);
  });

  it('is not opened where another line of versions made it: half of each would be worse than none', async () => {
    const fresh = await postgres.freshUrl();
    await (await openLedger({ url: fresh })).close();
    await postgres.sql(fresh, "update schema_version set name = 'something else' where version = 2");
    await expect(openLedger({ url: fresh })).rejects.toThrow(
      /^version 2 of the ledger's schema is "something else", and this program's is ".+": another/,
    );
  });

  it('says so within its deadline: nobody there, there but mute, locked, or gone', async () => {
    const nobody = url.replace(/:\d+\//, ':1/');
    await expect(openLedger({ url: nobody, deadlineMs: 300 })).rejects.toBeInstanceOf(LedgerUnavailable);
    const mute: Server = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const port = (mute.address() as { port: number }).port;
    await expect(openLedger({ url: url.replace(/:\d+\//, `:${port}/`), deadlineMs: 300 })).rejects.toBeInstanceOf(
      LedgerUnavailable,
    );
    mute.close();

    const hasty = await openLedger({ url, deadlineMs: 300 });
    const locking = postgres.sql(url, 'begin; lock table hold; lock table permit; select pg_sleep(1.5); commit');
    await sleep(100);
    const asked = Promise.all([
      expect(hasty.consume(shown(admissionRequest()))).rejects.toBeInstanceOf(LedgerUnavailable),
      expect(
        hasty.placeHold({
          kind: 'stop',
          scope: 'all',
          reason: 'x',
          owner: 'ada',
        }),
      ).rejects.toBeInstanceOf(LedgerUnavailable),
      expect(hasty.admit(admissionRequest(), yes)).rejects.toBeInstanceOf(LedgerUnavailable),
    ]);
    await asked;
    await locking;
    // And works again by itself, with nothing left behind by what failed.
    expect(await hasty.consume(shown(admissionRequest()))).toEqual({
      consumed: false,
      because: 'no permit',
    });
    expect(await hasty.holds()).toEqual([]);
    await hasty.close();
    await expect(hasty.ready()).rejects.toBeInstanceOf(LedgerUnavailable);
  });

  it('never shows its password', async () => {
    const secret = new URL(url);
    secret.password = 'canary-4711';
    const problem = await openLedger({ url: secret.href }).catch((error: Error) => `${error.message} ${error.stack}`);
    expect(problem).toMatch(/LedgerUnavailable|does not answer/);
    expect(problem).not.toContain('canary-4711');
  });

  it('a mute server, paused in the middle of its life, is unavailable, and fine again afterwards', async () => {
    const own = await openLedger({ url, deadlineMs: 500 });
    await own.ready();
    const pids = (
      await postgres.sql(
        url,
        `select pid from pg_stat_activity where application_name = 'opssentinel' and datname = current_database()`,
      )
    ).map(({ pid }) => Number(pid));
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await expect(own.ready()).rejects.toBeInstanceOf(LedgerUnavailable);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    await until(() =>
      own.ready().then(
        () => true,
        () => false,
      ),
    );
    expect(pids.length).toBeGreaterThan(0);
    await own.close();
  });
});
