import { awsSamples } from '../integrations/aws/testkit/samples.js';
import { actionConformance } from '../integrations/contract/testkit/actions.js';
import { definitionConformance } from '../integrations/contract/testkit/definitions.js';
import type { ActionSample } from '../integrations/contract/testkit/sample.js';
import { installed } from '../integrations/index.js';

/** By integration; one without actions needs no line. */
const samples: Readonly<Record<string, readonly ActionSample[]>> = {
  aws: awsSamples,
};

for (const integration of installed) {
  definitionConformance(integration, samples[integration.id] ?? []);
  for (const sample of samples[integration.id] ?? []) actionConformance(sample);
}
