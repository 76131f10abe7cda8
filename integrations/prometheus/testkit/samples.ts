import type { Target } from '../../../domain/target.js';
import type { VendorSamples } from '../../contract/testkit/sample.js';
import { prometheusQuery } from '../checks/query.js';
import { connectPrometheus, type PrometheusClient } from '../client.js';
import type { PrometheusConfig } from '../config.js';

export const samples: VendorSamples<PrometheusConfig, PrometheusClient> = {
  connect: connectPrometheus,
  environment: { PROMETHEUS_TOKEN: 'token-of-the-proxy' },
  reads: [
    {
      of: 'prometheus.query',
      operation: 'GET /api/v1/query',
      run: (call) => prometheusQuery.read(call, prometheusQuery.params.parse({ query: 'up', below: 90 }), {} as Target),
    },
  ],
};
