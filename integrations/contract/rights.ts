import type { JsonObject } from '../../domain/json.js';
import type { CallWith } from './call.js';
import type { Grant } from './grant.js';

/** What somebody needs in one place, and what for. */
export interface RightsNeed {
  account: string;
  region: string;
  /** For people: `runbook restart-ec2-instance`, `target aws.ec2.instance`. */
  because: string;
  /** `false`: every rule only observes there, so nobody acts. */
  acts: boolean;
  /** Statements that an action has narrowed itself. */
  grants: readonly Grant[];
  /** What the runbook writes, where an action is used. */
  params?: JsonObject;
  /** Rights by the vendor's name alone: what only reads. */
  permissions: readonly string[];
  /** Those reads are made by the acting role as well: what is looked at while an effect runs. Default: by the reading one alone. */
  readBy?: 'both';
}

/** An account of the policy, with the names of its two roles. */
export interface RightsAccount {
  account: string;
  regions: readonly string[];
  read: string;
  act: string;
}

export interface RightsWish {
  accounts: readonly RightsAccount[];
  needs: readonly RightsNeed[];
  /** What is granted already: statements then hold only what goes beyond it. */
  granted?: readonly RightsNeed[];
  /** Every right that anything in this version can make use of: the limit of what its roles may ever be given. */
  able: readonly string[];
  /** What the policy protects, whoever asks. */
  protected: readonly ({ tag: Readonly<Record<string, string>> } | { arn: string })[];
  /** Who may become the roles; by default roles of the same account with names of ours. */
  principals: { read?: readonly string[]; act?: readonly string[] };
  /** What the vendor runs for us, by name: rights of its steps are derived from it. */
  documents: ReadonlyMap<string, JsonObject>;
}

/** One statement, for people. */
export interface RightsLine {
  sid: string;
  actions: readonly string[];
  resources: readonly string[];
  conditions?: JsonObject;
  /** Whom it is for: runbooks, targets, checks. */
  because: readonly string[];
}

/** One document of one account. */
export interface RightsFile {
  account: string;
  /** `act.json`. */
  name: string;
  /** Name of the role that it belongs to; empty: it limits all of them. */
  role: string;
  summary: string;
  document: JsonObject;
  /** Empty where it says who, not what. */
  lines: readonly RightsLine[];
}

/** What `opssentinel iam` writes for a vendor. Pure. */
export interface RightsDefinition {
  /** Folder, from the project's root, with the YAML documents that the vendor runs for us. */
  documents: string;
  /** Sorted by account and name. `notes`: what could not be derived, a sentence each, with what to do. Throws Error where a right would be too wide to give. */
  make: (wish: RightsWish) => { files: RightsFile[]; notes: string[] };
}

/** What a role has by now of what one document gives. */
export interface RightsFound {
  /** `false`: there is no such role. */
  there: boolean;
  /** The document with nothing but what the role has not been given; without lines: it has everything that nothing refuses. */
  lacking: RightsFile;
  /** What something refuses outright, so that no further statement gives it. */
  refused: readonly { action: string; resource: string; by: string }[];
  /** What the vendor could not judge, a sentence each. */
  unknown: readonly string[];
}

/** Reads what a role may, with the rights of whoever asks: the call is at no account and as no role of ours. Changes nothing. */
export interface RightsReader<Client> {
  /** The right that whoever asks has to have. */
  needs: string;
  /** What the answer leaves out, for people. */
  leavesOut: string;
  /** `call.place.region`: one of the account's. Throws VendorError where nobody can tell. */
  compare: (call: CallWith<Client>, file: RightsFile) => Promise<RightsFound>;
}
