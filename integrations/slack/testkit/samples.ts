import type { VendorSamples } from '../../contract/testkit/sample.js';
import { connectSlack, type SlackClient } from '../client.js';
import type { SlackConfig } from '../config.js';
import { slackMessages } from '../followers/messages.js';
import { personOf } from '../person.js';
import { ledger } from './given.js';

const told = ledger();
const line = told.report('OpsSentinel: nothing for you to do. It helped.');

export const samples: VendorSamples<SlackConfig, SlackClient> = {
  connect: connectSlack,
  reads: [
    {
      of: 'slack',
      operation: 'users.info',
      run: async (call) => {
        const known = await personOf(call.client.api, call, 'USBXUSR02', 'TSANDBOX1');
        return 'email' in known ? known : undefined;
      },
    },
  ],
  tells: [
    {
      of: 'slack.messages',
      operation: 'chat.postMessage',
      run: (call) => slackMessages.deliver(call, [line], told.reads),
    },
  ],
};
