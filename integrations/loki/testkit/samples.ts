import { follow } from '../../contract/testkit/ledger.js';
import type { VendorSamples } from '../../contract/testkit/sample.js';
import { connectLoki, type LokiClient } from '../client.js';
import type { LokiConfig } from '../config.js';
import { lokiPush } from '../followers/push.js';

export const samples: VendorSamples<LokiConfig, LokiClient> = {
  connect: connectLoki,
  environment: { LOKI_TOKEN: 'token-of-the-proxy' },
  tells: [
    {
      of: 'loki.push',
      operation: 'POST /loki/api/v1/push',
      run: (call) => follow(lokiPush, call),
      stands: async (sandbox) => (await sandbox.ask('loki/lines')).lines.length,
    },
  ],
};
