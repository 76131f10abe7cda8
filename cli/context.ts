import { type ApiClient, createApiClient } from '../api/client.js';
import { type Environment, readEnvironment, type Settings } from './environment.js';
import { Failure } from './failure.js';
import { type Colours, coloursFor, envelope, type Terminal } from './output.js';
import type { Paths } from './paths.js';
import { readSandboxFile, type SandboxFile } from './sandbox-file.js';

/** What every command is given. */
export interface Context {
  terminal: Terminal;
  env: Environment;
  cwd: string;
  paths: Paths;
  /** Fires on Ctrl-C and on SIGTERM. */
  interrupted: AbortSignal;
  fetch: typeof fetch;
}

export interface OutputOptions {
  output: 'text' | 'json';
}

/** Prints data: an envelope for scripts, or the text that `write` makes for people. */
export function print(
  context: Context,
  options: OutputOptions,
  kind: string,
  items: readonly unknown[],
  write: (colours: Colours) => string,
): void {
  const text = options.output === 'json' ? JSON.stringify(envelope(kind, items)) : write(coloursFor(context.terminal));
  context.terminal.out(`${text}\n`);
}

/** Says something that is not data. */
export const say = (context: Context, line: string): void => context.terminal.err(`${line}\n`);

/** The settings, or one Failure with everything that is wrong or missing. */
export function settingsFor(context: Context): Settings {
  const { settings, problems } = readEnvironment(context.env);
  if (problems.length > 0) throw configurationFailure(problems);
  return settings;
}

export function configurationFailure(problems: readonly string[]): Failure {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new Failure(
    'usage',
    `${count} in the configuration; nothing was started\n${problems.map((line) => `  - ${line}`).join('\n')}`,
  );
}

/** The sandbox that runs in this checkout, if one does. */
export const runningSandbox = (context: Context): SandboxFile | undefined => readSandboxFile(context.paths.sandboxFile);

/** Which API, and as whom. */
export interface ApiPlace {
  url: string;
  token: string | undefined;
  from: 'OPSSENTINEL_URL' | 'sandbox';
}

/** OPSSENTINEL_URL, else the sandbox of this checkout. `needs` picks among the sandbox's tokens. */
export function findApi(context: Context, needs: keyof SandboxFile['tokens']): ApiPlace | undefined {
  const { settings, problems } = readEnvironment(context.env);
  const wrong = problems.filter((line) => /^OPSSENTINEL_(URL|TOKEN)/.test(line));
  if (wrong.length > 0) throw configurationFailure(wrong);
  if (settings.client.url !== undefined) return { ...settings.client, url: settings.client.url, from: 'OPSSENTINEL_URL' };
  const sandbox = runningSandbox(context);
  return sandbox === undefined
    ? undefined
    : { url: sandbox.api, token: settings.client.token ?? sandbox.tokens[needs], from: 'sandbox' };
}

/** A client for it. Throws Failure when there is neither address nor sandbox. */
export function apiClient(context: Context, needs: keyof SandboxFile['tokens'], timeoutMs?: number): ApiClient {
  const place = findApi(context, needs);
  if (place === undefined) {
    throw new Failure(
      'usage',
      'Which API? Set OPSSENTINEL_URL (and OPSSENTINEL_TOKEN), or start a sandbox here with: opssentinel dev',
    );
  }
  return createApiClient({
    url: place.url,
    token: place.token,
    fetch: context.fetch,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

/** Settles on Ctrl-C or SIGTERM. */
export function untilInterrupted(context: Context): Promise<void> {
  if (context.interrupted.aborted) return Promise.resolve();
  return new Promise((resolve) => context.interrupted.addEventListener('abort', () => resolve(), { once: true }));
}
