import type { Command } from 'commander';
import type { Pinnable } from '../../integrations/contract/pin.js';
import type { AnyPins } from '../../integrations/contract/registry.js';
import { connectCall, vendorWords } from '../connect/arrival.js';
import { simulatedEnvironment } from '../connected-installation.js';
import { type Context, type OutputOptions, print, runningSandbox } from '../context.js';
import { readEnvironment } from '../environment.js';
import { Failure } from '../failure.js';
import { installation } from '../installation.js';
import type { Colours } from '../output.js';

/** The integration whose pins these are. */
const integration = 'mcp';

/** `mcp pin`: what a runbook pins of an MCP server, shown before it is approved. */
export function addMcp(program: Command, context: Context): void {
  program
    .command('mcp')
    .description('tools of MCP servers')
    .command('pin')
    .description(
      "the SHA-256 of a tool's definition, to put into a runbook, and the definition itself to read before; without a tool, of all of them",
    )
    .argument('<server>', 'its name in MCP_SERVERS')
    .argument('[tool]', 'name of the tool')
    .action((server: string, tool: string | undefined, options: OutputOptions) => pin(context, server, tool, options));
}

async function pin(context: Context, server: string, tool: string | undefined, options: OutputOptions): Promise<void> {
  const pins = await pinsOf(context);
  const found = await read(context, pins, server, tool);
  print(
    context,
    options,
    'ToolPin',
    found.map((one) => ({ server, ...one })),
    (colours) => {
      const [only] = found;
      if (tool !== undefined && only) return shown(server, only, colours);
      if (found.length === 0) return `${server} offers no tools`;
      const width = Math.max(...found.map(({ name }) => name.length));
      return found.map(({ name, sha256, says }) => `${name.padEnd(width)}  ${sha256}  ${short(says)}`).join('\n');
    },
  );
}

async function read(context: Context, pins: AnyPins, server: string, tool: string | undefined): Promise<Pinnable[]> {
  try {
    return await pins.read(pins.with(connectCall(context)), server, tool);
  } catch (error) {
    throw vendorWords(error);
  }
}

/** The servers of the environment; where it names none, those of the running sandbox. */
async function pinsOf(context: Context): Promise<AnyPins> {
  const own = installation(readEnvironment(context.env).settings.env);
  const [wrong] = own.problems.filter((line) => line.startsWith('MCP_SERVERS'));
  if (wrong !== undefined) throw new Failure('usage', wrong);
  const found = own.registry.integrations.get(integration);
  if (found?.pins === undefined) throw new Failure('notFound', 'This installation has no MCP servers');
  const sandbox = found.connected ? undefined : runningSandbox(context);
  if (sandbox === undefined) return found.pins;
  const simulated = installation(await simulatedEnvironment(context, sandbox));
  return simulated.registry.integrations.get(integration)?.pins ?? found.pins;
}

/** What a person reads before pinning it, and the lines to paste. */
function shown(server: string, { name, sha256, says, definition }: Pinnable, colours: Colours): string {
  return [
    `${colours.bold(name)} of ${server}`,
    says || '(it has no description)',
    visible(JSON.stringify(definition, null, 2)),
    '',
    '# in a runbook that uses mcp.call-tool:',
    'with:',
    `  server: ${server}`,
    `  tool: ${name}`,
    `  sha256: ${sha256}`,
  ].join('\n');
}

/** A server's text must not move a terminal's cursor, nor hide behind marks of direction: such characters are shown as escapes. */
const visible = (json: string): string =>
  json.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, (mark) =>
    mark === '\n' ? mark : `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
