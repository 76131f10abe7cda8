import { z } from 'zod';
import { remote, secret, type Variables } from '../../domain/variable.js';
import { address, token } from '../wire/settings.js';

/** How to reach Prometheus, or what speaks its query API. Holds a secret: never logged, never in an error. */
export interface PrometheusConfig {
  /** Without a slash at the end; with the prefix of a Mimir or Thanos, if any (`…/prometheus`). */
  url: string;
  token: string | undefined;
}

export const prometheusVariables: Variables = {
  PROMETHEUS_URL: remote('Base address of Prometheus.'),
  PROMETHEUS_TOKEN: secret('Bearer token for Prometheus, or for the proxy before it.'),
};

/** The environment to a config; `undefined` when no address is set. */
export const prometheusConfig = z
  .object({ PROMETHEUS_URL: address('https://prometheus.example.com'), PROMETHEUS_TOKEN: token })
  .superRefine((env, context) => {
    if (env.PROMETHEUS_TOKEN && !env.PROMETHEUS_URL)
      context.addIssue({ code: 'custom', path: ['PROMETHEUS_URL'], message: 'is not set, although PROMETHEUS_TOKEN is' });
  })
  .transform((env): PrometheusConfig | undefined =>
    env.PROMETHEUS_URL === undefined ? undefined : { url: env.PROMETHEUS_URL, token: env.PROMETHEUS_TOKEN },
  );
