import { aws } from './aws/index.js';
import type { IntegrationDefinition } from './contract/integration.js';

/** Every vendor, one line each. */
export const installed: readonly IntegrationDefinition[] = [
  aws,
];
