import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { actionConformance } from '../integrations/contract/testkit/actions.js';
import { callConformance } from '../integrations/contract/testkit/calls.js';
import { definitionConformance } from '../integrations/contract/testkit/definitions.js';
import { doorConformance, fixtureConformance } from '../integrations/contract/testkit/doors.js';
import type { VendorSamples } from '../integrations/contract/testkit/sample.js';
import { variableConformance } from '../integrations/contract/testkit/variables.js';
import { installed } from '../integrations/index.js';
import { root } from './support/root.js';

for (const integration of installed) {
  const folder = join(root, 'integrations', integration.id);
  const file = join(folder, 'testkit', 'samples.ts');
  const given = existsSync(file) ? ((await import(pathToFileURL(file).href)) as { samples?: VendorSamples }).samples : undefined;
  it(`${integration.id}: testkit/samples.ts exports samples`, () => expect(given).toBeDefined());
  const samples = given ?? { connect: () => undefined };
  definitionConformance(integration, samples);
  variableConformance(integration, samples);
  doorConformance(integration, folder);
  fixtureConformance(integration, folder);
  for (const sample of samples.actions ?? []) actionConformance(sample);
  callConformance(integration, samples);
}

describe('all doors', () => {
  const doors = installed.flatMap(({ sources = [] }) => sources.flatMap((source) => source.doors));

  it.each(['id', 'path'] as const)('have an %s each, for tokens and certificates are given by it', (name) => {
    const all = doors.map((door) => door[name]);
    expect(all.filter((one, index) => all.indexOf(one) !== index)).toEqual([]);
  });
});
