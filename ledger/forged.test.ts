import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestPostgres, type TestPostgres } from '../tests/support/postgres.js';
import { openLedger } from './open.js';
import type { Ledger } from './port.js';
import { admissionRequest, shown, yes } from './requests.fixture.js';

let postgres: TestPostgres;
let url: string;
let ledger: Ledger;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  url = await postgres.freshUrl();
  ledger = await openLedger({ url, deadlineMs: 10_000 });
  await ledger.admit(request, yes);
});
afterEach(() => ledger.close());

const request = admissionRequest();
const verified = async () => (await postgres.sql(url, 'select verified from permit')).map((row) => row['verified']);

describe('what whoever reaches the activities may say of a permit', () => {
  it('it is not used in the name of another incident, in whose name the effect would be made and told', async () => {
    const other = { ...shown(request), incident: 'pagerduty:QOTHER' };
    expect(await ledger.consume(other)).toEqual({ consumed: false, because: 'no permit' });
    expect(await ledger.consume(shown(request))).toMatchObject({ consumed: true });
  });

  it('it is not verified before it was used, and the first word on it stands', async () => {
    await ledger.effectVerified(request.attemptKey, false, 'forged');
    expect(await verified()).toEqual([null]);
    await ledger.consume(shown(request));
    await ledger.effectVerified(request.attemptKey, true, 'alarm OK');
    await ledger.effectVerified(request.attemptKey, false, 'forged');
    expect(await verified()).toEqual([true]);
  });
});
