import { beforeEach, describe, expect, it } from '@jest/globals';
import { ledgerForEach } from '../tests/support/ledger.js';
import type { AdmissionRequest } from './port.js';
import { admissionRequest, shown, yes } from './requests.fixture.js';

const minute = 60_000;
const hour = 60 * minute;
const began = Date.parse('2026-11-22T03:00:00.000Z');
/** The ledger's clock, epoch milliseconds. */
let now: number;
beforeEach(() => {
  now = began;
});
const { ledger } = ledgerForEach(() => now);

const asking = (changes: Partial<AdmissionRequest> = {}): AdmissionRequest =>
  admissionRequest({ startBy: now + minute, ...changes });

async function used(changes: Partial<AdmissionRequest> = {}): Promise<AdmissionRequest> {
  const request = asking(changes);
  expect(await ledger.admit(request, yes)).toMatchObject({ admitted: true });
  expect(await ledger.consume(shown(request))).toMatchObject({ consumed: true });
  return request;
}

describe('a target is kept', () => {
  it('until it was to be known whether the effect helped, and not past that moment', async () => {
    const { incident } = await used({ verifyWithinMs: 20 * minute });
    await ledger.effectEnded('key-1', 'succeeded', 'done');
    now = began + 20 * minute - 1;
    expect(await ledger.releaseTarget(incident)).toEqual({ kept: 1 });
    now += 1;
    expect(await ledger.releaseTarget(incident)).toEqual({ kept: 0 });
  });

  it('for an hour where something was being put back and nobody said how that ended', async () => {
    const { incident } = await used();
    now = began + hour - 1;
    expect(await ledger.releaseTarget(incident)).toEqual({ kept: 1 });
    now += 1;
    expect(await ledger.releaseTarget(incident)).toEqual({ kept: 0 });
  });

  it('no longer once what was put back has ended', async () => {
    const { incident } = await used();
    await ledger.effectEnded('key-1', 'succeeded', 'put back');
    expect(await ledger.releaseTarget(incident)).toEqual({ kept: 0 });
  });
});

describe('what stands when a permit is used', () => {
  const place = (kind: 'stop' | 'demotion', until?: string) =>
    ledger.placeHold({ kind, scope: 'rule:ec2-cpu-high', reason: 'r', owner: 'ada', ...(until === undefined ? {} : { until }) });

  it('a stop holds it, also one that stood already when it was admitted', async () => {
    const hold = await place('stop');
    now += 1_000;
    await ledger.admit(asking(), yes);
    expect(await ledger.consume(shown(asking()))).toEqual({ consumed: false, because: 'held', hold });
  });

  it('a stop holds it until its end, and not at it', async () => {
    await ledger.admit(asking(), yes);
    await place('stop', new Date(began + 1_000).toISOString());
    now = began + 999;
    expect(await ledger.consume(shown(asking()))).toMatchObject({ consumed: false, because: 'held' });
    now += 1;
    expect(await ledger.consume(shown(asking()))).toMatchObject({ consumed: true });
  });

  it('a demotion of the same moment was seen by the admission, which came after it', async () => {
    await place('demotion');
    await ledger.admit(asking(), yes);
    expect(await ledger.consume(shown(asking()))).toMatchObject({ consumed: true });
  });

  it('a permit that has run out is said to have run out, whatever the admission had seen', async () => {
    await place('demotion');
    const request = asking();
    await ledger.admit(request, yes);
    now += minute;
    expect(await ledger.consume(shown(request))).toEqual({ consumed: false, because: 'expired' });
  });
});
