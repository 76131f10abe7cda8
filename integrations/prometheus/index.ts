import { defineIntegration } from '../contract/integration.js';
import { prometheusQuery } from './checks/query.js';
import { connectPrometheus, type PrometheusClient } from './client.js';
import { type PrometheusConfig, prometheusConfig, prometheusVariables } from './config.js';

export const prometheus = defineIntegration<PrometheusConfig, PrometheusClient>({
  id: 'prometheus',
  summary: 'Prometheus: queries that say whether things are well.',
  config: prometheusConfig,
  connect: (config) => connectPrometheus(config),
  variables: prometheusVariables,
  connectBy: 'PROMETHEUS_URL',
  checks: [prometheusQuery],
});
