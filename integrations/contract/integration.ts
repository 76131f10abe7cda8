import type { z } from 'zod';
import type { Variables } from '../../domain/variable.js';
import type { ActionDefinition } from './action.js';
import type { CalendarDefinition } from './calendar.js';
import type { ChannelDefinition } from './channel.js';
import type { CheckDefinition, TargetDefinition, WitnessDefinition } from './check.js';
import type { FollowerDefinition } from './follower.js';
import type { PinDefinition } from './pin.js';
import type { RightsDefinition, RightsReader } from './rights.js';
import type { SetupDefinition } from './setup.js';
import type { BodyReader, SourceDefinition } from './source.js';
import type { Unconfirmed } from './unconfirmed.js';

// A registry holds many vendors side by side: what is typed inside a vendor's file is opaque outside it.
// oxlint-disable-next-line typescript/no-explicit-any
type Opaque = any;

/** A vendor's folder, as the rest of the product sees it. */
export interface IntegrationDefinition<Config = Opaque, Client = Opaque> {
  id: string;
  summary: string;
  /** Every environment variable that anything in this folder reads. */
  variables: Variables;
  /** What somebody sets to connect it, for people: `PAGERDUTY_API_TOKEN and PAGERDUTY_FROM`. */
  connectBy: string;
  /**
   * Environment to config. `undefined` when nothing of it is set (not connected);
   * an error listing every wrong variable when it is set wrongly.
   */
  config: z.ZodType<Config | undefined>;
  connect: (config: Config) => Client;
  sources?: readonly SourceDefinition<Client>[];
  bodies?: readonly BodyReader[];
  witnesses?: readonly WitnessDefinition<Client>[];
  targets?: readonly TargetDefinition<Client>[];
  actions?: readonly ActionDefinition<Client, Opaque>[];
  checks?: readonly CheckDefinition<Client, Opaque>[];
  calendars?: readonly CalendarDefinition<Client, Opaque>[];
  channels?: readonly ChannelDefinition<Client>[];
  followers?: readonly FollowerDefinition<Client>[];
  /** What `opssentinel connect <id>` does. */
  setup?: SetupDefinition<Client>;
  /** What `opssentinel <id> pin` shows. */
  pins?: PinDefinition<Client>;
  /** By which names the vendor's own audit log has what we do for an incident: what evidence lists beside each effect. */
  traces?: (incident: string) => Readonly<Record<string, string>>;
  /** How the vendor is told what our roles may do: what `opssentinel iam` writes. */
  rights?: RightsDefinition;
  /** Reads what our roles may by now: what `rules promote` and `doctor` compare with. */
  rightsReader?: RightsReader<Client>;
  /** What `opssentinel doctor --live-checklist` has somebody try on a real account. */
  unconfirmed?: readonly Unconfirmed[];
}

export const defineIntegration = <Config, Client>(
  definition: IntegrationDefinition<Config, Client>,
): IntegrationDefinition<Config, Client> => definition;
