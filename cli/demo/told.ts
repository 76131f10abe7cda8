import type { ApiClient } from '../../api/client.js';
import { counted } from '../../domain/words.js';
import type { SandboxClient } from './sandbox-client.js';

/** Who is told, in the order of the line: the simulator, what it calls it, and what people call it. */
const told = [
  { vendor: 'pagerduty', kept: 'notes', name: 'PagerDuty', one: 'note' },
  { vendor: 'slack', kept: 'messages', name: 'Slack', one: 'message' },
  { vendor: 'grafana', kept: 'annotations', name: 'Grafana', one: 'annotation' },
  { vendor: 'servicenow', kept: 'tickets', name: 'ServiceNow', one: 'ticket' },
  { vendor: 'loki', kept: 'lines', name: 'Loki', one: 'line', everyLine: true },
  { vendor: 'opensearch', kept: 'documents', name: 'OpenSearch', one: 'document', everyLine: true },
  { vendor: 'aws', kept: 'log events', name: 'CloudWatch Logs', one: 'event', everyLine: true },
  { vendor: 'aws', kept: 'metrics', name: 'CloudWatch', one: 'metric' },
] as const;

/** Followers run beside the runs: what they have not told yet, they tell soon. Milliseconds. */
const patienceMs = 10_000;
const lookEveryMs = 200;

export interface Told {
  /** `PagerDuty 5 notes, …`. */
  says: string;
  /** What is missing, a sentence each; empty when all was told. */
  missing: string[];
}

/** What reached people and their tools, counted at the simulators once everything has arrived, or when it has not in time. */
export async function whatWasTold(
  sandbox: Pick<SandboxClient, 'received'>,
  api: Pick<ApiClient, 'incidents' | 'timeline'>,
  withinMs = patienceMs,
): Promise<Told> {
  const until = Date.now() + withinMs;
  for (;;) {
    const now = await look(sandbox, api);
    if (now.missing.length === 0 || Date.now() > until) return now;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** The ledger is asked first: what is written in between may only be told beyond what is wanted. */
async function look(sandbox: Pick<SandboxClient, 'received'>, api: Pick<ApiClient, 'incidents' | 'timeline'>): Promise<Told> {
  const incidents = await api.incidents(100);
  const timelines = await Promise.all(incidents.map(({ id }) => api.timeline(id)));
  const lines = timelines.reduce((sum, { length }) => sum + length, 0);
  const received = await sandbox.received();
  const counts = told.map((sink) => ({ ...sink, count: received[sink.vendor]?.[sink.kept] ?? 0 }));
  const wanted = (sink: (typeof told)[number]): number => ('everyLine' in sink ? lines : incidents.length);
  return {
    says: counts.map(({ name, count, one }) => `${name} ${counted(count, one)}`).join(', '),
    missing: counts
      .filter((sink) => sink.count < wanted(sink))
      .map((sink) => `${sink.name} has ${sink.count} of ${counted(wanted(sink), sink.one)}`),
  };
}
