import type { z } from 'zod';
import type { Adoption, EffectEnd } from '../../domain/effect.js';
import type { JsonObject } from '../../domain/json.js';
import type { Idempotency, Mode, Risk } from '../../domain/plan.js';
import type { Target } from '../../domain/target.js';
import type { CallWith } from './call.js';
import type { Grant, GrantUse } from './grant.js';

/** What an action's start is handed beside its parameters. */
export interface Attempt {
  /** The attempt key, SHA-256 hex: must travel in every call that can carry it. */
  key: string;
  /** Epoch milliseconds: the vendor must not begin later than this. */
  startBy: number;
  /** What admission read and recorded. */
  preState: JsonObject;
}

/** What a runbook writes, where it says less than what exactly will be done. */
export interface Written {
  /** Schema of what a runbook may write: `add: 2`. */
  params: z.ZodType<JsonObject>;
  /**
   * To the exact parameters, from the target as it was just read: `from: 4, desired: 6`. Pure; asked again at admission, and a plan
   * whose parameters have changed is another plan. A sentence where the target does not allow it.
   */
  // What is typed in an action's own file is opaque outside it.
  // oxlint-disable-next-line typescript/no-explicit-any
  settle: (written: any, target: Target) => { ok: true; params: JsonObject } | { ok: false; because: string };
}

/** What can be seen to have been done to a target in a time, whoever did it. */
export interface Seen {
  /** `done`: the same. `other`: something else. `not done`: not the same, and nothing else that shows. `unknown`: it leaves no trace that can be read. */
  what: 'done' | 'other' | 'not done' | 'unknown';
  /** What was seen, in words. */
  says: string;
}

/** How an effect is put back, from what was recorded before it: by another action, which is admitted and run as any effect is. */
export interface UndoDefinition<Params> {
  /** Id of the action that puts it back; it must refuse, in `preState`, when the world is no longer as this effect left it. */
  action: string;
  /** Its exact parameters. Pure. */
  params: (preState: JsonObject, params: Params) => JsonObject;
  /** For people, in the future: `back to 4`. */
  says: (preState: JsonObject, params: Params) => string;
}

/** Something that changes the world: guarded, permitted, and run at most once per attempt key. */
export interface ActionDefinition<Client, Params extends z.ZodType<JsonObject>> {
  id: string;
  /** One sentence for the reference. */
  summary: string;
  /** The floor: a runbook may raise it, never lower it. */
  risk: Risk;
  /** Where the parameters decide it (a failover, a scale in): never below `risk`. */
  riskOf?: (params: z.infer<Params>) => Risk;
  /** The most that any rule may be with it; default `auto`. */
  ceiling?: Mode;
  idempotency: Idempotency;
  /** The vendor's names of the rights that it needs. */
  permissions: readonly string[];
  /** The same as statements, narrowed to what one runbook's use of it needs; without it, nothing can be generated. */
  grants?: (use: GrantUse) => Grant[];
  /** The exact parameters: what the plan pins, the permit holds and the vendor is sent. */
  params: Params;
  /** What a runbook writes, where that is something else. */
  written?: Written;
  /** What it loses or leaves behind, in a sentence for whoever approves: `loses instance-store data`. */
  warns?: (params: z.infer<Params>) => string | undefined;
  /** What a plan says it will do: `SSM Automation OpsSentinel-RestartInstance version 7`. */
  says: (params: z.infer<Params>) => string;
  /**
   * Read at admission and recorded; throws VendorError when what it finds forbids the effect
   * (a document whose content is not the pinned one).
   */
  preState: (call: CallWith<Client>, params: z.infer<Params>, target: Target) => Promise<JsonObject>;
  /**
   * Exactly one vendor write. Throws VendorError; `ambiguous` means that it may have happened. Where it begins a deployment of the target,
   * `ref.deployment` is what the vendor calls that: by it the guard `deploys` knows ours from others'.
   */
  start: (call: CallWith<Client>, params: z.infer<Params>, attempt: Attempt) => Promise<{ ref: JsonObject; says: string }>;
  /** Polls until the effect has ended, with heartbeats. Absent where `start` is all there is. Throws only retryable VendorErrors. */
  wait?: (call: CallWith<Client>, ref: JsonObject) => Promise<EffectEnd>;
  /** Asks the vendor to stop what has begun, when the run is cancelled. `wait` then tells how it ended. Idempotent. */
  stop?: (call: CallWith<Client>, ref: JsonObject) => Promise<void>;
  /** One read-back by the attempt key. `certain: false` when the vendor cannot tell. */
  adopt: (
    call: CallWith<Client>,
    params: z.infer<Params>,
    attempt: Pick<Attempt, 'key' | 'preState'> & { /** Epoch milliseconds: when the permit was used. */ since: number },
  ) => Promise<Adoption>;
  undo: 'none' | UndoDefinition<z.infer<Params>>;
  /**
   * Whether somebody else did the same on this target (as it was planned for) within this time, by reads alone: what a rule that only
   * observes is judged by. Epoch milliseconds. Absent where no read can tell. Throws VendorError.
   */
  seenDone?: (
    call: CallWith<Client>,
    params: z.infer<Params>,
    target: Target,
    within: { since: number; until: number },
  ) => Promise<Seen>;
}

/** Gives an action its types; adds nothing at run time. */
export const defineAction =
  <Client>() =>
  <Params extends z.ZodType<JsonObject>>(definition: ActionDefinition<Client, Params>): ActionDefinition<Client, Params> =>
    definition;
