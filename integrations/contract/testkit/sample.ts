import type { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { Target } from '../../../domain/target.js';
import type { ActionDefinition } from '../action.js';

// oxlint-disable-next-line typescript/no-explicit-any
type Opaque = any;

/** What a vendor gives so that its action can run through the suite: one real use of it against its simulator. */
export interface ActionSample<Client = Opaque> {
  action: ActionDefinition<Client, z.ZodType<Opaque>>;
  /** Connects to the sandbox at this address, with a short request deadline: some faults never answer. */
  connect: (address: string) => Client;
  params: JsonObject;
  target: Target;
  /** The write, as the sandbox's calls list names it. */
  operation: string;
}
