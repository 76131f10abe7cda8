import { createHash } from 'node:crypto';
import type { Catalogue } from '../domain/catalogue.js';
import { catalogueOf } from '../integrations/catalogue.js';
import type { Registry } from '../integrations/contract/registry.js';
import { createRegistry } from '../integrations/registry.js';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Rules as they are checked anywhere: offline, with the complete catalogue. */
export interface LoadedInstallation {
  registry: Registry;
  catalogue: Catalogue;
  /** Wrongly set variables of integrations. */
  problems: string[];
}

export function installation(env: Readonly<Record<string, string | undefined>>): LoadedInstallation {
  const { registry, problems } = createRegistry(env);
  return { registry, catalogue: catalogueOf(registry), problems };
}
