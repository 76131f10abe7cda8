import { expect, it } from '@jest/globals';
import type { Catalogue, CatalogueAction } from '../../domain/catalogue.js';
import type { Admission } from '../../domain/permit.js';
import type { AdmissionRequest } from '../../ledger/port.js';
import { catalogue, policy, rule, runbook, setOf } from '../../tests/support/rules.js';
import { about, admissionOf, depsOf, inActivity, planNow } from '../testkit/deciding.js';
import { admit } from './admit.js';

const set = setOf(policy(), runbook('restart', 'timeout: 7m'), rule('cpu', 'mode: { staging: auto }\nverify: { within: 20m }'));

async function permitted(more: { catalogue?: Catalogue } = {}): Promise<AdmissionRequest[]> {
  const asked: AdmissionRequest[] = [];
  const ledger = {
    admit: async (request: AdmissionRequest): Promise<Admission> => {
      asked.push(request);
      return admissionOf([]);
    },
  };
  const deps = depsOf(set, { ledger, ...more });
  await inActivity(async () => admit(deps, { ...about, planHash: (await planNow(deps)).hash, step: 0 }));
  return asked;
}

it('row 22: a permit says by when it is to be known whether it helped: its own time to run, and the longest verification', async () => {
  expect(await permitted()).toMatchObject([{ verifyWithinMs: 27 * 60_000 }]);
});

it('row 22: what is over as soon as it is done has no time to run', async () => {
  const run = catalogue.actions.get('test.run') as CatalogueAction;
  const actions = new Map([...catalogue.actions, ['test.run', { ...run, waits: false }]]);
  expect(await permitted({ catalogue: { ...catalogue, actions } })).toMatchObject([{ verifyWithinMs: 20 * 60_000 }]);
});
