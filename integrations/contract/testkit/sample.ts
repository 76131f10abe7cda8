import type { z } from 'zod';
import type { JsonObject } from '../../../domain/json.js';
import type { Target } from '../../../domain/target.js';
import type { ActionDefinition } from '../action.js';
import type { CallWith, Place } from '../call.js';
import type { TestSandbox } from './sandbox.js';

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
  /** What a runbook would write for it, where that is not `params`. */
  writes?: JsonObject;
}

/** As the sample of a target's `around` is named. */
export const aroundOf = (type: string): string => `${type}: around`;

interface CallSample<Client, Answer> {
  /** Id of the check, calendar, witness, source, follower or channel, the target's type, or `aroundOf` it. */
  of: string;
  /** The request that meets the faults, as the sandbox's calls list names it. */
  operation: string;
  place?: Place;
  /** Makes ready what the call is about. What it gives, `run` is handed: an id that the simulator chose. */
  given?: (sandbox: TestSandbox) => Promise<string>;
  run: (call: CallWith<Client>, given: string) => Promise<Answer>;
}

/** One use of a check, calendar, target, witness or source: it only reads. */
export type ReadSample<Client = Opaque> = CallSample<Client, unknown>;

/** One use of a follower or channel: it tells somebody, and leaves a line in the sandbox's effects. */
export interface TellSample<Client = Opaque> extends CallSample<Client, void> {
  /** How many there are where it tells, if the simulator writes no effects of it. */
  stands?: (sandbox: TestSandbox) => Promise<number>;
  /** What telling it again leaves after a lost answer. `again`: the vendor cannot tell a repeat, and neither can be asked. Default `once`. */
  repeated?: 'once' | 'again';
}

/**
 * What `testkit/samples.ts` of every vendor exports as `samples`: one use of each thing that makes a call, so that the suite can have
 * all of them meet every fault. The suite fails while one is missing.
 */
export interface VendorSamples<Config = Opaque, Client = Opaque> {
  /** Connects with what the variables say, and a deadline per request in milliseconds that a test can wait for. */
  connect: (config: Config, deadlineMs: number) => Client;
  /** Beside what the simulator's own environment sets: tokens that the simulator does not ask for, switches of followers. */
  environment?: Readonly<Record<string, string>>;
  /** Declared variables that no schema of this folder reads, because the vendor's own SDK does. */
  readBySdk?: readonly string[];
  actions?: readonly ActionSample<Client>[];
  reads?: readonly ReadSample<Client>[];
  tells?: readonly TellSample<Client>[];
}
