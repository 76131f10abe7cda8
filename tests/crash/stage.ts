import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { adoptEffect, waitEffect } from '../../activities/effect/wait.js';
import { startEffect } from '../../activities/effect/start.js';
import type { ActivityDeps } from '../../activities/deps.js';
import { asFailure } from '../../activities/shell.js';
import { closeOpenEffects } from '../../activities/tell/open-effects.js';
import type { EffectInput } from '../../activities/types.js';
import { canonicalJson, type JsonObject } from '../../domain/json.js';
import type { EffectStatus } from '../../domain/effect.js';
import type { AnyAction } from '../../integrations/contract/registry.js';
import type { SandboxEffect } from '../../integrations/contract/simulator.js';
import { testCall } from '../../integrations/contract/testkit/call.js';
import { startTestSandbox, type TestSandbox } from '../../integrations/contract/testkit/sandbox.js';
import type { ActionSample, VendorSamples } from '../../integrations/contract/testkit/sample.js';
import { installed } from '../../integrations/index.js';
import { createRegistry } from '../../integrations/registry.js';
import { openLedger } from '../../ledger/open.js';
import type { Ledger } from '../../ledger/port.js';
import { admissionRequest, shown, yes } from '../../ledger/requests.fixture.js';
import { MockActivityEnvironment } from '@temporalio/testing';
import { startTestPostgres } from '../support/postgres.js';
import { root } from '../support/root.js';
import { hash, policy, rule, runbook, setOf } from '../support/rules.js';

/** One real use of every action, as each integration gives it. */
export async function allSamples(): Promise<ActionSample[]> {
  const folders = installed
    .map(({ id }) => join(root, 'integrations', id, 'testkit', 'samples.ts'))
    .filter((file) => existsSync(file));
  const given = await Promise.all(folders.map((file) => import(pathToFileURL(file).href) as Promise<{ samples: VendorSamples }>));
  return given.flatMap(({ samples }) => samples.actions ?? []);
}

/** Ids of every action that can be run. */
export const allActions = (): string[] => [...createRegistry({}).registry.actions.keys()];

/** The sandbox, a real ledger, and what every worker has beside them. */
export interface CrashStage {
  sandbox: TestSandbox;
  ledger: Ledger;
  close: () => Promise<void>;
}

export async function openStage(): Promise<CrashStage> {
  const [sandbox, postgres] = await Promise.all([startTestSandbox(0.1), startTestPostgres()]);
  const ledger = await openLedger({ url: await postgres.freshUrl(), deadlineMs: 10_000 });
  const close = async (): Promise<void> => {
    await ledger.close();
    await Promise.all([sandbox.close(), postgres.stop()]);
  };
  return { sandbox, ledger, close };
}

/** One process with the role that changes things. */
export interface Worker {
  start: () => ReturnType<typeof startEffect>;
  adopt: (attempt?: number) => ReturnType<typeof adoptEffect>;
  wait: () => ReturnType<typeof waitEffect>;
}

/** What a worker is beside the usual one. */
interface Kind {
  ledger?: Ledger;
  /** Milliseconds since the epoch, by its own clock. */
  now?: () => number;
  action?: (action: AnyAction) => AnyAction;
}

/** What the ledger's row of the attempt says. */
export interface Row {
  armed: number;
  consumed_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  status: EffectStatus | 'not-done' | null;
}

/** One attempt that was admitted: its permit stands in the ledger, and nobody has used it. */
export interface Cell {
  worker: (kind?: Kind) => Worker;
  row: () => Promise<Row>;
  /** What the sandbox has seen of this action's write. */
  effects: () => Promise<SandboxEffect[]>;
  /** The timeline's words about how the effect ended. */
  ends: () => Promise<string[]>;
  /** The run is over: what its report writes of what was left open. */
  runEnds: () => Promise<void>;
  key: string;
}

/** How often Temporal asks to read back. */
export const readBackTries = 5;

const set = setOf(policy('profile: bench'), runbook(), rule());
let cells = 0;

export async function admittedCell({ sandbox, ledger }: CrashStage, sample: ActionSample): Promise<Cell> {
  await sandbox.reset();
  cells += 1;
  const { action, target, params: written, operation } = sample;
  const incident = `pagerduty:QCRASH${cells}`;
  const params = action.params.parse(written) as JsonObject;
  const client: unknown = sample.connect(sandbox.address);
  const preState = await action.preState(testCall(client, { place: target }), params, target);
  const key = hash(`attempt ${cells}`);
  const request = admissionRequest(
    { attemptKey: key, incident, action: action.id, params, paramsHash: hash(canonicalJson([action.id, params])), preState },
    `${target.id} ${cells}`,
  );
  const admission = await ledger.admit({ ...request, place: { account: target.account, region: target.region } }, yes);
  if (!admission.admitted) throw new Error('it should have been admitted');
  const input: EffectInput = shown(request);
  const bound: AnyAction = {
    ...action,
    integration: action.id.split('.')[0] ?? '',
    // As whom it is made is not what is tried here: the place's own throw-away credentials.
    with: ({ place: { account, region }, ...call }) => ({ ...call, place: { account, region }, client }),
  };
  const row = async (): Promise<Row> => {
    const { permits } = await ledger.evidence(incident);
    return (permits as unknown as Row[])[0] as Row;
  };
  return {
    key,
    row,
    worker: (kind = {}) => workerOf(kind, { ledger, bound, input }),
    effects: async () =>
      (await sandbox.effects()).filter((effect) => effect.operation === operation && effect.target === target.name),
    ends: async () =>
      (await ledger.timeline(incident)).map(({ state }) => state).filter((state) => ['ok', 'failed', 'unknown'].includes(state)),
    runEnds: () => closeOpenEffects({ ledger } as ActivityDeps, incident),
  };
}

function workerOf(kind: Kind, { ledger, bound, input }: { ledger: Ledger; bound: AnyAction; input: EffectInput }): Worker {
  const deps = {
    now: kind.now ?? Date.now,
    hash,
    rules: () => set,
    outOfBandStop: async () => undefined,
    registry: { actions: new Map([[bound.id, bound]]), integrations: new Map() },
    ledger: kind.ledger ?? ledger,
  } as unknown as ActivityDeps;
  const action = kind.action?.(bound) ?? bound;
  const run = <Answer>(work: () => Promise<Answer>, attempt = 1): Promise<Answer> =>
    new MockActivityEnvironment({ attempt, retryPolicy: { maximumAttempts: readBackTries } }, { logger: silent }).run(() =>
      work().catch((error: unknown) => {
        throw asFailure(error);
      }),
    );
  return {
    start: () => run(() => startEffect(deps, action, input)),
    adopt: (attempt) => run(() => adoptEffect(deps, action, input), attempt),
    wait: () => run(() => waitEffect(deps, action, input)),
  };
}

const nothing = (): void => undefined;
const silent = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
