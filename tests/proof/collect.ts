import type { Client } from '@temporalio/client';
import type { Permit } from '../../domain/permit.js';
import type { Decision } from '../../domain/plan.js';
import { remedies, type SandboxEffect } from '../../integrations/contract/simulator.js';
import type { IncidentRow, Ledger } from '../../ledger/port.js';
import { attributed } from './attribute.js';
import type { IncidentProof, Proof } from './proof.js';

export async function collect(sandbox: string, ledger: Ledger, client: Client): Promise<Proof> {
  const get = async <Value>(path: string): Promise<Value> => (await (await fetch(`${sandbox}/_sandbox/${path}`)).json()) as Value;
  const effects = remedies(await get<SandboxEffect[]>('effects'));
  const runs: Proof['runs'] = [];
  for await (const { workflowId, runId, status } of client.workflow.list())
    runs.push({ workflowId, firstRunId: await startedAs(client, workflowId, runId), status: status.name });
  const rows = await ledger.incidents(1000);
  const incidents = await Promise.all(rows.map((row) => collectIncident(ledger, row, effects)));
  return {
    effects: attributed(effects, incidents),
    unknownCalls: await get('unknown'),
    subscription: {
      ...(await get<{ disabled: boolean }>('pagerduty/subscription')),
      ...(await get<Pick<Proof['subscription'], 'deliveries'>>('pagerduty/deliveries')),
    },
    incidents,
    runs,
    chain: await ledger.verifyChain(),
  };
}

async function collectIncident(ledger: Ledger, row: IncidentRow, effects: readonly SandboxEffect[]): Promise<IncidentProof> {
  const timeline = await ledger.timeline(row.id);
  const decision = (await ledger.decision(row.id)) as unknown as Decision | undefined;
  const approvals = row.planHash ? await ledger.approvals(row.id, row.planHash) : [];
  const keys = new Set(timeline.map(({ data }) => data?.['attemptKey']).filter((key): key is string => typeof key === 'string'));
  for (const { key } of effects) keys.add(key);
  const permits = await Promise.all([...keys].map((key) => ledger.permit(key)));
  const own = permits.filter((permit): permit is Permit => permit !== undefined && permit.planHash === row.planHash);
  return { row, timeline, decision, approvals, permits: own };
}

/** The run id of the start itself: a reset copies the first event, and with it this id. */
async function startedAs(client: Client, workflowId: string, runId: string): Promise<string> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return events?.[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? runId;
}
