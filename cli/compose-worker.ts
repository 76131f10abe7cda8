import { existsSync } from 'node:fs';
import { Client } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import type { Settings } from './environment.js';
import { catalogueOf } from '../integrations/catalogue.js';
import { gapMetric, gapSeconds, recoveryMetric, recoverySeconds } from '../workers/outcome-metrics.js';
import { start as startWorkers } from '../workers/start.js';
import type { WorkerRole } from '../workflows/messages.js';
import { type Composed, type ComposeOptions, openParts, temporalAway } from './compose-parts.js';
import { Failure } from './failure.js';
import { sha256 } from './installation.js';
import type { Logger } from './log.js';
import { createOutOfBandStop } from './out-of-band.js';
import { temporalAddress } from './temporal-connection.js';

export interface WorkerOptions extends ComposeOptions {
  roles: readonly WorkerRole[];
  bundlePath: string;
  /** Resolved. */
  stopFile: string;
}

/** Workers of the given roles in this process. Rejects with one list of what is wrong. */
export async function composeWorker(settings: Settings, options: WorkerOptions): Promise<Composed> {
  if (!existsSync(options.bundlePath))
    throw new Failure('usage', `${options.bundlePath} is missing; build it with: npm run build`);
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
      log: options.log,
      polls: settings.polls,
      registry: parts.registry,
      catalogue: catalogueOf(parts.registry, (id) => parts.registry.integrations.get(id)?.connected === true),
      ledger: parts.ledger,
      rules: () => parts.rules.current(),
      rulesOf: parts.rules.of,
      hash: sha256,
      now: Date.now,
      ourselves: (settings.env['PAGERDUTY_USER_ID'] ?? '')
        .split(',')
        .map((id) => id.trim())
        .filter((id) => id !== ''),
      own: settings.ownParts,
      outOfBandStop: createOutOfBandStop(options.stopFile, settings.env['OPSSENTINEL_STOP']),
      linkTo: (incident) => incidentLink(settings.publicUrl, incident),
    });
    const held = connection;
    const tidy = async (): Promise<void> => {
      await held.close().catch(() => undefined);
      await parts.close();
    };
    return {
      run: workers.run,
      stop: async () => {
        await workers.stop();
        await tidy();
      },
    };
  } catch (error) {
    await connection?.close().catch(() => undefined);
    await parts.close();
    throw error;
  }
}

/** Short where it stays clear: `/i/Q0HX2R9`; the page and every command take it. */
export const incidentLink = (publicUrl: string, incident: string): string =>
  `${publicUrl}/i/${encodeURIComponent(incident.slice(incident.indexOf(':') + 1)).replaceAll('%3A', ':')}`;

/** Once per process. Temporal's own metrics and ours stand on one port. */
function installRuntime(settings: Settings, log: Logger): void {
  const { host, ports } = settings;
  const logger = new DefaultLogger('WARN', ({ level, message, meta }) => {
    // A worker of one role has no workflows or no activities; that is the design and no warning.
    if (!/^No \w.* registered/.test(message)) log[level === 'ERROR' ? 'error' : 'warn']({ ...meta }, message);
  });
  const prometheus = {
    bindAddress: `${host}:${ports.workerMetrics}`,
    countersTotalSuffix: true,
    useSecondsForDurations: true,
    // Temporal's own end at 10 s, where a recovery has hardly begun.
    histogramBucketOverrides: { [recoveryMetric]: recoverySeconds, [gapMetric]: gapSeconds },
  };
  Runtime.install({
    logger,
    shutdownSignals: [],
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'WARN' }) },
      ...(ports.workerMetrics === 0 ? {} : { metrics: { prometheus } }),
    },
  });
}
