import type { Settings } from './environment.js';
import { openLedger } from '../ledger/open.js';
import type { Ledger } from '../ledger/port.js';
import type { RuleSet } from '../rules/language/set.js';
import { createRuleStore, type RuleStore } from '../rules/language/store.js';
import { configurationFailure } from './context.js';
import { Failure } from './failure.js';
import { installation, type LoadedInstallation, sha256 } from './installation.js';
import type { Logger } from './log.js';

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

export interface Parts extends LoadedInstallation {
  ledger: Ledger;
  rules: RuleStore;
  close: () => Promise<void>;
}

/** The shortened waits of the other profiles are for trying out. */
export const wrongProfile = (set: RuleSet): string =>
  `${set.policy.at}: the profile is ${set.policy.doc.profile}; live runs with profile: standard alone`;

/** Rules and ledger, which API and workers both need. Rejects with one list of what is wrong. */
export async function openParts(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
  options: ComposeOptions,
  more: string[] = [],
): Promise<Parts> {
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
      else
        log.error(
          { problems: change.problems, inForce: change.inForce.hash },
          'the changed rules are refused; those before stay in force',
        );
    },
  });
  if (settings.mode === 'live' && rules.current().policy.doc.profile !== 'standard') {
    throw configurationFailure([wrongProfile(rules.current())]);
  }
  const ledger = await openLedger({ url: settings.databaseUrl ?? '' });
  await ledger.ready().catch(async (error: unknown) => {
    await ledger.close();
    throw new Failure(
      'unreachable',
      `The ledger (PostgreSQL of DATABASE_URL) does not answer: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  const reloading = setInterval(
    () => void rules.reload().catch((error: unknown) => log.error({ err: error }, 'the rules could not be read again')),
    rulesEveryMs[settings.mode],
  );
  reloading.unref();
  const close = async (): Promise<void> => {
    clearInterval(reloading);
    await ledger.close();
  };
  return { ...installed, ledger, rules, close };
}

export const temporalAway = (settings: Settings, error: unknown): Failure =>
  new Failure(
    'unreachable',
    `Temporal does not answer at ${settings.temporal.address ?? '(no address)'}: ${error instanceof Error ? error.message : String(error)}. Start it, or correct TEMPORAL_ADDRESS`,
  );
