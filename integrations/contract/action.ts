import type { z } from 'zod';
import type { Adoption, EffectEnd } from '../../domain/effect.js';
import type { JsonObject } from '../../domain/json.js';
import type { Idempotency, Risk } from '../../domain/plan.js';
import type { Target } from '../../domain/target.js';
import type { CallWith } from './call.js';

/** What an action's start is handed beside its parameters. */
export interface Attempt {
  /** The attempt key, SHA-256 hex: must travel in every call that can carry it. */
  key: string;
  /** Epoch milliseconds: the vendor must not begin later than this. */
  startBy: number;
  /** What admission read and recorded. */
  preState: JsonObject;
}

/** Something that changes the world: guarded, permitted, and run at most once per attempt key. */
export interface ActionDefinition<Client, Params extends z.ZodType<JsonObject>> {
  id: string;
  /** One sentence for the reference. */
  summary: string;
  /** The floor: a runbook may raise it, never lower it. */
  risk: Risk;
  idempotency: Idempotency;
  /** The vendor's names of the rights that it needs. */
  permissions: readonly string[];
  params: Params;
  /** What a plan says it will do: `SSM Automation OpsSentinel-RestartInstance version 7`. */
  says: (params: z.infer<Params>) => string;
  /**
   * Read at admission and recorded; throws VendorError when what it finds forbids the effect
   * (a document whose content is not the pinned one).
   */
  preState: (call: CallWith<Client>, params: z.infer<Params>, target: Target) => Promise<JsonObject>;
  /** Exactly one vendor write. Throws VendorError; `ambiguous` means that it may have happened. */
  start: (call: CallWith<Client>, params: z.infer<Params>, attempt: Attempt) => Promise<{ ref: JsonObject; says: string }>;
  /** Polls until the effect has ended, with heartbeats. Absent where `start` is all there is. Throws only retryable VendorErrors. */
  wait?: (call: CallWith<Client>, ref: JsonObject) => Promise<EffectEnd>;
  /** One read-back by the attempt key. `certain: false` when the vendor cannot tell. */
  adopt: (call: CallWith<Client>, params: z.infer<Params>, attempt: Pick<Attempt, 'key'>) => Promise<Adoption>;
  undo: 'none' | { action: string; params: (preState: JsonObject) => JsonObject };
}

/** Gives an action its types; adds nothing at run time. */
export const defineAction =
  <Client>() =>
  <Params extends z.ZodType<JsonObject>>(definition: ActionDefinition<Client, Params>): ActionDefinition<Client, Params> =>
    definition;
