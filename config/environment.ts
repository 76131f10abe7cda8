import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseDuration } from '../domain/duration.js';
import { type Environment, redact, resolveFiles, unknownOwn } from './secrets.js';
import type { Variables } from '../domain/variable.js';
import { type VariableName, variables as own } from './variables.js';

export type { Environment } from './secrets.js';

const port = z.coerce
  .number({ error: 'must be a port number' })
  .int('must be a whole number')
  .min(0, 'must be 0 to 65535')
  .max(65_535, 'must be 0 to 65535');
const webAddress = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' });
const flag = z
  .enum(['true', 'false', '1', '0'], { error: 'must be true or false' })
  .transform((text) => text === 'true' || text === '1');

const shape = z.object({
  OPSSENTINEL_MODE: z.enum(['sandbox', 'live'], { error: 'must be sandbox or live' }),
  OPSSENTINEL_RULES: z.string(),
  OPSSENTINEL_HOST: z.string(),
  OPSSENTINEL_PORT: port,
  OPSSENTINEL_METRICS_PORT: port,
  OPSSENTINEL_WORKER_METRICS_PORT: port,
  OPSSENTINEL_SANDBOX_PORT: port,
  OPSSENTINEL_TEMPORAL_PORT: port,
  OPSSENTINEL_TEMPORAL_UI_PORT: port,
  OPSSENTINEL_API_TOKENS: z.string().optional(),
  OPSSENTINEL_TLS_CERT: z.string().optional(),
  OPSSENTINEL_TLS_KEY: z.string().optional(),
  OPSSENTINEL_PUBLIC_URL: webAddress.optional(),
  OPSSENTINEL_STOP_FILE: z.string(),
  OPSSENTINEL_WORKER_ROLES: z.string().transform((text, context) => {
    const named = text
      .split(',')
      .map((role) => role.trim())
      .filter((role) => role !== '');
    const wrong = named.filter((role) => !['run', 'decide', 'effect', 'tell'].includes(role));
    if (wrong.length > 0 || named.length === 0)
      context.addIssue(
        `must be some of run, decide, effect, tell, separated by commas${wrong.length > 0 ? `; not ${wrong.join(', ')}` : ''}`,
      );
    return named as WorkerRoleName[];
  }),
  OPSSENTINEL_OWN_PARTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    ),
  OPSSENTINEL_POLL: z
    .string()
    .default('')
    .transform((text, context) => {
      const parts = text.split(',').map((part) => part.trim().split('='));
      const named = parts.filter(([name]) => name !== '');
      const read = named.map(([name = '', every = '']) => [name, parseDuration(every)] as const);
      if (read.some(([, every]) => every === undefined || every < 10_000))
        context.addIssue('must be sources with how often, at least 10 s: pagerduty=60s');
      return Object.fromEntries(read.map(([name, every]) => [name, every ?? 60_000]));
    }),
  OPSSENTINEL_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error'], { error: 'must be debug, info, warn or error' }),
  OPSSENTINEL_URL: webAddress.optional(),
  OPSSENTINEL_TOKEN: z.string().optional(),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must look like postgres://user:password@host:5432/database' })
    .optional(),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}$/, 'must be host:port, without http://')
    .optional(),
  TEMPORAL_NAMESPACE: z.string(),
  TEMPORAL_API_KEY: z.string().optional(),
  TEMPORAL_TLS: flag,
  TEMPORAL_TLS_SERVER_NAME: z.string().optional(),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: z.string().optional(),
  TEMPORAL_TLS_CLIENT_CERT_PATH: z.string().optional(),
  TEMPORAL_TLS_CLIENT_KEY_PATH: z.string().optional(),
});

export type WorkerRoleName = 'run' | 'decide' | 'effect' | 'tell';

export interface TemporalSettings {
  /** `host:port`; undefined when nothing is configured. */
  address: string | undefined;
  namespace: string;
  apiKey: string | undefined;
  tls: boolean;
  serverName: string | undefined;
  /** Files. */
  caPath: string | undefined;
  certPath: string | undefined;
  keyPath: string | undefined;
}

/** What the product runs with. Holds secrets: show it through `describeEnvironment` only. */
export interface Settings {
  mode: 'sandbox' | 'live';
  rulesDir: string;
  host: string;
  ports: { api: number; metrics: number; workerMetrics: number; sandbox: number; temporal: number; temporalUi: number };
  temporal: TemporalSettings;
  databaseUrl: string | undefined;
  /** As it stands in the variable: `name:scope:sha256`, … */
  apiTokens: string | undefined;
  /** Where people reach the console; for links. */
  publicUrl: string;
  stopFile: string;
  workerRoles: WorkerRoleName[];
  /** Ids or patterns of what we ourselves run on. */
  ownParts: string[];
  /** Sources that a worker asks, by id. Milliseconds. */
  polls: Record<string, number>;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** For the command line as a client. */
  client: { url: string | undefined; token: string | undefined };
  /** Every variable with its `_FILE` resolved: what the integrations parse theirs from. */
  env: Record<string, string>;
}

export interface ReadOptions {
  /** What is about to start; it decides what may not be missing. */
  starting?: 'serve' | 'worker';
  /** Every variable that there is, those of the integrations included; by default the product's own alone. */
  variables?: Variables;
  readFile?: (path: string) => string;
}

/** Reads everything and throws nothing: what is wrong or missing comes back as one list of plain sentences. */
export function readEnvironment(env: Environment, options: ReadOptions = {}): { settings: Settings; problems: string[] } {
  const variables: Variables = options.variables ?? own;
  const files = resolveFiles(env, variables, options.readFile ?? ((path) => readFileSync(path, 'utf8')));
  const problems = [
    ...files.problems,
    ...unknownOwn(env, variables).map((name) => `${name}: no such variable${suggestion(name, variables)}`),
  ];
  const given: Record<string, string> = {};
  for (const [name, variable] of Object.entries(variables)) {
    const value = files.values[name] ?? variable.default;
    if (value !== undefined) given[name] = value;
  }
  const parsed = shape.safeParse(given);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      problems.push(`${name}: ${issue.message}`);
      // Fall back to the default so that everything else is still checked and shown.
      const standard = variables[name]?.default;
      if (standard === undefined) delete given[name];
      else given[name] = standard;
    }
  }
  const settings = toSettings(parsed.success ? parsed.data : shape.parse(given), files.values);
  problems.push(...missing(settings, options.starting), ...mixedUp(settings, variables));
  return { settings, problems };
}

function toSettings(value: z.infer<typeof shape>, env: Record<string, string>): Settings {
  return {
    mode: value.OPSSENTINEL_MODE,
    rulesDir: value.OPSSENTINEL_RULES,
    host: value.OPSSENTINEL_HOST,
    ports: {
      api: value.OPSSENTINEL_PORT,
      metrics: value.OPSSENTINEL_METRICS_PORT,
      workerMetrics: value.OPSSENTINEL_WORKER_METRICS_PORT,
      sandbox: value.OPSSENTINEL_SANDBOX_PORT,
      temporal: value.OPSSENTINEL_TEMPORAL_PORT,
      temporalUi: value.OPSSENTINEL_TEMPORAL_UI_PORT,
    },
    temporal: {
      address: value.TEMPORAL_ADDRESS,
      namespace: value.TEMPORAL_NAMESPACE,
      apiKey: value.TEMPORAL_API_KEY,
      tls: value.TEMPORAL_TLS || value.TEMPORAL_API_KEY !== undefined || value.TEMPORAL_TLS_CLIENT_CERT_PATH !== undefined,
      serverName: value.TEMPORAL_TLS_SERVER_NAME,
      caPath: value.TEMPORAL_TLS_SERVER_CA_CERT_PATH,
      certPath: value.TEMPORAL_TLS_CLIENT_CERT_PATH,
      keyPath: value.TEMPORAL_TLS_CLIENT_KEY_PATH,
    },
    databaseUrl: value.DATABASE_URL,
    apiTokens: value.OPSSENTINEL_API_TOKENS,
    publicUrl: (
      value.OPSSENTINEL_PUBLIC_URL ??
      `${value.OPSSENTINEL_TLS_CERT === undefined ? 'http' : 'https'}://localhost:${value.OPSSENTINEL_PORT}`
    ).replace(/\/$/, ''),
    stopFile: value.OPSSENTINEL_STOP_FILE,
    workerRoles: value.OPSSENTINEL_WORKER_ROLES,
    ownParts: value.OPSSENTINEL_OWN_PARTS,
    polls: value.OPSSENTINEL_POLL,
    logLevel: value.OPSSENTINEL_LOG_LEVEL,
    client: { url: value.OPSSENTINEL_URL?.replace(/\/$/, ''), token: value.OPSSENTINEL_TOKEN },
    env,
  };
}

/** What a start cannot do without. The sandbox brings all of it itself. */
function missing(settings: Settings, starting: ReadOptions['starting']): string[] {
  if (starting === undefined) return [];
  const lacks: [VariableName, boolean][] = [
    ['TEMPORAL_ADDRESS', settings.temporal.address === undefined],
    ['DATABASE_URL', settings.databaseUrl === undefined],
    ['OPSSENTINEL_API_TOKENS', starting === 'serve' && settings.apiTokens === undefined],
  ];
  return lacks.filter(([, lacking]) => lacking).map(([name]) => `${name}: is missing. ${own[name].says}`);
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Live never speaks to a simulator by accident. */
function mixedUp(settings: Settings, variables: Variables): string[] {
  const problems: string[] = [];
  const { certPath, keyPath } = settings.temporal;
  if ((certPath === undefined) !== (keyPath === undefined)) {
    problems.push(
      'TEMPORAL_TLS_CLIENT_CERT_PATH: certificate and TEMPORAL_TLS_CLIENT_KEY_PATH belong together; set both or none',
    );
  }
  const { OPSSENTINEL_TLS_CERT: ownCert, OPSSENTINEL_TLS_KEY: ownKey } = settings.env;
  if ((ownCert === undefined) !== (ownKey === undefined))
    problems.push('OPSSENTINEL_TLS_CERT: certificate and OPSSENTINEL_TLS_KEY belong together; set both or none');
  if (settings.mode !== 'live') return problems;
  for (const [name, { neverLocal }] of Object.entries(variables)) {
    const value = neverLocal ? settings.env[name] : undefined;
    if (value === undefined || !URL.canParse(value) || !loopback.test(new URL(value).hostname)) continue;
    problems.push(
      `${name}: ${value} is this machine, which is what the sandbox uses; live never speaks to a simulator. Unset it`,
    );
  }
  return problems;
}

function suggestion(name: string, variables: Variables): string {
  const near = Object.keys(variables).find((known) => known.startsWith('OPSSENTINEL_') && closeTo(known, name));
  return near === undefined ? '; unset it, or see `opssentinel doctor` for those that exist' : `; did you mean ${near}?`;
}

/** One slip: a letter too many, too few or wrong, or a singular for a plural. */
function closeTo(known: string, name: string): boolean {
  if (Math.abs(known.length - name.length) > 2) return false;
  let start = 0;
  while (start < known.length && known[start] === name[start]) start++;
  let end = 0;
  while (end < known.length - start && end < name.length - start && known.at(-1 - end) === name.at(-1 - end)) end++;
  return Math.max(known.length, name.length) - start - end <= 2;
}

export interface DescribedVariable {
  name: string;
  says: string;
  /** Redacted; undefined when neither set nor defaulted. */
  value: string | undefined;
  from: 'environment' | 'file' | 'default' | 'unset';
}

/** The effective configuration as it may be shown. */
export function describeEnvironment(env: Environment, settings: Settings, variables: Variables = own): DescribedVariable[] {
  return Object.entries(variables).map(([name, variable]) => {
    const value = settings.env[name];
    if (value === undefined)
      return { name, says: variable.says, value: variable.default, from: variable.default === undefined ? 'unset' : 'default' };
    return { name, says: variable.says, value: redact(name, value, variables), from: env[name] ? 'environment' : 'file' };
  });
}
