import { type Command, InvalidArgumentError, Option } from 'commander';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnySetup } from '../../integrations/contract/registry.js';
import type { SetupWish } from '../../integrations/contract/setup.js';
import { connectCall, type Door, proveArrival, vendorWords } from '../connect/arrival.js';
import { keepSecret, readSecret } from '../connect/secret-file.js';
import { simulatedEnvironment } from '../connected-installation.js';
import { type Context, type OutputOptions, print, runningSandbox, say } from '../context.js';
import { readEnvironment } from '../environment.js';
import { Failure } from '../failure.js';
import { installation } from '../installation.js';

interface Options extends OutputOptions {
  url?: string;
  service?: string;
  team?: string;
  secretFile?: string;
  printSecret?: boolean;
  again?: boolean;
  check?: string;
  wait: number;
  metrics?: string;
  dryRun?: boolean;
  terraform?: boolean;
}

/** `connect <integration>`: has an outside system send to this installation, and proves that it arrives. */
export function addConnect(program: Command, context: Context): void {
  program
    .command('connect')
    .description('have an outside system send its webhooks here, and prove that they arrive')
    .argument('<integration>', 'e.g. pagerduty; a wrong one lists those that there are')
    .option(
      '--url <url>',
      'address of the API as that system reaches it; default: OPSSENTINEL_PUBLIC_URL, or the sandbox of this checkout',
    )
    .addOption(new Option('--service <id>', 'send for this service alone').conflicts('team'))
    .option('--team <id>', 'send for this team alone')
    .option('--secret-file <path>', 'write the signing secret into this new file, readable by you alone')
    .option('--print-secret', 'write the secret to stdout')
    .option('--again', 'make another one although one sends here already')
    .option('--check <id>', 'make nothing: only prove that this subscription arrives; reads --secret-file')
    .option('--wait <seconds>', 'how long to wait until the API takes the secret; 0: not at all', parseSeconds, 120)
    .option('--metrics <url>', "address of the API's metrics: there the arrival of the test is counted")
    .option('--dry-run', 'say what would be done')
    .addOption(new Option('--terraform', 'print the same as Terraform instead').conflicts('dryRun'))
    .action((integration: string, options: Options) => connect(context, integration, options));
}

function parseSeconds(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write whole seconds, 0 or more.');
}

async function connect(context: Context, integration: string, options: Options): Promise<void> {
  const setup = await setupOf(context, integration);
  const wish = wishOf(context, setup, options);
  if (options.terraform === true) return printTerraform(context, options, setup, wish);
  if (options.dryRun === true) {
    const lines = setup.plan(wish);
    return print(context, options, 'ConnectionPlan', [{ integration, ...wish, does: lines }], () => lines.join('\n'));
  }
  const { id, secret, kept } = await subscription(context, setup, wish, options);
  const door: Door = { context, setup, url: wish.url, id, secret, metrics: options.metrics ?? runningSandbox(context)?.metrics };
  const arrival =
    options.wait === 0 ? 'not waited for' : await proveArrival(door, options.wait, howToGoOn(integration, wish.url, id, options));
  const shown = options.printSecret === true ? { secret } : {};
  print(context, options, 'Connection', [{ integration, id, url: wish.url, ...kept, ...shown, arrival }], (colours) =>
    [
      `${colours.green('connected')}  ${integration}: ${id} sends to ${wish.url}; ${arrival}`,
      ...(kept.secretFile === undefined ? [] : [`secret     in ${kept.secretFile}`]),
      ...(options.printSecret === true ? [secret] : []),
    ].join('\n'),
  );
}

const howToGoOn = (integration: string, url: string, id: string, { secretFile }: Options): string =>
  secretFile === undefined
    ? `give the API the secret; to go on: opssentinel connect ${integration} --url ${url} --check ${id} --secret-file <file with it>`
    : `give the API the secret in ${secretFile} and restart it; to go on: opssentinel connect ${integration} --url ${url} --check ${id} --secret-file ${secretFile}`;

/** The one that is checked, or a new one. Where the secret goes is settled before it exists: it is never shown again. */
async function subscription(
  context: Context,
  setup: AnySetup,
  wish: SetupWish,
  { secretFile, printSecret, check }: Options,
): Promise<{ id: string; secret: string; kept: { secretFile?: string } }> {
  if (check !== undefined) {
    if (secretFile === undefined) throw new Failure('usage', '--check needs --secret-file: the file that holds the secret');
    return { id: check, secret: readSecret(secretFile, context.cwd), kept: {} };
  }
  if (secretFile === undefined && printSecret !== true)
    throw new Failure(
      'usage',
      'Where shall the signing secret go? It is shown this once: --secret-file <path>, or --print-secret',
    );
  const place = secretFile === undefined ? undefined : keepSecret(secretFile, context.cwd);
  try {
    const made = await setup.create(setup.with(connectCall(context)), wish);
    place?.write(made.secret);
    if (place) say(context, `The secret is in ${secretFile}: ${made.variable}_FILE=${place.path}, or add it to ${made.variable}`);
    return { id: made.id, secret: made.secret, kept: secretFile === undefined ? {} : { secretFile } };
  } catch (error) {
    place?.discard();
    throw vendorWords(error);
  }
}

/** From the environment; without credentials there, as the running sandbox's simulator. */
async function setupOf(context: Context, integration: string): Promise<AnySetup> {
  const own = installation(readEnvironment(context.env).settings.env).registry.integrations;
  const found = own.get(integration);
  if (found?.setup === undefined) {
    const known = [...own.values()].filter(({ setup }) => setup !== undefined).map(({ id }) => id);
    throw new Failure('notFound', `There is nothing to connect for ${integration}; there is: ${known.join(', ')}`);
  }
  const sandbox = found.connected ? undefined : runningSandbox(context);
  if (sandbox === undefined) return found.setup;
  const simulated = installation(await simulatedEnvironment(context, sandbox));
  return simulated.registry.integrations.get(integration)?.setup ?? found.setup;
}

function wishOf(context: Context, setup: AnySetup, { url, service, team, again }: Options): SetupWish {
  const base = url ?? context.env['OPSSENTINEL_PUBLIC_URL'] ?? runningSandbox(context)?.api;
  if (base === undefined || !URL.canParse(base))
    throw new Failure(
      'usage',
      'Under which address is the API reached from outside? --url https://<your host>, or OPSSENTINEL_PUBLIC_URL',
    );
  const at = new URL(base);
  const local = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(at.hostname);
  if (at.protocol !== 'https:' && !local) throw new Failure('usage', `${base} is not https: no webhook is sent there`);
  if (at.pathname === '/') at.pathname = setup.path;
  const scope = service === undefined ? undefined : ({ kind: 'service', id: service } as const);
  const ofTeam = team === undefined ? undefined : ({ kind: 'team', id: team } as const);
  return { url: at.toString(), scope: scope ?? ofTeam ?? { kind: 'account' }, again: again === true };
}

/** One document that Terraform takes as it stands; the variables of this wish as comments for a terraform.tfvars. */
function printTerraform(context: Context, options: Options, setup: AnySetup, wish: SetupWish): void {
  const { folder, variables } = setup.terraform;
  const place = join(context.paths.root, folder);
  if (!existsSync(place)) throw new Failure('notFound', `The installation lacks ${folder}`);
  const names = readdirSync(place).filter((name) => name.endsWith('.tf'));
  const files = names.sort().map((name) => ({ name, content: readFileSync(join(place, name), 'utf8') }));
  const set = variables(wish);
  const written = Object.entries(set).map(([name, value]) => `#   ${name} = ${JSON.stringify(value)}`);
  print(context, options, 'Terraform', [{ folder, variables: set, files }], () =>
    [`# terraform.tfvars:`, ...written, '', ...files.map(({ name, content }) => `# ${folder}/${name}\n${content}`)]
      .join('\n')
      .trimEnd(),
  );
}
