import { expect, it } from '@jest/globals';
import type { Admission } from '../../domain/permit.js';
import type { AdmissionRequest } from '../../ledger/port.js';
import { policy, rule, runbook, setOf } from '../../tests/support/rules.js';
import { about, admissionOf, depsOf, inActivity, planNow } from '../testkit/deciding.js';
import { admit } from './admit.js';

it('row 22: a permit says by when it is to be known whether it helped: its own time to run, and the longest verification', async () => {
  const set = setOf(policy(), runbook('restart', 'timeout: 7m'), rule('cpu', 'mode: { staging: auto }\nverify: { within: 20m }'));
  const asked: AdmissionRequest[] = [];
  const ledger = {
    admit: async (request: AdmissionRequest): Promise<Admission> => {
      asked.push(request);
      return admissionOf([]);
    },
  };
  const deps = depsOf(set, { ledger });
  await inActivity(async () => admit(deps, { ...about, planHash: (await planNow(deps)).hash, step: 0 }));
  expect(asked).toMatchObject([{ verifyWithinMs: 27 * 60_000 }]);
});
