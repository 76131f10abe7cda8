import { defineIntegration } from '../contract/integration.js';
import { connectLoki, type LokiClient } from './client.js';
import { type LokiConfig, lokiConfig, lokiVariables } from './config.js';
import { lokiPush } from './followers/push.js';
import { unconfirmed } from './unconfirmed.js';

export const loki = defineIntegration<LokiConfig, LokiClient>({
  id: 'loki',
  summary: 'Grafana Loki: every line of the ledger as a log line.',
  config: lokiConfig,
  connect: (config) => connectLoki(config),
  variables: lokiVariables,
  connectBy: 'LOKI_URL',
  followers: [lokiPush],
  unconfirmed,
});
