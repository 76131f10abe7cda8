import { defineIntegration } from '../contract/integration.js';
import { maintenanceWindows } from './calendars/maintenance-windows.js';
import { pagerDutyChannel } from './channels/pagerduty.js';
import { connectPagerDuty, type PagerDutyClient } from './client.js';
import { type PagerDutyConfig, pagerDutyConfig, pagerDutyVariables } from './config.js';
import { pagerDutyChangeEvents } from './followers/change-events.js';
import { pagerDutyPages } from './followers/pages.js';
import { pagerDutyStatusUpdates } from './followers/status-updates.js';
import { pagerDutySetup } from './setup/webhook.js';
import { pagerDutySource } from './sources/pagerduty.js';
import { unconfirmed } from './unconfirmed.js';

export const pagerduty = defineIntegration<PagerDutyConfig, PagerDutyClient>({
  id: 'pagerduty',
  summary: 'PagerDuty: webhooks, buttons and orchestrations in; notes, resolution, escalation, pages and change events out.',
  config: pagerDutyConfig,
  connect: (config) => connectPagerDuty(config),
  variables: pagerDutyVariables,
  connectBy: 'PAGERDUTY_API_TOKEN and PAGERDUTY_FROM',
  sources: [pagerDutySource],
  calendars: [maintenanceWindows],
  channels: [pagerDutyChannel],
  followers: [pagerDutyChangeEvents, pagerDutyPages, pagerDutyStatusUpdates],
  setup: pagerDutySetup,
  unconfirmed,
});
