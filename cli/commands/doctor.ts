import type { Command } from 'commander';
import { unconfirmed } from '../../integrations/unconfirmed.js';
import { withDeadline } from '../../integrations/contract/deadline.js';
import { describeEnvironment, readEnvironment } from '../environment.js';
import { installation, sha256 } from '../installation.js';
import { simulatedEnvironment } from '../connected-installation.js';
import { apiClient, type ApiPlace, type Context, findApi, type OutputOptions, print, runningSandbox } from '../context.js';
import { because, fail, type Finding, ok } from '../doctor/finding.js';
import { examineApi, examineIntegrations, examineLedger, examineOwnParts, examineRules, examineStop } from '../doctor/parts.js';
import { examineReconciliation } from '../doctor/reconciliation.js';
import { examineRevision } from '../doctor/revision.js';
import { examineRights } from '../doctor/rights.js';
import { examineDoors, examineFollowers } from '../doctor/standing.js';
import { examineTemporal } from '../doctor/temporal.js';
import { Failure } from '../failure.js';
import { rulesDirFor } from '../loaded-rules.js';
import { type Colours, hanging } from '../output.js';
import { stopFilePath } from './holds.js';
import { temporalOf } from './replay.js';

/** `doctor`: what is connected, what is not, and how to mend it. Changes nothing. */
export function addDoctor(program: Command, context: Context): void {
  program
    .command('doctor')
    .description('what is there, what is not, and how to mend it; exit 1 when something fails. Changes nothing')
    .option('--settings', 'every variable that is read, with its value; secrets are never shown')
    .option('--live-checklist', 'what no document of a vendor settles: to be tried once on a real account')
    .action((options: OutputOptions & { settings?: boolean; liveChecklist?: boolean }) => {
      if (options.liveChecklist === true) return showChecklist(context, options);
      return options.settings === true ? showSettings(context, options) : examine(context, options);
    });
}

function showSettings(context: Context, options: OutputOptions): void {
  const { settings } = readEnvironment(context.env);
  const described = describeEnvironment(context.env, settings);
  print(context, options, 'SettingList', described, () =>
    described
      .map(
        ({ name, value, from, says }) =>
          `${name}=${value ?? ''}${' '.repeat(Math.max(2, 60 - name.length - (value ?? '').length))}${from}\n    ${says}`,
      )
      .join('\n'),
  );
}

/** For the first run against the real systems. Asks nobody anything. */
function showChecklist(context: Context, options: OutputOptions): void {
  const { columns } = context.terminal;
  print(context, options, 'LiveChecklist', unconfirmed, (colours) =>
    unconfirmed
      .map(({ id, assumes, tryIt, rests }) =>
        [
          `[ ] ${colours.cyan(id)}`,
          `    ${hanging(assumes, 4, columns)}`,
          `    try: ${hanging(tryIt, 9, columns)}`,
          `    ${colours.dim(`rests on it: ${rests.join(', ')}`)}`,
        ].join('\n'),
      )
      .join('\n'),
  );
}

/** What the roles may takes a request for each statement; later than this it is not known. Milliseconds. */
const rightsMs = 30_000;

async function examine(context: Context, options: OutputOptions): Promise<void> {
  const { settings, problems } = readEnvironment(context.env);
  const configuration =
    problems.length === 0
      ? [ok('configuration', `mode ${settings.mode}`)]
      : problems.map((problem) => fail('configuration', problem, 'opssentinel doctor --settings lists every variable'));
  const place = findApiQuietly(context);
  const sandbox = place?.from === 'sandbox' ? runningSandbox(context) : undefined;
  const installed = installation(
    sandbox === undefined ? settings.env : await simulatedEnvironment(context, sandbox).catch(() => ({})),
  );
  const asked = place === undefined ? undefined : apiClient(context, 'viewer', 5_000);
  const dir = rulesDirFor(context, undefined);
  const signal = withDeadline(context.interrupted, rightsMs);
  const [api, doors, followers, temporal, ledger, stop, rules, revision, rights] = await Promise.all([
    examineApi(asked, place?.url),
    examineDoors(asked, installed.registry.sources, settings.env),
    examineFollowers(asked),
    temporalFindings(context),
    examineLedger(settings.databaseUrl),
    examineStop(stopFilePath(context)),
    examineRules(dir, installed, sha256),
    examineRevision(asked),
    examineRights({ dir, root: context.paths.root, installed, hash: sha256, signal }),
  ]);
  const connections = [...examineIntegrations(installed), ...doors, ...followers];
  const findings = [
    ...configuration,
    examineOwnParts(settings),
    ...api,
    ...temporal,
    ...ledger,
    ...stop,
    ...rules,
    ...revision,
    ...rights,
    ...connections,
  ];
  print(context, options, 'Diagnosis', findings, (colours) =>
    findingsText(findings, colours, context.terminal.columns).replaceAll(`${context.cwd}/`, ''),
  );
  const failed = findings.filter(({ state }) => state === 'fail').length;
  if (failed > 0)
    throw new Failure('failed', `${failed === 1 ? '1 check fails' : `${failed} checks fail`}; each says above what to do`);
}

function findApiQuietly(context: Context): ApiPlace | undefined {
  try {
    return findApi(context, 'viewer');
  } catch {
    return undefined;
  }
}

async function temporalFindings(context: Context): Promise<Finding[]> {
  let place: ReturnType<typeof temporalOf>;
  try {
    place = temporalOf(context);
  } catch (error) {
    return [
      fail(
        'temporal',
        error instanceof Failure && error.exit === 'usage' && runningSandbox(context) === undefined
          ? 'TEMPORAL_ADDRESS is not set and no sandbox runs in this checkout'
          : because(error),
        'set TEMPORAL_ADDRESS, or start a sandbox: opssentinel dev',
      ),
    ];
  }
  const [temporal, rounds] = await Promise.all([
    examineTemporal(place.address, place.namespace),
    examineReconciliation(place.address, place.namespace),
  ]);
  return [...temporal, ...rounds];
}

function findingsText(findings: readonly Finding[], colours: Colours, columns: number): string {
  const widest = Math.max(...findings.map(({ check }) => check.length));
  const indent = 6 + widest + 2;
  return findings
    .map(({ check, state, says, fix }) => {
      const tone = { ok: colours.green, warn: colours.yellow, fail: colours.red, skip: colours.dim }[state];
      const mend = fix === undefined ? '' : `\n${' '.repeat(indent)}-> ${hanging(fix, indent + 3, columns)}`;
      return `${tone(state.padEnd(5))} ${check.padEnd(widest)}  ${hanging(says, indent, columns)}${mend}`;
    })
    .join('\n');
}
