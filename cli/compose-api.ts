import { Client, Connection } from '@temporalio/client';
import { type RunningApi, start as startApi } from '../api/start.js';
import { parseTokens } from '../api/tokens.js';
import { variables as own } from '../config/variables.js';
import { doorVariables } from '../integrations/doors.js';
import type { Settings } from './environment.js';
import type { Ledger } from '../ledger/port.js';
import { type Composed, type ComposeOptions, openParts, temporalAway } from './compose-parts.js';
import { prepareNamespace } from './local/namespace.js';
import { createRulesDoor } from './rules-door.js';
import { temporalAddress } from './temporal-connection.js';

const doors = doorVariables();

/**
 * What of the environment reaches the API: what the product itself and the webhook doors read. No credential of any vendor is among it:
 * the API decides nothing and changes nothing outside.
 */
export const withoutPowers = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => Object.hasOwn(own, name) || doors.has(name)));

export interface ComposedApi extends Composed {
  api: RunningApi;
  ledger: Ledger;
}

/** The API with everything it needs: ledger, Temporal, rules, webhook secrets and tokens. Rejects with one list of what is wrong. */
export async function composeApi(
  settings: Settings,
  options: ComposeOptions & { temporalUi?: string | undefined },
): Promise<ComposedApi> {
  const { tokens, problems } = tokensOf(settings.apiTokens);
  const parts = await openParts(settings, withoutPowers(settings.env), options, problems);
  let connection: Connection | undefined;
  try {
    connection = await connect(settings);
    await prepareNamespace(connection, { namespace: settings.temporal.namespace, mode: settings.mode });
    const api = await startApi({
      ledger: parts.ledger,
      temporal: new Client({ connection, namespace: settings.temporal.namespace }),
      registry: parts.registry,
      env: withoutPowers(settings.env),
      tokens,
      rules: createRulesDoor(parts.rules),
      host: settings.host,
      port: settings.ports.api,
      metricsPort: settings.ports.metrics,
      mode: settings.mode,
      temporalUi: options.temporalUi,
      version: options.version,
      log: options.log,
    });
    const held = connection;
    return {
      api,
      ledger: parts.ledger,
      run: new Promise(() => undefined),
      stop: async () => {
        await api.close();
        await held.close();
        await parts.close();
      },
    };
  } catch (error) {
    await connection?.close();
    await parts.close();
    throw error;
  }
}

/** The tokens, or what is wrong with OPSSENTINEL_API_TOKENS. */
export function tokensOf(text: string | undefined): { tokens: ReturnType<typeof parseTokens>; problems: string[] } {
  try {
    return { tokens: parseTokens(text), problems: [] };
  } catch (error) {
    return { tokens: parseTokens(undefined), problems: [error instanceof Error ? error.message : String(error)] };
  }
}

async function connect(settings: Settings): Promise<Connection> {
  try {
    return await Connection.connect({ ...temporalAddress(settings.temporal), connectTimeout: 5_000 });
  } catch (error) {
    throw temporalAway(settings, error);
  }
}
