import { defineIntegration } from '../contract/integration.js';
import { httpIcal } from './calendars/ical.js';
import { httpProbe } from './checks/probe.js';
import { connectHttp, type HttpClient } from './client.js';
import { type HttpConfig, httpConfig, httpVariables } from './config.js';

export const http = defineIntegration<HttpConfig, HttpClient>({
  id: 'http',
  summary: 'Plain HTTP: whether an address answers as it should, and calendar files that say when nothing may be done.',
  config: httpConfig,
  connect: (config) => connectHttp(config),
  variables: httpVariables,
  connectBy: 'HTTP_PROBES or HTTP_CALENDARS',
  checks: [httpProbe],
  calendars: [httpIcal],
});
