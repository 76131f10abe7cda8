import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../domain/json.js';
import type { FaultKind } from '../../integrations/contract/simulator.js';
import { startTestSandbox, type TestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import { createRegistry } from '../../integrations/registry.js';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { start } from '../../sandbox/start.js';
import { startFollowers } from '../../workers/followers.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres.js';

type Stored = readonly { seq: number; says: string }[];
const look = async (address: string, path: string) =>
  (await (await fetch(`${address}/_sandbox/${path}`)).json()) as Record<string, unknown>;

/** What each sink has stored, in the order of arrival, and how it is made to refuse every line that holds `poison`. */
const sinks = [
  {
    id: 'loki.push',
    vendor: 'loki',
    operation: 'POST /loki/api/v1/push',
    stored: async (address: string): Promise<Stored> =>
      ((await look(address, 'loki/lines'))['lines'] as { line: string }[]).map(({ line }) => seen(JSON.parse(line))),
    // Only the poisoned line is as long.
    poison: { maxLineSize: 5_000 },
  },
  {
    id: 'opensearch.bulk',
    vendor: 'opensearch',
    operation: 'POST /_bulk',
    stored: async (address: string): Promise<Stored> =>
      ((await look(address, 'opensearch/documents'))['documents'] as { source: unknown }[]).map(({ source }) => seen(source)),
    poison: { failing: [{ contains: 'poison', status: 400, type: 'mapper_parsing_exception', times: 1_000 }] },
  },
] as const;

const seen = (line: unknown): Stored[number] => {
  const { seq, says } = line as Stored[number];
  return { seq, says };
};

let postgres: TestPostgres;
let ledger: Ledger;
let sandbox: TestSandbox;
let running: { stop: () => Promise<void> } | undefined;
const logged: { level: string; words: string }[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
  sandbox = await startTestSandbox();
});
beforeEach(async () => {
  ledger = await openLedger({ url: await postgres.freshUrl() });
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await ledger.close();
  await sandbox.reset();
  logged.length = 0;
});
afterAll(async () => {
  await sandbox.close();
  await postgres.stop();
});

/** As a worker does it: the follower of what the environment connects. */
async function follow(id: string, environment = sandbox.environment()): Promise<void> {
  const { registry, problems } = createRegistry(environment);
  expect(problems).toEqual([]);
  const log =
    (level: string) =>
    (_about: unknown, words = ''): void =>
      void logged.push({ level, words });
  running = await startFollowers({
    gatheringMs: 20,
    ledger,
    followers: registry.followers.filter((follower) => follower.id === id),
    pace: () => ({ profile: 'sandbox', pollMs: 10, heartbeatMs: 1_000, adoptEveryMs: 10 }),
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    now: Date.now,
    linkTo: (incident) => `http://here/${incident}`,
  });
  // It is new to the ledger: what comes from here on is its.
  await until(async () => (await row(id)) !== undefined);
}

const write = (says: string, data?: JsonObject) =>
  ledger.record({ incident: 'pagerduty:Q0HX2R9', phase: 'execute', state: 'ok', says, ...(data ? { data } : {}) });
const row = async (id: string) => (await ledger.cursors()).find(({ follower }) => follower === id);
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => ({ seq: from + at, says: `line ${from + at}.` }));

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('It did not come to pass.');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.each(sinks)('$id follows the ledger', ({ id, vendor, operation, stored, poison }) => {
  it('M14, row 53: a sink that is dead holds nobody up; when it is back, everything arrives once and in order', async () => {
    const port = await freePort();
    const there = Object.entries(sandbox.environment()).map(([name, value]): [string, string] => [
      name,
      value.replaceAll(sandbox.address, `http://127.0.0.1:${port}`),
    ]);
    await follow(id, Object.fromEntries(there));
    for (const { says } of numbered(1, 150)) await write(says);
    await until(() => logged.some(({ words }) => words.includes('its sink is away')));
    expect(await row(id)).toMatchObject({ behind: 150, skipped: 0 });

    const back = await start({ port, webhookUrl: 'http://127.0.0.1:9/nowhere', webhookSecret: 'throw-away' });
    try {
      for (const { says } of numbered(151, 160)) await write(says);
      await until(async () => (await row(id))?.behind === 0);
      expect(await stored(back.address)).toEqual(numbered(1, 160));
      expect(await row(id)).toMatchObject({ skipped: 0 });
    } finally {
      await running?.stop();
      await back.close();
    }
  });

  it.each<FaultKind>(['execute-then-reset', 'execute-then-500', 'half-body', 'duplicate-delivery', '503', '429'])(
    'whatever %s hides, every line stands there once and in order',
    async (kind) => {
      await follow(id);
      await sandbox.fault(operation, kind, { times: 2 });
      for (const { says } of numbered(1, 20)) await write(says);
      await until(async () => (await row(id))?.behind === 0);
      expect(await stored(sandbox.address)).toEqual(numbered(1, 20));
      expect(await row(id)).toMatchObject({ skipped: 0 });
    },
  );

  it('leaves out the one line that is refused for good, counts it, and stores those around it', async () => {
    await sandbox.tell(vendor, 'settings', poison);
    // All three come together.
    await sandbox.fault(operation, '503');
    await follow(id);
    await write('line 1.');
    await write('poison', { text: 'x'.repeat(6_000) });
    await write('line 3.');
    await until(async () => (await row(id))?.behind === 0);
    expect((await stored(sandbox.address)).map(({ seq }) => seq)).toEqual([1, 3]);
    expect(await row(id)).toMatchObject({ skipped: 1 });
    expect(logged.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});

it('opensearch.bulk: an item that is throttled comes again with its batch, and nothing is stored twice', async () => {
  const [, { id, stored }] = sinks;
  const throttled = { status: 429, type: 'rejected_execution_exception', times: 2 };
  await sandbox.tell('opensearch', 'settings', { failing: [{ ...throttled, contains: 'line 2.' }] });
  await follow(id);
  for (const { says } of numbered(1, 4)) await write(says);
  await until(async () => (await row(id))?.behind === 0);
  expect((await stored(sandbox.address)).map(({ seq }) => seq).toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4]);
  expect(await row(id)).toMatchObject({ skipped: 0 });
});
