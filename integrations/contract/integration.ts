import type { z } from 'zod';
import type { ActionDefinition } from './action.js';
import type { ChannelDefinition } from './channel.js';
import type { CheckDefinition, TargetDefinition, WitnessDefinition } from './check.js';
import type { BodyReader, SourceDefinition } from './source.js';

// A registry holds many vendors side by side: what is typed inside a vendor's file is opaque outside it.
// oxlint-disable-next-line typescript/no-explicit-any
type Opaque = any;

/** A vendor's folder, as the rest of the product sees it. */
export interface IntegrationDefinition<Config = Opaque, Client = Opaque> {
  id: string;
  summary: string;
  /**
   * Environment to config. `undefined` when nothing of it is set (not connected);
   * an error listing every wrong variable when it is set wrongly.
   */
  config: z.ZodType<Config | undefined>;
  connect: (config: Config) => Client;
  /** Names of the variables that connect it, for people: what the error of an unconnected integration tells them to set. */
  variables?: readonly string[];
  sources?: readonly SourceDefinition<Client, Opaque>[];
  bodies?: readonly BodyReader[];
  witnesses?: readonly WitnessDefinition<Client>[];
  targets?: readonly TargetDefinition<Client>[];
  actions?: readonly ActionDefinition<Client, Opaque>[];
  checks?: readonly CheckDefinition<Client, Opaque>[];
  channels?: readonly ChannelDefinition<Client>[];
}

export const defineIntegration = <Config, Client>(
  definition: IntegrationDefinition<Config, Client>,
): IntegrationDefinition<Config, Client> => definition;
