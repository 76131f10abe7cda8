/** At which commit a set of rules was loaded, and whether everything that led there was signed. */
export interface RulesRevision {
  /** Full id; absent where the folder is in no repository, or git cannot tell. */
  commit?: string;
  /** What was loaded is not what that commit holds. */
  dirty?: boolean;
  /** `all`: every commit since the one accepted last, each by somebody else than its author. */
  signed: 'all' | 'not' | 'unknown';
  /** The same in words: `commit 4be1f2c is not signed by an allowed signer`. */
  says: string;
  /** ISO 8601, UTC: when it was read. */
  at: string;
  /** Why no rule of this set may be automatic. */
  barsAuto?: string;
}

/** One file that a set was read from. */
export interface RuleFile {
  /** Relative to the folder above the rules, as places in rules name it. */
  path: string;
  text: string;
}

/** What of a set can be named by a hash. */
export interface RulesPart {
  kind: 'set' | 'rule' | 'runbook';
  name: string;
  /** SHA-256, hex. */
  hash: string;
}

/** A set as the ledger keeps it, once per hash: read again, the files come to this hash or are not used. */
export interface StoredRules {
  hash: string;
  /** Empty: they were too large to be kept. */
  files: readonly RuleFile[];
  parts: readonly RulesPart[];
  revision?: RulesRevision;
}

export interface KeptRules extends Omit<StoredRules, 'files'> {
  /** ISO 8601, UTC. */
  firstSeen: string;
}

/** What became of sets of rules, in order. Appended, never changed. */
export interface RulesEvent {
  /** A set came into force; one was put back and stays; the folder decides again; what led to a commit was accepted. */
  kind: 'force' | 'pin' | 'follow' | 'accept';
  /** Of the set; absent for `follow`. */
  hash?: string;
  commit?: string;
  by: string;
  reason: string;
  /** ISO 8601, UTC. */
  at: string;
}

/** What every process goes by at its next reload. */
export interface RulesStanding {
  /** While it is there, this set is in force whatever the folder holds. */
  pinned?: RulesEvent & { hash: string };
  /** The commit that was accepted last: what came before it is not asked about again. */
  accepted?: string;
}
