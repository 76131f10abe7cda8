import type { CallWith } from './call.js';

/** What somebody wants to be sent, and where to. */
export interface SetupWish {
  /** Our door as the vendor reaches it, with its path. */
  url: string;
  /** For everything, or for one service or team by the vendor's id. */
  scope: { kind: 'account' } | { kind: 'service' | 'team'; id: string };
  /** Although something is sent there already. */
  again: boolean;
}

/** What `opssentinel connect <integration>` does: has the vendor send to our door, and proves that it arrives. */
export interface SetupDefinition<Client> {
  summary: string;
  permissions: readonly string[];
  /** Our door's path. */
  path: string;
  /** What `create` would do, a line each. Pure. */
  plan: (wish: SetupWish) => string[];
  /** Throws VendorError `conflict` when something is sent there already. The secret is shown by this call and never again. */
  create: (call: CallWith<Client>, wish: SetupWish) => Promise<{ id: string; secret: string; variable: string }>;
  /** Sends our door what the vendor's own test would be, proven by the secret. Costs the vendor's patience nothing, however often. */
  knock: (call: CallWith<Client>, url: string, secret: string) => Promise<{ open: boolean; says: string }>;
  /** Asks the vendor to send its test. */
  ping: (call: CallWith<Client>, id: string) => Promise<void>;
  /** Whether the vendor still sends. */
  state: (call: CallWith<Client>, id: string) => Promise<{ well: boolean; says: string }>;
  /** The same as Terraform: its folder, and the variables that this wish sets. */
  terraform: { folder: string; variables: (wish: SetupWish) => Record<string, string> };
}
