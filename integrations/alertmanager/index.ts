import { defineIntegration } from '../contract/integration.js';
import { type AlertmanagerClient, connectAlertmanager } from './client.js';
import { type AlertmanagerConfig, alertmanagerConfig, alertmanagerVariables } from './config.js';
import { alertmanagerSource } from './sources/alertmanager.js';
import { alertmanagerAlertWitness } from './witnesses/alert.js';

export const alertmanager = defineIntegration<AlertmanagerConfig, AlertmanagerClient>({
  id: 'alertmanager',
  summary: 'Prometheus Alertmanager: alerts in, and their state read.',
  config: alertmanagerConfig,
  connect: (config) => connectAlertmanager(config),
  variables: alertmanagerVariables,
  connectBy: 'ALERTMANAGER_URL',
  sources: [alertmanagerSource],
  witnesses: [alertmanagerAlertWitness],
});
