import type { z } from 'zod';
import type { Alert, Witness } from '../../domain/alert.js';
import type { JsonObject } from '../../domain/json.js';
import type { Surroundings } from '../../domain/surroundings.js';
import type { Target } from '../../domain/target.js';
import type { CheckReading } from '../../domain/verification.js';
import type { CallWith } from './call.js';

/** A read that says whether things are well. Never changes anything. */
export interface CheckDefinition<Client, Params extends z.ZodType<JsonObject>> {
  id: string;
  summary: string;
  permissions: readonly string[];
  params: Params;
  /** One poll. Throws VendorError when it cannot tell; "cannot tell" is never "well". */
  read: (call: CallWith<Client>, params: z.infer<Params>, target: Target) => Promise<Omit<CheckReading, 'check'>>;
}

export const defineCheck =
  <Client>() =>
  <Params extends z.ZodType<JsonObject>>(definition: CheckDefinition<Client, Params>): CheckDefinition<Client, Params> =>
    definition;

/** An independent read of the alert itself, at the tool that raised it. */
export interface WitnessDefinition<Client> {
  /** e.g. `aws.cloudwatch.alarm`. */
  id: string;
  permissions: readonly string[];
  /** Whether this alert is one that it can find again. */
  covers: (alert: Alert) => boolean;
  read: (call: CallWith<Client>, alert: Alert) => Promise<Witness>;
}

/** A type of resource that rules can aim at: how it is named, what can be read of it. */
export interface TargetDefinition<Client> {
  /** e.g. `aws.ec2.instance`. The second part is the service: the failure domain uses it. */
  type: string;
  summary: string;
  permissions: readonly string[];
  /** The selector: one anchored pattern per field. A rule's bare `target:` fills the first. */
  select: Readonly<Record<string, RegExp>>;
  /** What `require`, `target.<fact>` and runbook parameters may read; `id` and `name` are always there. */
  facts: z.ZodObject;
  /** Reads exactly one resource. `undefined`: there is none of that name at that place. */
  read: (call: CallWith<Client>, selector: Record<string, string>) => Promise<Omit<Target, 'environment'> | undefined>;
  /**
   * Selectors of what carries all of these tags at that place, in a lasting order; one more than `atMost` says that there are more.
   * Absent: rules can aim at one by name alone.
   */
  list?: (call: CallWith<Client>, tags: Readonly<Record<string, string>>, atMost: number) => Promise<Record<string, string>[]>;
  /**
   * What stands around it: the group that it is one of, who works on it. Absent: no target of this type tells either.
   * What cannot be read is named in `unknown`; throws VendorError only where asking again may help.
   */
  around?: (call: CallWith<Client>, target: Target) => Promise<Surroundings>;
}
