import { defineIntegration } from '../contract/integration.js';
import { serviceNowChannel } from './channels/servicenow.js';
import { connectServiceNow, type ServiceNowClient } from './client.js';
import { type ServiceNowConfig, serviceNowConfig, serviceNowVariables } from './config.js';
import { ticketFollower } from './followers/ticket.js';
import { serviceNowSource } from './sources/servicenow.js';
import { unconfirmed } from './unconfirmed.js';

export const servicenow = defineIntegration<ServiceNowConfig, ServiceNowClient>({
  id: 'servicenow',
  summary: 'ServiceNow: tickets in; work notes, tickets opened and resolved out.',
  config: serviceNowConfig,
  connect: (config) => connectServiceNow(config),
  variables: serviceNowVariables,
  connectBy: 'SERVICENOW_URL, SERVICENOW_USER and SERVICENOW_PASSWORD',
  sources: [serviceNowSource],
  channels: [serviceNowChannel],
  followers: [ticketFollower],
  unconfirmed,
});
