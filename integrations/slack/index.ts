import { defineIntegration } from '../contract/integration.js';
import { connectSlack, type SlackClient } from './client.js';
import { type SlackConfig, slackConfig, slackVariables } from './config.js';
import { slackMessages } from './followers/messages.js';
import { slackSource } from './sources/slack.js';
import { unconfirmed } from './unconfirmed.js';

export const slack = defineIntegration<SlackConfig, SlackClient>({
  id: 'slack',
  summary: 'Slack: a message per phase in the team’s channel; words of people on call in, by its buttons.',
  variables: slackVariables,
  connectBy: 'SLACK_BOT_TOKEN',
  config: slackConfig,
  connect: (config) => connectSlack(config),
  sources: [slackSource],
  followers: [slackMessages],
  unconfirmed,
});
