import { request as httpRequest } from 'node:http';
import { pino } from 'pino';
import type { AnySource } from '../../integrations/contract/registry.js';
import type { ApiDeps, ApiLimits, RulesDoor } from '../deps.js';
import type { RulesProblem } from '../shapes.js';
import { start, type RunningApi } from '../start.js';
import { scopes, tokenHash, parseTokens, type Scope } from '../tokens.js';
import { createMemoryLedger, type MemoryLedger } from './memory-ledger.js';
import { createMemoryTemporal, type MemoryTemporal } from './memory-temporal.js';
import { benchSource, doorPath, secret, sign } from './signed-source.js';

export interface Bench extends RunningApi {
  memory: MemoryLedger;
  temporal: MemoryTemporal;
  rules: { problems: RulesProblem[] };
  /** Everything that was logged. */
  logged: () => string;
  token: (scope: Scope) => string;
  get: (path: string, scope?: Scope, headers?: Record<string, string>) => Promise<Response>;
  send: (
    method: string,
    path: string,
    scope: Scope | undefined,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Response>;
  /** Delivers a webhook, signed unless told otherwise. */
  deliver: (body: Buffer | string, headers?: Record<string, string>) => Promise<Response>;
  metrics: () => Promise<string>;
}

const token = (scope: Scope): string => `token-of-${scope}-0123456789abcdef`;

/** The whole API over real HTTP, on free ports; ledger and Temporal in memory. */
export async function startBench(
  options: {
    limits?: Partial<ApiLimits>;
    mode?: 'sandbox' | 'live';
    env?: ApiDeps['env'];
    source?: AnySource;
    deps?: Partial<ApiDeps>;
  } = {},
): Promise<Bench> {
  const memory = createMemoryLedger();
  const temporal = createMemoryTemporal();
  const lines: string[] = [];
  const rules = { problems: [] as RulesProblem[] };
  const api = await start({
    ledger: memory.ledger,
    temporal: temporal.client,
    registry: { sources: new Map([['bench', options.source ?? benchSource]]) },
    env: options.env ?? { BENCH_SECRET: secret },
    tokens: parseTokens(scopes.map((scope) => `${scope}-person:${scope}:${tokenHash(token(scope))}`).join(',')),
    rules: rulesDoor(rules),
    host: '127.0.0.1',
    port: 0,
    metricsPort: 0,
    mode: options.mode ?? 'live',
    version: '0.0.0-test',
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...options.deps,
  });
  const send: Bench['send'] = (method, path, scope, body, headers = {}) =>
    fetch(api.address + path, {
      method,
      headers: {
        ...(scope === undefined ? {} : { authorization: `Bearer ${token(scope)}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    ...api,
    memory,
    temporal,
    rules,
    logged: () => lines.join(''),
    token,
    send,
    get: (path, scope, headers) => send('GET', path, scope, undefined, headers),
    deliver: (body, headers = {}) =>
      fetch(api.address + doorPath, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-proof': sign(body), ...headers },
        body: body as string,
      }),
    metrics: async () => (await fetch(`${api.metricsAddress}/metrics`)).text(),
  };
}

function rulesDoor(state: { problems: RulesProblem[] }): RulesDoor {
  const rule = {
    name: 'ec2-cpu-high',
    at: 'rules/ec2.yaml:5',
    mode: { '*': 'auto' },
    runbooks: ['restart-ec2-instance'],
    logicHash: 'aa',
    fileHash: 'bb',
  };
  return {
    current: () => ({
      hash: '9c41e07d00',
      from: 'rules/library',
      profile: 'sandbox',
      loadedAt: '2026-11-22T03:00:00.000Z',
      rules: [rule],
      problems: state.problems,
    }),
    freezes: () => [],
    reload: async () => state.problems,
  };
}

/** A request by Node's plain client, where fetch would refuse or tidy up what we want to send. Resolves to the status. */
export function plainRequest(
  address: string,
  options: { method: string; path: string; headers: Record<string, string | string[]>; chunks: Buffer[] },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      new URL(options.path, address),
      { method: options.method, headers: options.headers },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    outgoing.once('error', reject);
    for (const chunk of options.chunks) outgoing.write(chunk);
    outgoing.end();
  });
}
