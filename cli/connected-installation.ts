import { type Context, runningSandbox } from './context.js';
import { readEnvironment } from './environment.js';
import { installation, type LoadedInstallation } from './installation.js';
import type { SandboxFile } from './sandbox-file.js';

/** What connects the integrations with a running sandbox: it says so itself. Rejects where it does not answer. */
export async function simulatedEnvironment(context: Context, { sandbox }: SandboxFile): Promise<Record<string, string>> {
  const answer = await context.fetch(`${sandbox}/_sandbox/environment`, { signal: AbortSignal.timeout(2_000) });
  return (await answer.json()) as Record<string, string>;
}

/** The integrations as this shell connects them, or as the sandbox of this checkout says itself. */
export async function connectedInstallation(context: Context): Promise<LoadedInstallation> {
  const { settings } = readEnvironment(context.env);
  const sandbox = settings.client.url === undefined ? runningSandbox(context) : undefined;
  return installation(sandbox === undefined ? settings.env : await simulatedEnvironment(context, sandbox).catch(() => ({})));
}
