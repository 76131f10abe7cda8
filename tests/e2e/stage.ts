import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { type ApiClient, createApiClient } from '../../api/client.js';
import { createSandboxClient, type SandboxClient } from '../../cli/demo/sandbox-client.js';
import { sha256 } from '../../cli/installation.js';
import { pathsOf } from '../../cli/paths.js';
import { type Stack, startStack } from '../../cli/stack.js';
import type { LedgerRecord } from '../../domain/record.js';
import { catalogueOf } from '../../integrations/catalogue.js';
import { createRegistry } from '../../integrations/registry.js';
import { loadRules } from '../../rules/language/load.js';
import { RulesRefused } from '../../rules/language/problem.js';
import { collect } from '../proof/collect.js';
import { violations } from '../proof/oracle.js';
import { until } from '../run/server.js';
import { incidentWorkflowType } from '../../workflows/messages.js';
import { root } from '../support/root.js';

/** Changes a rule, a runbook or the policy. Throws where there is nothing to change. */
export function change(file: string, from: string, to: string): void {
  const before = readFileSync(file, 'utf8');
  if (!before.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(file, before.replace(from, to));
}

/** What other tools than PagerDuty send with `env: prod` is production's, and one effect is soon forgotten: see `cooled`. */
export function openToOthers(rulesDir: string): void {
  const policy = join(rulesDir, 'opssentinel.yaml');
  change(policy, '    pagerduty: [PSVC002, PSVC003]', '    pagerduty: [PSVC002, PSVC003]\n    labels: { env: prod }');
  change(policy, 'cooldown: { default: 30m, limit: 10m }', 'cooldown: { default: 1s, limit: 1s }');
}

/** A rule for alerts of that name, whose effect can only be put back, and never helps. */
export const neverHelps = (by: number): string => `
apiVersion: opssentinel.dev/v1
rule: never-helps
owner: team-checkout
when:
  - alert.name == "Never helps"
target: { name: checkout-web }
run: scale-out
with: { by: ${by}, max: 12 }
verify: { check: aws.cloudwatch.alarm-ok, with: { alarm: no-such-alarm }, for: 1s, within: 3s }
mode: { prod: auto }
guards: { firingFor: 0s, because: a test }
`;

/** The whole product on this machine, driven through its public interfaces; only the pace is the bench's. */
export interface E2e {
  stack: Stack;
  sandbox: SandboxClient;
  client: Client;
  api: Record<'viewer' | 'approver' | 'operator' | 'admin', ApiClient>;
  /** Talks to `/_sandbox/…`. */
  control: <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Raises an alarm and gives our id of the incident that it becomes. */
  raise: (alarm: string) => Promise<string>;
  /** Our id of the newest incident of that source which is none of these; waits until there is one. */
  newest: (source: string, known: readonly string[]) => Promise<string>;
  /** Ids of all incidents, ours. */
  ids: () => Promise<string[]>;
  /** Waits until people are asked, and gives the hash of the plan that they are asked about. */
  asked: (incident: string) => Promise<string>;
  /** Waits for a line of the incident's timeline. */
  line: (incident: string, wanted: (line: LedgerRecord) => boolean, says: string) => Promise<LedgerRecord>;
  /** Waits until everything has been told, and gives how it ended. */
  ended: (incident: string) => Promise<string>;
  /** Waits until the last effect no longer keeps its target from the next one, where the rules are open to others. */
  cooled: () => Promise<void>;
  /** Of incidents: not of what goes on beside and after them. */
  runs: () => Promise<number>;
  /** What the oracle says about everything so far. */
  violations: () => Promise<string[]>;
  close: () => Promise<void>;
}

/** `adjust` changes the copied rules, file by file; `speed` is the factor on how long the simulated systems take. */
export async function openE2e(adjust: (rulesDir: string) => void = () => undefined, speed = 0.25): Promise<E2e> {
  const state = mkdtempSync(join(tmpdir(), 'opssentinel-e2e-'));
  // The built-in PostgreSQL runs as another user where we are root.
  chmodSync(state, 0o711);
  const rulesDir = join(state, 'rules');
  cpSync(join(root, 'rules/library'), rulesDir, { recursive: true });
  change(join(rulesDir, 'opssentinel.yaml'), '\nprofile: sandbox\n', '\nprofile: bench\n');
  adjust(rulesDir);
  const paths = { ...pathsOf(root), state, sandboxFile: join(state, 'sandbox.json') };
  const ports = { api: 0, metrics: 0, workerMetrics: 0, sandbox: 0, temporal: 0, temporalUi: 0 };
  const stack = await startStack({
    ports,
    paths,
    rulesDir,
    env: { PATH: process.env['PATH'] },
    tell: () => undefined,
    note: () => undefined,
    speed,
  });
  stack.lost.catch(() => undefined);
  const connection = await Connection.connect({ address: stack.file.temporal });
  const client = new Client({ connection, namespace: stack.settings.temporal.namespace });
  const close = async () => {
    await connection.close();
    // Nothing is told of how this one ends: it need not be waited for.
    await stack.killWorker();
    await stack.stop();
    rmSync(state, { recursive: true, force: true });
  };
  return { ...play(stack, client), close };
}

function play(stack: Stack, client: Client): Omit<E2e, 'close'> {
  const { file, ledger } = stack;
  const sandbox = createSandboxClient(file.sandbox);
  const asScope = (scope: keyof E2e['api']) => createApiClient({ url: file.api, token: file.tokens[scope] });
  const control: E2e['control'] = async (method, path, body) => {
    const response = await fetch(`${file.sandbox}/_sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as never;
  };
  const ids = async () => (await ledger.incidents(1000)).map(({ id }) => id);
  const line: E2e['line'] = async (incident, wanted, says) => {
    let found: LedgerRecord | undefined;
    try {
      await until(async () => (found = (await ledger.timeline(incident)).find(wanted)) !== undefined, says, 45_000);
    } catch (error) {
      const told = (await ledger.timeline(incident)).map((one) => `${one.phase} ${one.state}: ${one.says}`);
      throw new Error(`${incident}: ${String(error)}\n${told.join('\n')}`, { cause: error });
    }
    return found as unknown as LedgerRecord;
  };
  const newest = async (of: string, known: readonly string[], says: string): Promise<string> => {
    let found: string | undefined;
    const look = async () => (found = (await ids()).find((id) => id.startsWith(of) && !known.includes(id))) !== undefined;
    await until(look, says, 20_000);
    return found as string;
  };
  return {
    ids,
    newest: (source, known) => newest(`${source}:`, known, `nothing came from ${source}`),
    asked: async (incident) => {
      const waits = await line(incident, ({ phase, state }) => phase === 'approval' && state === 'waiting', 'nobody was asked');
      return String(waits.data?.['planHash']);
    },
    stack,
    sandbox,
    client,
    control,
    line,
    api: { viewer: asScope('viewer'), approver: asScope('approver'), operator: asScope('operator'), admin: asScope('admin') },
    raise: async (alarm) => {
      const known = await ids();
      await sandbox.raise(alarm);
      return newest('', known, `${alarm} brought no incident`);
    },
    ended: async (incident) => {
      await line(incident, ({ phase }) => phase === 'outcome', 'it did not end');
      const handle = client.workflow.getHandle(`incident:${incident}`);
      await until(
        async () => (await handle.describe()).status.name !== 'RUNNING',
        `${incident} goes on after its outcome`,
        20_000,
      );
      return String((await ledger.incident(incident))?.outcome);
    },
    cooled: async () => {
      const last = Math.max(...(await sandbox.effects()).map(({ at }) => Date.parse(at)));
      // A second, and the rounding to whole ones of whoever says until when.
      await until(async () => Date.now() > last + 2_000, 'the cooldown does not end', 5_000);
    },
    runs: async () => (await client.workflow.count(`WorkflowType = '${incidentWorkflowType}'`)).count,
    violations: async () => {
      const { registry, problems } = createRegistry(stack.sandbox.environment());
      if (problems.length > 0) throw new Error(problems.join('\n'));
      const catalogue = catalogueOf(registry, (id) => registry.integrations.get(id)?.connected === true);
      const loaded = await loadRules(stack.settings.rulesDir, catalogue, sha256);
      if (!loaded.ok) throw new RulesRefused(loaded.problems);
      const secrets = [file.webhookSecret, ...Object.values(file.tokens)];
      return violations(await collect({ sandbox: file.sandbox, ledger, client, set: loaded.set, catalogue, secrets }));
    },
  };
}
