import { aws } from './aws/index.js';
import type { IntegrationDefinition } from './contract/integration.js';
import { pagerduty } from './pagerduty/index.js';

/** Every vendor, one line each. */
export const installed: readonly IntegrationDefinition[] = [aws, pagerduty];
