import type { ActionDefinition } from './action.js';
import type { Call, CallWith } from './call.js';
import type { CalendarDefinition } from './calendar.js';
import type { ChannelDefinition } from './channel.js';
import type { CheckDefinition, TargetDefinition, WitnessDefinition } from './check.js';
import type { FollowerDefinition } from './follower.js';
import type { PinDefinition } from './pin.js';
import type { RightsDefinition, RightsReader } from './rights.js';
import type { SetupDefinition } from './setup.js';
import type { BodyReader, SourceDefinition } from './source.js';

// oxlint-disable-next-line typescript/no-explicit-any
type Opaque = any;

/** A plug-in with the client that its integration connected; `with` joins the client to a call. */
export type Bound<Definition> = Definition & { integration: string; with: (call: Call) => CallWith<Opaque> };

export type AnyAction = Bound<ActionDefinition<Opaque, Opaque>>;
export type AnyCheck = Bound<CheckDefinition<Opaque, Opaque>>;
export type AnyCalendar = Bound<CalendarDefinition<Opaque, Opaque>>;
export type AnyTarget = Bound<TargetDefinition<Opaque>>;
export type AnyWitness = Bound<WitnessDefinition<Opaque>>;
export type AnyChannel = Bound<ChannelDefinition<Opaque>>;
export type AnySource = Bound<SourceDefinition<Opaque>>;
export type AnySetup = Bound<SetupDefinition<Opaque>>;
export type AnyRightsReader = Bound<RightsReader<Opaque>>;
export type AnyPins = Bound<PinDefinition<Opaque>>;
export type AnyFollower = Bound<FollowerDefinition<Opaque>>;

/**
 * Everything that is installed, by id. `with` of an integration that is not connected throws a VendorError `forbidden`
 * that names the missing variables; the catalogue itself is always complete, so that rules can be checked offline.
 */
export interface Registry {
  integrations: ReadonlyMap<
    string,
    {
      id: string;
      summary: string;
      connected: boolean;
      setup?: AnySetup;
      pins?: AnyPins;
      rights?: RightsDefinition;
      rightsReader?: AnyRightsReader;
      traces?: (incident: string) => Readonly<Record<string, string>>;
    }
  >;
  sources: ReadonlyMap<string, AnySource>;
  actions: ReadonlyMap<string, AnyAction>;
  checks: ReadonlyMap<string, AnyCheck>;
  targets: ReadonlyMap<string, AnyTarget>;
  calendars: ReadonlyMap<string, AnyCalendar>;
  witnesses: readonly AnyWitness[];
  channels: readonly AnyChannel[];
  followers: readonly AnyFollower[];
  bodies: readonly BodyReader[];
}
