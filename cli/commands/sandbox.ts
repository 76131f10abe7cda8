import { type Command, InvalidArgumentError } from 'commander';
import { randomBytes } from 'node:crypto';
import { faultKinds } from '../../sandbox/faults.js';
import { start } from '../../sandbox/start.js';
import { type Context, type OutputOptions, print, runningSandbox, settingsFor, untilInterrupted } from '../context.js';
import { Failure } from '../failure.js';
import { checkPorts } from '../local/ports.js';
import { coloursFor, table } from '../output.js';
import { stackHead } from '../stack-words.js';

interface Place extends OutputOptions {
  sandbox?: string;
}

/** `sandbox`, `sandbox raise|clear|faults`. */
export function addSandbox(program: Command, context: Context): void {
  const sandbox = program.command('sandbox').description('the simulators: alone, or those of the running `dev` or `demo`');
  sandbox
    .command('start', { isDefault: true })
    .description('start the simulators alone')
    .option('--webhook-url <url>', 'where the simulated PagerDuty delivers', 'http://127.0.0.1:8080/pagerduty/autonomous/action')
    .action((options: { webhookUrl: string }) => startAlone(context, options.webhookUrl));
  for (const [name, state, says] of [
    ['raise', 'ALARM', 'set an alarm off'],
    ['clear', 'OK', 'let an alarm go back to OK'],
  ] as const) {
    sandbox
      .command(name)
      .description(says)
      .argument('<alarm>', 'its name; a wrong one lists those that there are')
      .option('--sandbox <url>', 'address of the sandbox, when it is not the one of this checkout')
      .action(async (alarm: string, options: Place) => {
        await ask(context, options, 'POST', `alarms/${encodeURIComponent(alarm)}`, { state });
        print(context, options, 'Alarm', [{ name: alarm, state }], () => `${alarm} is ${state}`);
      });
  }
  sandbox
    .command('faults')
    .description('what goes wrong next: lists, or adds one for an operation')
    .argument('[operation]', 'e.g. ssm:StartAutomationExecution, ssm:*')
    .argument('[kind]', 'e.g. 500, 429, execute-then-timeout, reset-before; a wrong one lists those that there are')
    .option('--times <n>', 'how many calls meet it', parseCount, 1)
    .option('--after <n>', 'how many calls pass before', parseCount, 0)
    .option('--delay <ms>', 'waited before anything else', parseCount, 0)
    .option('--clear', 'forget all that are left')
    .option('--sandbox <url>', 'address of the sandbox, when it is not the one of this checkout')
    .action((operation: string | undefined, kind: string | undefined, options: FaultOptions) =>
      faults(context, operation, kind, options),
    );
}

interface FaultOptions extends Place {
  times: number;
  after: number;
  delay: number;
  clear?: boolean;
}

function parseCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Write a whole number, 0 or more.');
  return Number(text);
}

async function faults(
  context: Context,
  operation: string | undefined,
  kind: string | undefined,
  options: FaultOptions,
): Promise<void> {
  if (options.clear === true) await ask(context, options, 'DELETE', 'faults');
  if (operation !== undefined) {
    if (kind === undefined) throw new Failure('usage', `Which fault for ${operation}? One of ${faultKinds.join(', ')}`);
    if (!(faultKinds as readonly string[]).includes(kind))
      throw new Failure('usage', `There is no fault ${kind}; there are ${faultKinds.join(', ')}`);
    await ask(context, options, 'POST', 'faults', {
      operation,
      kind,
      times: options.times,
      after: options.after,
      delayMs: options.delay,
    });
  }
  const left = (await ask(context, options, 'GET', 'faults')) as Record<string, string | number>[];
  print(context, options, 'FaultList', left, () =>
    left.length === 0
      ? 'Nothing is set to go wrong.'
      : table(
          left,
          ['operation', 'kind', 'times', 'after', 'delayMs'].map((name) => ({
            title: name.toUpperCase(),
            of: (row) => String(row[name] ?? ''),
          })),
        ),
  );
}

async function ask(context: Context, place: Place, method: string, path: string, body?: unknown): Promise<unknown> {
  const address = place.sandbox ?? runningSandbox(context)?.sandbox ?? `http://127.0.0.1:${settingsFor(context).ports.sandbox}`;
  const response = await context
    .fetch(`${address}/_sandbox/${path}`, {
      method,
      signal: AbortSignal.timeout(10_000),
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    .catch(() => {
      throw new Failure('unreachable', `No sandbox answers at ${address}. Start one with: opssentinel dev`);
    });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const says = (answer as { error?: unknown } | undefined)?.error;
  throw new Failure(
    response.status === 404 ? 'notFound' : 'usage',
    typeof says === 'string' ? says : `the sandbox answered ${response.status}: ${JSON.stringify(answer)}`,
  );
}

async function startAlone(context: Context, webhookUrl: string): Promise<void> {
  const { ports, env } = settingsFor(context);
  const given = env['PAGERDUTY_WEBHOOK_SECRETS']?.split(',')[0]?.trim();
  const webhookSecret = given ?? randomBytes(32).toString('hex');
  await checkPorts([{ port: ports.sandbox, what: 'simulators', variable: 'OPSSENTINEL_SANDBOX_PORT' }]);
  const running = await start({ port: ports.sandbox, webhookUrl, webhookSecret });
  const put = (line: string): void => context.terminal.out(`${line}\n`);
  for (const line of stackHead('OpsSentinel simulators', coloursFor(context.terminal))) put(line);
  put(`  PagerDuty and AWS on ${running.address}; webhooks go to ${webhookUrl}`);
  put(
    given === undefined
      ? `  signed with the throw-away secret ${webhookSecret}: export PAGERDUTY_WEBHOOK_SECRETS=${webhookSecret}`
      : '  signed with the first of PAGERDUTY_WEBHOOK_SECRETS',
  );
  try {
    await untilInterrupted(context);
  } finally {
    await running.close();
  }
}
