import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AdmissionState } from '../domain/admission.js';
import { ledgerForEach } from '../tests/support/ledger.js';
import { admissionRequest } from './requests.fixture.js';

const minute = 60_000;
const day = 24 * 60 * minute;
const began = Date.parse('2026-11-22T03:00:00.000Z');
/** The ledger's clock, epoch milliseconds. */
let now: number;
beforeEach(() => {
  now = began;
});
const { ledger, sql } = ledgerForEach(() => now);

const iso = (ms: number): string => new Date(ms).toISOString();

/** What the guards would be shown now. */
async function seen(): Promise<AdmissionState> {
  let state: AdmissionState | undefined;
  await ledger.preview(admissionRequest(), (read) => {
    state = read;
    return [];
  });
  return state as AdmissionState;
}

describe('the brake’s count', () => {
  it('incidents of a day, the newest first, without those that joined another or that nothing was about', async () => {
    for (const [id, at] of [
      ['a', 0],
      ['b', 2_000],
      ['c', 1_000],
      ['d', 1_000],
    ] as const)
      await ledger.putIncident({ id, startedAt: iso((now = began + at)) });
    await ledger.putIncident({ id: 'c', outcome: 'joined' });
    await ledger.putIncident({ id: 'd', outcome: 'ignored' });
    await ledger.putIncident({ id: 'b', outcome: 'fixed' });
    now = began + day - 1;
    expect((await seen()).incidents.map(({ incident, at }) => [incident, at])).toEqual([
      ['b', began + 2_000],
      ['a', began],
    ]);
    now += 1;
    expect((await seen()).incidents).toHaveLength(1);
  });

  it('of 500, which is far more than any limit: a flood of alerts must not make each admission slower than the last', async () => {
    await sql(
      `insert into incident (id, started_at) select 'i' || n, '${iso(began)}'::timestamptz - n * interval '1 second' from generate_series(1, 501) n`,
    );
    expect((await seen()).incidents.map(({ incident }) => incident)).toEqual(Array.from({ length: 500 }, (_, n) => `i${n + 1}`));
  });

  it('of when each was first heard of: nobody dates one in time to come, nor one that is known already anew', async () => {
    await ledger.putIncident({ id: 'a', startedAt: iso(began - 3 * minute) });
    await ledger.putIncident({ id: 'b', startedAt: '2099-01-01T00:00:00.000Z' });
    now = began + minute;
    for (const startedAt of [iso(now), '2099-01-01T00:00:00.000Z', '2000-01-01T00:00:00.000Z'])
      for (const id of ['a', 'b']) await ledger.putIncident({ id, startedAt });
    expect((await seen()).incidents.map(({ incident, at }) => [incident, at])).toEqual([
      ['b', began],
      ['a', began - 3 * minute],
    ]);
  });

  it('begins anew where a human has lifted a brake or a demotion that covers this', async () => {
    const place = (kind: 'stop' | 'brake' | 'demotion', scope: string) =>
      ledger.placeHold({ kind, scope, reason: 'x', owner: 'ada' });
    const holds = [
      await place('brake', 'rule:ec2-cpu-high'),
      await place('demotion', 'environment:prod'),
      await place('stop', 'service:PSVC002'),
      await place('brake', 'rule:another'),
    ];
    expect((await seen()).lifted).toEqual([]);
    for (const { id } of holds) await ledger.liftHold(id, { by: 'grace', admin: false });
    const wanted = [
      { kind: 'brake', scope: 'rule:ec2-cpu-high', at: began },
      { kind: 'demotion', scope: 'environment:prod', at: began },
    ];
    now = began + 31 * day - 1;
    expect((await seen()).lifted.sort((a, b) => a.kind.localeCompare(b.kind))).toEqual(wanted);
    now += 1;
    expect((await seen()).lifted).toEqual([]);
  });
});
