import type { JsonObject } from '../../domain/json.js';
import type { CallWith } from './call.js';

/** Something outside that a runbook names by a hash of what it is. */
export interface Pinnable {
  name: string;
  /** Lower-case hex. */
  sha256: string;
  /** Its owner's description, on one line and bounded: shown, never interpreted. */
  says: string;
  /** The rest of what the hash stands for. */
  definition: JsonObject;
}

/** What `opssentinel <integration> pin` shows, so that people see what they approve. */
export interface PinDefinition<Client> {
  summary: string;
  permissions: readonly string[];
  /** All that there is at this place, or the one of this name. Throws VendorError `absent`. */
  read: (call: CallWith<Client>, place: string, name?: string) => Promise<Pinnable[]>;
}
