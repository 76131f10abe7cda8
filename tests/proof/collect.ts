import type { Client } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { decideAgain } from '../../cli/explain-case.js';
import { sha256 } from '../../cli/installation.js';
import { policyGuards } from '../../decide/decide.js';
import type { Catalogue } from '../../domain/catalogue.js';
import type { Permit } from '../../domain/permit.js';
import { type Decision, planIn } from '../../domain/plan.js';
import { remedies, type SandboxEffect } from '../../integrations/contract/simulator.js';
import type { IncidentRow, Ledger } from '../../ledger/port.js';
import type { RuleSet } from '../../rules/language/set.js';
import { reconcileWorkflowType } from '../../workflows/messages.js';
import { root } from '../support/root.js';
import { attributed } from './attribute.js';
import type { IncidentProof, Proof } from './proof.js';

/** Where a proof is read from. */
export interface Scene {
  /** Address of the simulators. */
  sandbox: string;
  ledger: Ledger;
  client: Client;
  set: RuleSet;
  catalogue: Catalogue;
  /** What may stand in no record. */
  secrets: string[];
}

export async function collect(scene: Scene): Promise<Proof> {
  const { sandbox, ledger, client, set, secrets } = scene;
  const get = async <Value>(path: string): Promise<Value> => (await (await fetch(`${sandbox}/_sandbox/${path}`)).json()) as Value;
  const effects = remedies(await get<SandboxEffect[]>('effects'));
  const { runs, histories } = await runsOf(client);
  const rows = await ledger.incidents(1000);
  const notes = notesOf(await get<Written>('pagerduty/incidents'));
  const incidents = await Promise.all(rows.map((row) => collectIncident(scene, row, effects, notes)));
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
    holds: await ledger.pastHolds(),
    protected: policyGuards(set, '').protected,
    ourselves: ['opssentinel'],
    secrets,
    unreplayable: await replayed(histories),
  };
}

async function collectIncident(
  { ledger, set, catalogue }: Scene,
  row: IncidentRow,
  effects: readonly SandboxEffect[],
  notes: readonly string[],
): Promise<IncidentProof> {
  const timeline = await ledger.timeline(row.id);
  const decision = (await ledger.decision(row.id)) as unknown as Decision | undefined;
  const approvals = row.planHash ? await ledger.approvals(row.id, row.planHash) : [];
  const keys = new Set(timeline.map(({ data }) => data?.['attemptKey']).filter((key): key is string => typeof key === 'string'));
  for (const { key } of effects) keys.add(key);
  const permits = await Promise.all([...keys].map((key) => ledger.permit(key)));
  const own = permits.filter((permit): permit is Permit => permit !== undefined && permit.planHash === row.planHash);
  const anew =
    decision && planIn(decision)?.rulesHash === set.hash ? { anew: decideAgain(decision, set, catalogue, sha256) } : {};
  const told = notes.filter((content) => content.includes(`[opssentinel ${row.id} report]`)).length;
  return { row, timeline, decision, approvals, permits: own, told, ...anew };
}

interface Written {
  incidents: { notes: { by: string; content: string }[] }[];
}

/** Ours: a person may quote one, marker and all. */
const notesOf = ({ incidents }: Written): string[] =>
  incidents.flatMap(({ notes }) => notes.map(({ content }) => content)).filter((content) => content.startsWith('OpsSentinel:'));

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;

/** Runs that have ended and were gone through once: their histories do not change any more. */
const done = new Set<string>();

/** A reset copies the first event, and with it the id of the run that was started. */
async function runsOf(client: Client): Promise<{ runs: Proof['runs']; histories: { workflowId: string; history: History }[] }> {
  const runs: Proof['runs'] = [];
  const histories: { workflowId: string; history: History }[] = [];
  for await (const { workflowId, runId, status, type } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const began = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    // Rounds that look for missed incidents belong to none; they have to replay like everything else.
    if (type !== reconcileWorkflowType)
      runs.push({ workflowId, firstRunId: began?.originalExecutionRunId ?? runId, status: status.name });
    if (!done.has(runId)) histories.push({ workflowId, history });
    if (status.name !== 'RUNNING') done.add(runId);
  }
  return { runs, histories };
}

async function replayed(
  histories: readonly { workflowId: string; history: History }[],
): Promise<NonNullable<Proof['unreplayable']>> {
  const broken: NonNullable<Proof['unreplayable']> = [];
  if (histories.length > 0 && Runtime._instance === undefined) Runtime.install({ logger: new DefaultLogger('ERROR') });
  const workflowBundle = { codePath: `${root}/dist/workflow-bundle.js` };
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories))
    if (error) broken.push({ workflowId, says: error.message });
  return broken;
}
