import { resolve } from 'node:path';
import type { Settings } from './environment.js';
import { openLedger } from '../ledger/open.js';
import type { Ledger } from '../ledger/port.js';
import type { RuleSet } from '../rules/language/set.js';
import { loadRules } from '../rules/language/load.js';
import { RulesRefused } from '../rules/language/problem.js';
import { createRulesInForce, type InForceChange, type RulesInForce } from '../rules/revision/in-force.js';
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
  rules: RulesInForce;
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
  const { catalogue } = installed;
  const ledger = await openedLedger(settings).catch(async (error: unknown) => {
    // Both are told at once where both are wrong: rules can be mended while nothing answers.
    const loaded = await loadRules(rulesDir, catalogue, sha256);
    throw loaded.ok ? error : new RulesRefused(loaded.problems);
  });
  const rules = await createRulesInForce({
    dir: rulesDir,
    catalogue,
    hash: sha256,
    now: Date.now,
    shelf: ledger,
    mode: settings.mode,
    allowedSigners: signersFile(settings),
    onChange: (change) => logChange(log, change),
  }).catch(async (error: unknown) => {
    await ledger.close();
    throw error;
  });
  if (settings.mode === 'live' && rules.current().policy.doc.profile !== 'standard') {
    await ledger.close();
    throw configurationFailure([wrongProfile(rules.current())]);
  }
  // One at a time: a git or a ledger that hangs must not heap up reloads.
  let busy = false;
  const reload = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    await rules.reload().catch((error: unknown) => log.error({ err: error }, 'the rules could not be read again'));
    busy = false;
  };
  const reloading = setInterval(() => void reload(), rulesEveryMs[settings.mode]);
  reloading.unref();
  const close = async (): Promise<void> => {
    clearInterval(reloading);
    await ledger.close();
  };
  return { ...installed, ledger, rules, close };
}

async function openedLedger(settings: Settings): Promise<Ledger> {
  const ledger = await openLedger({ url: settings.databaseUrl ?? '' });
  await ledger.ready().catch(async (error: unknown) => {
    await ledger.close();
    throw new Failure(
      'unreachable',
      `The ledger (PostgreSQL of DATABASE_URL) does not answer: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  return ledger;
}

function signersFile({ env }: Settings): string | undefined {
  const path = env['OPSSENTINEL_ALLOWED_SIGNERS'] ?? '';
  return path === '' ? undefined : resolve(path);
}

function logChange(log: Logger, change: InForceChange): void {
  if (change.kind === 'changed')
    log.info({ rules: change.set.hash, commit: change.set.revision?.commit }, 'other rules are in force now');
  else if (change.kind === 'refused')
    log.error(
      { problems: change.problems, inForce: change.inForce.hash },
      'the changed rules are refused; those before stay in force',
    );
  else if (change.kind === 'pinned')
    log.warn(
      { rules: change.to.hash, folder: change.folder, reason: change.reason },
      'rules that were put back are in force, not those of the folder; `opssentinel rules follow` ends it',
    );
  else if (change.kind === 'unsigned')
    log.warn({ rules: change.set.hash }, `nothing is automatic under these rules: ${change.says}`);
  else log.error(change.says);
}

export const temporalAway = (settings: Settings, error: unknown): Failure =>
  new Failure(
    'unreachable',
    `Temporal does not answer at ${settings.temporal.address ?? '(no address)'}: ${error instanceof Error ? error.message : String(error)}. Start it, or correct TEMPORAL_ADDRESS`,
  );
