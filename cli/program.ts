import { Command, CommanderError, Option } from 'commander';
import { addApprovals } from './commands/approvals.js';
import { addConnect } from './commands/connect.js';
import { addDoctor } from './commands/doctor.js';
import { addHolds } from './commands/holds.js';
import { addIam } from './commands/iam.js';
import { addIncidents } from './commands/incidents.js';
import { addMcp } from './commands/mcp.js';
import { addPlan } from './commands/plan.js';
import { addReport } from './commands/report.js';
import { addReplay } from './commands/replay.js';
import { addRules } from './commands/rules.js';
import { addRunning } from './commands/running.js';
import { addSandbox } from './commands/sandbox.js';
import { addTry } from './commands/try.js';
import type { Context } from './context.js';
import { exitCodes, exitTable } from './exit-codes.js';
import { classify } from './failure.js';
import { coloursFor, envelope } from './output.js';
import { version } from './version.js';

/** Services: being told to end is their ordinary end. */
const endsByBeingTold = new Set(['serve', 'worker']);

/** Runs one command line. Resolves with the exit code; never rejects. */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  const program = createProgram(context);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return context.interrupted.aborted && !endsByBeingTold.has(argv[0] ?? '') ? exitCodes.interrupted : exitCodes.ok;
  } catch (error) {
    return ended(error, argv, context);
  }
}

export function createProgram(context: Context): Command {
  const program = new Command('opssentinel')
    .description('An autonomous incident-remediation agent: durable runs, pre-approved runbooks, guards, verified results.')
    .version(version)
    .configureOutput({
      writeOut: context.terminal.out,
      writeErr: context.terminal.err,
      getOutHasColors: () => coloursFor(context.terminal).isColorSupported,
    })
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError('(opssentinel --help shows what there is)')
    .addHelpText(
      'after',
      `\n${exitTable()}\n\nThe API is found by OPSSENTINEL_URL and OPSSENTINEL_TOKEN, or is the sandbox that runs in this checkout.`,
    )
    .exitOverride();
  addRunning(program, context);
  addIncidents(program, context);
  addApprovals(program, context);
  addHolds(program, context);
  addReport(program, context);
  addPlan(program, context);
  addRules(program, context);
  addReplay(program, context);
  addSandbox(program, context);
  addConnect(program, context);
  addTry(program, context);
  addMcp(program, context);
  addIam(program, context);
  addDoctor(program, context);
  everywhere(program);
  return program;
}

/** `-o` on every command, so that it may stand anywhere; `--json` is the same in fewer letters. */
function everywhere(command: Command): void {
  for (const child of command.commands) {
    if (child.commands.length === 0) {
      child
        .addOption(
          new Option('-o, --output <format>', 'text for people, json for scripts').choices(['text', 'json']).default('text'),
        )
        .addOption(new Option('--json', 'the same as -o json').implies({ output: 'json' }));
    }
    everywhere(child);
  }
}

function ended(error: unknown, argv: readonly string[], context: Context): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (context.interrupted.aborted) return exitCodes.interrupted;
  const { exit, code, message, unexpected } = classify(error);
  const { err, env } = context.terminal;
  if (wantsJson(argv)) err(`${JSON.stringify(envelope('Error', [{ exit, code, message }]))}\n`);
  else err(`opssentinel: ${message}\n`);
  if (unexpected && env['OPSSENTINEL_LOG_LEVEL'] === 'debug' && error instanceof Error) err(`${error.stack ?? ''}\n`);
  return code;
}

const wantsJson = (argv: readonly string[]): boolean =>
  argv.some(
    (word, index) =>
      word === '--json' ||
      word === '-ojson' ||
      word === '--output=json' ||
      (word === 'json' && ['-o', '--output'].includes(argv[index - 1] ?? '')),
  );
