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
