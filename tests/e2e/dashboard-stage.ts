import type { E2e } from './stage.js';

/** One incident that is remediated, one that a guard refuses, and a webhook that nobody has signed. */
export async function incidentsForDashboard(e2e: E2e): Promise<void> {
  for (const wanted of ['remediated', 'escalated']) {
    const ended = await e2e.ended(await e2e.raise('ec2-cpu-high'));
    if (ended !== wanted) throw new Error(`It ended as ${ended}, not as ${wanted}.`);
  }
  const unsigned = await fetch(`${e2e.stack.file.api}/pagerduty/autonomous/action`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-pagerduty-signature': `v1=${'0'.repeat(64)}` },
    body: '{}',
  });
  if (unsigned.status !== 401) throw new Error(`What nobody has signed was answered ${unsigned.status}.`);
}

/** Where Prometheus would scrape: the API, and the worker of all roles. */
export const scraped = ({ stack }: E2e): string[] => [
  new URL(stack.file.metrics).host,
  `127.0.0.1:${stack.settings.ports.workerMetrics}`,
];

/** Both scrapes, one after the other. */
export const scrapes = async (e2e: E2e): Promise<string> =>
  (await Promise.all(scraped(e2e).map(async (host) => (await fetch(`http://${host}/metrics`)).text()))).join('\n');
