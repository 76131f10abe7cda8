import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createSandboxClient } from '../cli/demo/sandbox-client.js';
import { pathsOf } from '../cli/paths.js';
import { type Stack, startStack } from '../cli/stack.js';
import { measureBare } from './bare.js';
import { figuresOf, ratio } from './figures.js';
import { startRelay } from './relay.js';

/** `npm run bench [count]`: webhook to 2xx and to the effect, one at a time, beside a bare start with one activity in the same run. */
const count = Number(process.argv[2] ?? 100);
const alarm = 'ec2-status-check-failed';

const state = mkdtempSync(join(tmpdir(), 'opssentinel-bench-'));
chmodSync(state, 0o711);
const relay = await startRelay();
let stack: Stack | undefined;
try {
  stack = await start();
  relay.forwardTo(`${stack.file.api}/pagerduty/autonomous/action`);
  const { namespace } = stack.settings.temporal;
  console.log(
    `${count} incidents, one at a time; profile bench (no hold-down); Temporal dev server in memory, PostgreSQL without fsync`,
  );
  const bare = await measureBare(stack.file.temporal, namespace, count);
  print(bare, await measureIncidents(stack));
} finally {
  await stack?.stop();
  relay.close();
  rmSync(state, { recursive: true, force: true });
}

function start(): Promise<Stack> {
  const rulesDir = join(state, 'rules');
  cpSync(join(pathsOf().root, 'rules/library'), rulesDir, { recursive: true });
  const file = join(rulesDir, 'opssentinel.yaml');
  const text = readFileSync(file, 'utf8')
    .replace(/^profile: sandbox$/m, 'profile: bench')
    // Every incident acts on the same instance.
    .replace(/cooldown: *\{.*\}/, 'cooldown: { default: 1s, limit: 1s }')
    .replace(/budget: *\{.*\}/, 'budget: { default: 500/1h, limit: 500/1h, service: 500/1h, all: 500/1h }');
  writeFileSync(file, text);
  const paths = { ...pathsOf(), state, sandboxFile: join(state, 'sandbox.json') };
  const ports = { api: 0, metrics: 0, workerMetrics: 0, sandbox: 0, temporal: 0, temporalUi: 0 };
  const quiet = () => undefined;
  return startStack({
    ports,
    paths,
    rulesDir,
    env: { PATH: process.env['PATH'] },
    tell: quiet,
    note: quiet,
    speed: 0.05,
    webhookUrl: relay.url,
  });
}

interface Measured {
  accepted: number[];
  effect: number[];
  events: number[];
}

async function measureIncidents(running: Stack): Promise<Measured> {
  const sandbox = createSandboxClient(running.file.sandbox);
  const connection = await Connection.connect({ address: running.file.temporal });
  const client = new Client({ connection, namespace: running.settings.temporal.namespace });
  const measured: Measured = { accepted: [], effect: [], events: [] };
  for (let index = 0; index < count; index++) {
    const effectsBefore = (await sandbox.effects()).length;
    const seenBefore = relay.seen.length;
    await sandbox.raise(alarm);
    const effect = await eventually(async () => (await sandbox.effects())[effectsBefore]);
    const sent = await eventually(async () =>
      relay.seen.slice(seenBefore).find(({ eventType }) => eventType === 'incident.triggered'),
    );
    measured.accepted.push(sent.tookMs);
    measured.effect.push(Date.parse(effect.at) - sent.sentAt);
    const handle = client.workflow.getHandle(`incident:pagerduty:${sent.incident}`);
    await handle.result();
    measured.events.push(await eventsOver(client, [handle.workflowId, `label:pagerduty:${sent.incident}`]));
    await sandbox.clear(alarm);
    // The cooldown of the drill, and its rounding to whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1200));
  }
  await connection.close();
  return measured;
}

/** A run that was never begun has no events. */
async function eventsOver(client: Client, ids: readonly string[]): Promise<number> {
  const lengths = ids.map((id) =>
    client.workflow
      .getHandle(id)
      .describe()
      .then(
        ({ historyLength }) => historyLength,
        () => 0,
      ),
  );
  return (await Promise.all(lengths)).reduce((sum, length) => sum + length, 0);
}

async function eventually<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  for (const late = Date.now() + 30_000; Date.now() < late; ) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('Nothing came within 30 s');
}

function print(bare: readonly { started: number; touched: number }[], { accepted, effect, events }: Measured): void {
  const rows = {
    'bare start answered': figuresOf(bare.map(({ started }) => started)),
    'webhook answered 2xx': figuresOf(accepted),
    'bare start to activity body': figuresOf(bare.map(({ touched }) => touched)),
    'webhook to the effect at the vendor': figuresOf(effect),
  };
  for (const [name, { n, p50, p99 }] of Object.entries(rows))
    console.log(`${name.padEnd(38)} p50 ${String(p50).padStart(7)} ms   p99 ${String(p99).padStart(7)} ms   n ${n}`);
  console.log(`2xx beside a bare start       ${ratio(rows['webhook answered 2xx'].p50, rows['bare start answered'].p50)} (p50)`);
  console.log(
    `effect beside a bare activity ${ratio(rows['webhook to the effect at the vendor'].p50, rows['bare start to activity body'].p50)} (p50)`,
  );
  console.log(
    `history events per incident over all of its runs, automatic path: p50 ${figuresOf(events).p50}, most ${Math.max(...events)}`,
  );
}
