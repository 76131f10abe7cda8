import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Settings } from '../environment.js';
import { type WorkerRole, workerRoles } from '../../workflows/messages.js';
import { composeApi } from '../compose-api.js';
import { composeWorker } from '../compose-worker.js';
import { type Context, say, untilInterrupted } from '../context.js';
import { checkPorts } from '../local/ports.js';
import { createLog, type Logger, secretsOf } from '../log.js';
import { coloursFor } from '../output.js';
import { resolveFrom } from '../paths.js';
import { showToSdk } from '../sdk-environment.js';
import { startStack } from '../stack.js';
import { rulesDirOf, settingsToStart } from '../start-check.js';
import { stackHead, stackLooks, stackOptions } from '../stack-words.js';
import { version } from '../version.js';

/** `dev`, `demo`, `serve`, `worker`: what keeps running. */
export function addRunning(program: Command, context: Context): void {
  program
    .command('dev')
    .description('start everything on this machine with simulators, and keep it up')
    .action(() => dev(context));
  program
    .command('demo')
    .description('start everything on this machine, raise alarms, and show what happens')
    .option('--once', 'end with exit code 0 when every incident ended as announced')
    .addOption(new Option('--wait', 'wait for a person where a human is wanted').conflicts('once'))
    .action(async (options: { once?: boolean; wait?: boolean }) => {
      const { runDemo } = await import('../demo/run.js');
      await runDemo(context, { once: options.once === true, wait: options.wait === true });
    });
  program
    .command('serve')
    .description('the API: webhooks, REST, live streams. Needs no credential that can change anything outside')
    .action(() => serve(context));
  program
    .command('worker')
    .description('workers: one process for all roles, or one for each')
    .option('--role <roles>', 'run, decide, effect, tell; separated by commas', parseRoles)
    .action((options: { role?: WorkerRole[] }) => work(context, options.role));
}

function parseRoles(text: string): WorkerRole[] {
  const named = text.split(',').map((role) => role.trim());
  const wrong = named.filter((role) => !(workerRoles as readonly string[]).includes(role));
  if (wrong.length > 0)
    throw new InvalidArgumentError(`There is no role ${wrong.join(', ')}; there are ${workerRoles.join(', ')}.`);
  return named as WorkerRole[];
}

async function dev(context: Context): Promise<void> {
  const colours = coloursFor(context.terminal);
  const put = (line: string): void => context.terminal.out(`${line}\n`);
  for (const line of stackHead('OpsSentinel', colours)) put(line);
  const stack = await startStack(stackOptions(context, put));
  try {
    put('');
    for (const line of stackLooks(stack.file)) put(line);
    await Promise.race([stack.lost, untilInterrupted(context)]);
    say(context, 'ending everything that this command started');
  } finally {
    await stack.stop();
  }
}

/** 12-factor: events on stdout, one JSON object a line. */
function logTo(context: Context, settings: Settings, name: string): Logger {
  return createLog({
    level: settings.logLevel,
    name,
    secrets: secretsOf(settings.env),
    write: (line) => context.terminal.out(line),
  });
}

async function serve(context: Context): Promise<void> {
  const settings = await settingsToStart(context, 'serve');
  const log = logTo(context, settings, 'api');
  await checkPorts(
    [
      { port: settings.ports.api, what: 'API', variable: 'OPSSENTINEL_PORT' },
      { port: settings.ports.metrics, what: 'metrics', variable: 'OPSSENTINEL_METRICS_PORT' },
    ],
    settings.host,
  );
  const composed = await composeApi(settings, { log, rulesDir: rulesDirOf(context, settings), version });
  log.info({ address: composed.api.address, metrics: composed.api.metricsAddress, mode: settings.mode }, 'the API is up');
  await untilEnded(context, composed, log);
}

async function work(context: Context, roles: WorkerRole[] | undefined): Promise<void> {
  const settings = await settingsToStart(context, 'worker');
  showToSdk(settings.env, process.env);
  const log = logTo(context, settings, 'worker');
  const played = roles ?? settings.workerRoles;
  const { workerMetrics } = settings.ports;
  await checkPorts(
    [{ port: workerMetrics, what: 'metrics of the worker', variable: 'OPSSENTINEL_WORKER_METRICS_PORT' }],
    settings.host,
  );
  const composed = await composeWorker(settings, {
    log,
    version,
    rulesDir: rulesDirOf(context, settings),
    roles: played,
    bundlePath: context.paths.bundle,
    stopFile: resolveFrom(settings.stopFile, context.cwd, context.paths.root),
  });
  log.info({ roles: played, mode: settings.mode }, 'the worker is up');
  // Only a worker that `dev` or `demo` started has this channel: they wait for the word, and it ends when they do.
  process.send?.({ ready: true });
  await untilEnded(context, composed, log);
}

async function untilEnded(
  context: Context,
  composed: { run: Promise<void>; stop: () => Promise<void> },
  log: Logger,
): Promise<void> {
  const orphaned = new Promise<void>((resolve) => process.once('disconnect', () => resolve()));
  try {
    await Promise.race([composed.run, untilInterrupted(context), ...(process.send === undefined ? [] : [orphaned])]);
    log.info('ending');
  } finally {
    await composed.stop();
  }
}
