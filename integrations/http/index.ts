import { defineIntegration } from '../contract/integration.js';
import { httpProbe } from './checks/probe.js';
import { connectHttp, type HttpClient } from './client.js';
import { type HttpConfig, httpConfig, httpVariables } from './config.js';

export const http = defineIntegration<HttpConfig, HttpClient>({
  id: 'http',
  summary: 'Plain HTTP: whether an address answers as it should.',
  config: httpConfig,
  connect: (config) => connectHttp(config),
  variables: httpVariables,
  connectBy: 'HTTP_PROBES',
  checks: [httpProbe],
});
