import { readEnvironment } from './environment.js';
import { duration } from '../domain/words.js';
import { configurationFailure, type Context, say } from './context.js';
import type { Colours } from './output.js';
import { resolveFrom } from './paths.js';
import type { SandboxFile } from './sandbox-file.js';
import type { StackOptions, StackPart } from './stack-ground.js';

const columns = 100;

/** The banner: nobody may take this for the real thing. */
export function stackHead(title: string, colours: Colours): string[] {
  const banner = 'SANDBOX: no real system is touched';
  return [`${colours.bold(title)}${' '.repeat(columns - title.length - banner.length)}${colours.yellow(banner)}`];
}

/** `  Temporal     dev server 1.32.0, from PATH                       ready  0.6 s` */
export function partLine({ name, says, ms }: StackPart): string {
  const right = `ready ${duration(ms).padStart(6)}`;
  const left = `  ${name.padEnd(12)} ${says}`;
  return left + ' '.repeat(Math.max(2, columns - left.length - right.length)) + right;
}

export function stackLooks(file: SandboxFile): string[] {
  const named = (address: string): string => address.replace('127.0.0.1', 'localhost');
  return [
    `Look   ${named(file.api).padEnd(32)} API (token: .opssentinel/sandbox.json)`,
    ...(file.temporalUi === '' ? [] : [`       ${named(file.temporalUi).padEnd(32)} Temporal Web UI`]),
    `       ${named(file.sandbox).padEnd(32)} simulators: alarms, effects, faults`,
    'Try    bin/opssentinel sandbox raise ec2-cpu-high      bin/opssentinel incident watch',
    '       bin/opssentinel rules explain Q0SBX0001         bin/opssentinel incident show Q0SBX0001',
    '       bin/opssentinel stop --reason "just looking"    bin/opssentinel doctor',
    'Ctrl-C ends everything that this command started.',
  ];
}

/** What `dev` and `demo` start: ports and rules by the environment. */
export function stackOptions(context: Context, put: (line: string) => void): StackOptions {
  const { settings, problems } = readEnvironment(context.env);
  const wrong = problems.filter((line) => line.startsWith('OPSSENTINEL_'));
  if (settings.mode === 'live')
    wrong.push('OPSSENTINEL_MODE: is live, and this command is the sandbox; unset it, or run: opssentinel serve');
  if (wrong.length > 0) throw configurationFailure(wrong);
  return {
    ports: settings.ports,
    paths: context.paths,
    rulesDir: resolveFrom(settings.rulesDir, context.cwd, context.paths.root),
    env: context.env,
    tell: (part) => put(partLine(part)),
    note: (line) => say(context, `               ${line}`),
  };
}
