import { defineIntegration } from '../contract/integration.js';
import { pagerDutyChannel } from './channels/pagerduty.js';
import { connectPagerDuty, type PagerDutyClient } from './client.js';
import { type PagerDutyConfig, pagerDutyConfig, pagerDutyVariables } from './config.js';
import { pagerDutySource } from './sources/pagerduty.js';

export const pagerduty = defineIntegration<PagerDutyConfig, PagerDutyClient>({
  id: 'pagerduty',
  summary: 'PagerDuty: webhooks v3 in, notes, resolution, escalation and pages out.',
  config: pagerDutyConfig,
  connect: (config) => connectPagerDuty(config),
  variables: pagerDutyVariables,
  connectBy: 'PAGERDUTY_API_TOKEN and PAGERDUTY_FROM',
  sources: [pagerDutySource],
  channels: [pagerDutyChannel],
});
