import type { Target } from '../../../domain/target.js';
import type { VendorSamples } from '../../contract/testkit/sample.js';
import { httpProbe } from '../checks/probe.js';
import { connectHttp, type HttpClient } from '../client.js';
import type { HttpConfig } from '../config.js';

/** A refusal is an answer here, and one that is not well: the check is about exactly that. */
export const samples: VendorSamples<HttpConfig, HttpClient> = {
  connect: connectHttp,
  reads: [
    {
      of: 'http.probe',
      operation: 'GET /http/checkout',
      run: (call) => httpProbe.read(call, httpProbe.params.parse({ probe: 'checkout', contains: 'ok' }), {} as Target),
    },
  ],
};
