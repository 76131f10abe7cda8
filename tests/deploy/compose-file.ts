import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../support/root.js';

export interface Service {
  image: string;
  user?: string;
  command?: string[];
  build?: unknown;
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: (string | { source: string; target: string; read_only?: boolean })[];
  networks?: string[];
  ports?: string[];
  healthcheck?: { test: string[] };
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  privileged?: boolean;
  restart?: string;
  depends_on?: Record<string, { condition: string }>;
}

export interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, unknown>;
}

export const composeText = (): string => readFileSync(join(root, 'docker-compose.yml'), 'utf8');

/** With YAML's merge keys resolved, as Compose reads it. */
export const composeFile = (): Compose => parse(composeText(), { merge: true }) as Compose;

/** Every variable of `.env` that the file reads. */
export const interpolated = (): string[] =>
  [...new Set([...composeText().matchAll(/\$\{([A-Z0-9_]+)/g)].map(([, name]) => name ?? ''))].sort();

/**
 * What Compose makes of the file with this `.env`: the Compose Specification's "Interpolation", as far as it is used here
 * (`${A}`, `${A:-default}`, `${A:+replacement}`, `${A:?message}`). Throws Error with the message where a variable must be set and is not.
 */
export const composeWith = (env: Readonly<Record<string, string>>): Compose => filled(composeFile(), env) as Compose;

function filled(value: unknown, env: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return interpolate(value, env);
  if (Array.isArray(value)) return value.map((one) => filled(one, env));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, env)]));
}

const interpolate = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replace(/\$\{([A-Z0-9_]+)(?::([-+?])([^}]*))?\}/g, (_whole, name: string, how: string | undefined, word = '') => {
    const value = env[name] ?? '';
    if (how === '+') return value === '' ? '' : word;
    if (value !== '') return value;
    if (how === '?') throw new Error(`${name}: ${word}`);
    return word;
  });
