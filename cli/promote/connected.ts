import { type Context, runningSandbox } from '../context.js';
import { readEnvironment } from '../environment.js';
import { installation, type LoadedInstallation } from '../installation.js';

/** The integrations as this shell connects them, or as the sandbox of this checkout says itself. */
export async function connectedInstallation(context: Context): Promise<LoadedInstallation> {
  const { settings } = readEnvironment(context.env);
  const sandbox = settings.client.url === undefined ? runningSandbox(context) : undefined;
  if (sandbox === undefined) return installation(settings.env);
  try {
    const answer = await context.fetch(`${sandbox.sandbox}/_sandbox/environment`, { signal: AbortSignal.timeout(2_000) });
    return installation((await answer.json()) as Record<string, string>);
  } catch {
    return installation({});
  }
}
