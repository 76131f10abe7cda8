import { alertmanager } from './alertmanager/index.js';
import { aws } from './aws/index.js';
import type { IntegrationDefinition } from './contract/integration.js';
import { grafana } from './grafana/index.js';
import { http } from './http/index.js';
import { loki } from './loki/index.js';
import { mcp } from './mcp/index.js';
import { opensearch } from './opensearch/index.js';
import { pagerduty } from './pagerduty/index.js';
import { prometheus } from './prometheus/index.js';
import { servicenow } from './servicenow/index.js';
import { slack } from './slack/index.js';

/** Every vendor, one line each. */
export const installed: readonly IntegrationDefinition[] = [
  alertmanager,
  aws,
  grafana,
  http,
  loki,
  mcp,
  opensearch,
  pagerduty,
  prometheus,
  servicenow,
  slack,
];
