import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type RunningApi, start as startApi } from '../api/start.js';
import { parseTokens } from '../api/tokens.js';
import type { Settings } from '../config/environment.js';
import type { Catalogue } from '../domain/catalogue.js';
import { catalogueOf } from '../integrations/catalogue.js';
import type { Registry } from '../integrations/contract/registry.js';
import { createRegistry } from '../integrations/registry.js';
import { openLedger } from '../ledger/open.js';
import type { Ledger } from '../ledger/port.js';
import { createRuleStore, type RuleStore } from '../rules/language/store.js';
import { start as startWorkers } from '../workers/start.js';
import type { WorkerRole } from '../workflows/messages.js';
import { configurationFailure } from './context.js';
import { Failure } from './failure.js';
import { prepareNamespace } from './local/namespace.js';
import type { Logger } from './log.js';
import { createOutOfBandStop } from './out-of-band.js';
import { createRulesDoor } from './rules-door.js';
import { temporalAddress } from './temporal-connection.js';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Rules as they are checked anywhere: offline, with the complete catalogue. */
export interface LoadedInstallation {
  registry: Registry;
  catalogue: Catalogue;
  /** Wrongly set variables of integrations. */
  problems: string[];
}

export function installation(env: Readonly<Record<string, string | undefined>>): LoadedInstallation {
  const { registry, problems } = createRegistry(env);
  return { registry, catalogue: catalogueOf(registry), problems };
}

export interface ComposeOptions {
  log: Logger;
  /** Folder of the rules, resolved. */
  rulesDir: string;
  version: string;
}

export interface Composed {
  /** Settles when it has ended by itself; rejects when it failed. */
  run: Promise<void>;
  stop: () => Promise<void>;
}

const rulesEveryMs = { sandbox: 2_000, live: 30_000 } as const;

async function openParts(settings: Settings, env: Readonly<Record<string, string | undefined>>, options: ComposeOptions, more: string[] = []) {
  const installed = installation(env);
  const problems = [...installed.problems, ...more];
  if (problems.length > 0) throw configurationFailure(problems);
  const { log, rulesDir } = options;
  const rules = await createRuleStore({
    dir: rulesDir,
    catalogue: installed.catalogue,
    hash: sha256,
    now: Date.now,
    onChange: (change) => {
      if (change.kind === 'changed') log.info({ rules: change.set.hash }, 'other rules are in force now');
      else log.error({ problems: change.problems, inForce: change.inForce.hash }, 'the changed rules are refused; those before stay in force');
    },
  });
  if (settings.mode === 'live' && rules.current().policy.doc.profile !== 'standard') {
    throw configurationFailure([`the policy's profile is ${rules.current().policy.doc.profile}; live runs with profile: standard alone`]);
  }
  const ledger = await openLedger({ url: settings.databaseUrl ?? '' });
  await ledger.ready().catch(async (error: unknown) => {
    await ledger.close();
    throw new Failure('unreachable', `The ledger (PostgreSQL of DATABASE_URL) does not answer: ${error instanceof Error ? error.message : String(error)}`);
  });
  const reloading = setInterval(() => void rules.reload().catch((error: unknown) => log.error({ err: error }, 'the rules could not be read again')), rulesEveryMs[settings.mode]);
  reloading.unref();
  const close = async (): Promise<void> => {
    clearInterval(reloading);
    await ledger.close();
  };
  return { ...installed, ledger, rules, close } satisfies LoadedInstallation & { ledger: Ledger; rules: RuleStore; close: () => Promise<void> };
}

/** Credentials that the API must not even hold: it decides nothing and changes nothing outside. */
const powers = /^(AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE|ROLE_ARN|WEB_IDENTITY_TOKEN_FILE|CONTAINER_CREDENTIALS_.*)|PAGERDUTY_(API_TOKEN|FROM|ROUTING_KEY))$/;

/** What of the environment reaches the API. */
export const withoutPowers = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !powers.test(name)));

/** The API with everything it needs: ledger, Temporal, rules, webhook secrets and tokens. Rejects with one list of what is wrong. */
export async function composeApi(settings: Settings, options: ComposeOptions & { temporalUi?: string | undefined }): Promise<Composed & { api: RunningApi; ledger: Ledger }> {
  const { tokens, problems } = tokensOf(settings.apiTokens);
  const parts = await openParts(settings, withoutPowers(settings.env), options, problems);
  let connection: Connection | undefined;
  try {
    connection = await connect(settings);
    await prepareNamespace(connection, { namespace: settings.temporal.namespace, mode: settings.mode });
    const api = await startApi({
      ledger: parts.ledger,
      temporal: new Client({ connection, namespace: settings.temporal.namespace }),
      registry: parts.registry,
      env: withoutPowers(settings.env),
      tokens,
      rules: createRulesDoor(parts.rules),
      host: settings.host,
      port: settings.ports.api,
      metricsPort: settings.ports.metrics,
      mode: settings.mode,
      temporalUi: options.temporalUi,
      version: options.version,
      log: options.log,
    });
    const held = connection;
    return {
      api,
      ledger: parts.ledger,
      run: new Promise(() => undefined),
      stop: async () => {
        await api.close();
        await held.close();
        await parts.close();
      },
    };
  } catch (error) {
    await connection?.close();
    await parts.close();
    throw error;
  }
}

function tokensOf(text: string | undefined): { tokens: ReturnType<typeof parseTokens>; problems: string[] } {
  try {
    return { tokens: parseTokens(text), problems: [] };
  } catch (error) {
    return { tokens: parseTokens(undefined), problems: [error instanceof Error ? error.message : String(error)] };
  }
}

async function connect(settings: Settings): Promise<Connection> {
  try {
    return await Connection.connect({ ...temporalAddress(settings.temporal), connectTimeout: 5_000 });
  } catch (error) {
    throw temporalAway(settings, error);
  }
}

export const temporalAway = (settings: Settings, error: unknown): Failure =>
  new Failure('unreachable', `Temporal does not answer at ${settings.temporal.address ?? '(no address)'}: ${error instanceof Error ? error.message : String(error)}. Start it, or correct TEMPORAL_ADDRESS`);

export interface WorkerOptions extends ComposeOptions {
  roles: readonly WorkerRole[];
  bundlePath: string;
  /** Resolved. */
  stopFile: string;
}

/** Workers of the given roles in this process. Rejects with one list of what is wrong. */
export async function composeWorker(settings: Settings, options: WorkerOptions): Promise<Composed> {
  if (!existsSync(options.bundlePath)) throw new Failure('usage', `${options.bundlePath} is missing; build it with: npm run build`);
  const parts = await openParts(settings, settings.env, options);
  let connection: NativeConnection | undefined;
  try {
    installRuntime(settings, options.log);
    connection = await NativeConnection.connect(temporalAddress(settings.temporal)).catch((error: unknown) => {
      throw temporalAway(settings, error);
    });
    const { namespace } = settings.temporal;
    const sandbox = settings.mode === 'sandbox';
    const workers = await startWorkers({
      connection,
      client: new Client({ connection, namespace }),
      namespace,
      roles: options.roles,
      bundlePath: options.bundlePath,
      stickyMs: sandbox ? 1_000 : 5_000,
      graceMs: sandbox ? 2_000 : 10_000,
      registry: parts.registry,
      catalogue: parts.catalogue,
      ledger: parts.ledger,
      rules: () => parts.rules.current(),
      hash: sha256,
      now: Date.now,
      ourselves: (settings.env['PAGERDUTY_USER_ID'] ?? '').split(',').map((id) => id.trim()).filter((id) => id !== ''),
      outOfBandStop: createOutOfBandStop(options.stopFile, settings.env['OPSSENTINEL_STOP']),
      linkTo: (incident) => `${settings.publicUrl}/i/${encodeURIComponent(incident)}`,
    });
    const held = connection;
    const tidy = async (): Promise<void> => {
      await held.close().catch(() => undefined);
      await parts.close();
    };
    return { run: workers.run, stop: () => workers.stop().finally(tidy) };
  } catch (error) {
    await connection?.close().catch(() => undefined);
    await parts.close();
    throw error;
  }
}

/** Once per process. Temporal's own metrics and ours stand on one port. */
function installRuntime(settings: Settings, log: Logger): void {
  const { host, ports } = settings;
  const logger = new DefaultLogger('WARN', ({ level, message, meta }) => {
    // A worker of one role has no workflows or no activities; that is the design and no warning.
    if (!/^No \w.* registered/.test(message)) log[level === 'ERROR' ? 'error' : 'warn']({ ...meta }, message);
  });
  Runtime.install({
    logger,
    shutdownSignals: [],
    ...(ports.workerMetrics === 0
      ? {}
      : { telemetryOptions: { metrics: { prometheus: { bindAddress: `${host}:${ports.workerMetrics}`, countersTotalSuffix: true, useSecondsForDurations: true } } } }),
  });
}
