import { defineIntegration } from '../contract/integration.js';
import { readGrafanaDetails } from './bodies/pagerduty-details.js';
import { grafanaAlertNormal } from './checks/alert-normal.js';
import { grafanaQuery } from './checks/query.js';
import { connectGrafana, type GrafanaClient } from './client.js';
import { type GrafanaConfig, grafanaConfig, grafanaVariables } from './config.js';
import { grafanaAnnotations } from './followers/annotations.js';
import { grafanaSilences } from './followers/silences.js';
import { grafanaSource } from './sources/grafana.js';
import { grafanaAlertWitness } from './witnesses/alert.js';
import { unconfirmed } from './unconfirmed.js';

export const grafana = defineIntegration<GrafanaConfig, GrafanaClient>({
  id: 'grafana',
  summary: 'Grafana: alerts in, their state and queries read, annotations and silences out.',
  config: grafanaConfig,
  connect: (config) => connectGrafana(config),
  variables: grafanaVariables,
  connectBy: 'GRAFANA_URL and GRAFANA_TOKEN',
  sources: [grafanaSource],
  bodies: [readGrafanaDetails],
  witnesses: [grafanaAlertWitness],
  checks: [grafanaAlertNormal, grafanaQuery],
  followers: [grafanaAnnotations, grafanaSilences],
  unconfirmed,
});
