import { VendorError } from '../../contract/errors.js';
import { defineDoor, type SourceDefinition } from '../../contract/source.js';
import type { SlackClient } from '../client.js';
import { slackDoor } from '../config.js';
import { receive } from '../receive.js';

/** People's words on plans come in here. No incident lives in Slack. */
export const slackSource: SourceDefinition<SlackClient> = {
  id: 'slack',
  summary: 'Words of people on call, given by the buttons of a message.',
  permissions: ['users:read', 'users:read.email'],
  doors: [
    defineDoor({
      id: 'slack',
      path: '/webhooks/slack',
      summary: 'Pressed buttons; who pressed is asked of Slack by the id, never taken from the message.',
      proofs: ['signature'],
      signedBy: 'SLACK_SIGNING_SECRET',
      bareAnswer: true,
      door: slackDoor,
      receive,
    }),
  ],
  read: async (_call, { externalId }) => {
    throw new VendorError('slack', 'absent', `no incident lives in Slack: ${externalId}`);
  },
  normalise: () => {
    throw new Error('no incident lives in Slack');
  },
};
