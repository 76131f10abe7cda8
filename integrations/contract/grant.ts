import type { JsonObject } from '../../domain/json.js';

/** One use of an action: a runbook in one account and region. */
export interface GrantUse {
  account: string;
  region: string;
  /** What the runbook writes. A value that is known only when an alert comes is `*`. */
  params: JsonObject;
  /** What of the target is known beforehand, by field of its selector: a name that a rule writes down. */
  target?: Readonly<Record<string, string>>;
}

/** One statement of what a role may do, as narrow as the vendor can say it. */
export interface Grant {
  /** Letters and digits: what a reader finds it by. */
  sid: string;
  actions: readonly string[];
  resources: readonly string[];
  /** As the vendor writes conditions: `{ StringEquals: { … } }`. */
  conditions?: JsonObject;
  /** Which role makes these calls: the acting one (default), the one that reads before admission (`preState`), or each of them. */
  by?: 'act' | 'read' | 'both';
}
