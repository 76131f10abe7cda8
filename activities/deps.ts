import type { Guard } from '../domain/admission.js';
import type { Catalogue } from '../domain/catalogue.js';
import type { Hold } from '../domain/hold.js';
import type { Hash } from '../domain/json.js';
import type { Registry } from '../integrations/contract/registry.js';
import type { Ledger } from '../ledger/port.js';
import type { RuleSet } from '../rules/language/set.js';

/** Everything that the activities are given; nothing is reached for. */
export interface ActivityDeps {
  registry: Registry;
  catalogue: Catalogue;
  ledger: Ledger;
  /** The rules that are in force now. */
  rules: () => RuleSet;
  /** The rules of a hash, those in force before among them; `undefined`: they cannot be had any more. */
  rulesOf?: (hash: string) => Promise<RuleSet | undefined>;
  guards: readonly Guard[];
  hash: Hash;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Ids that are ourselves, at any source. */
  ourselves: readonly string[];
  /** Our own parts, as patterns of ids: `OPSSENTINEL_OWN_PARTS`. Never a target. */
  own: readonly string[];
  /** The switch that works with everything else gone: a file or a variable. Read right before every effect. */
  outOfBandStop: () => Promise<Hold | undefined>;
  /** Tells the run that owns an alert of another incident with the same alert. `false`: that run has ended, nobody is there. */
  tellJoined: (owner: string, incident: string) => Promise<boolean>;
  /** Where people look an incident up; `{id}` is replaced. */
  linkTo: (incident: string) => string;
}
