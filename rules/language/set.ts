import type { RuleFile, RulesRevision } from '../../domain/rules-revision.js';
import type { CompiledCondition } from '../../decide/condition.js';
import type { Policy } from './policy.js';
import type { Rule, RuleValue, RuleVerify } from './rule.js';
import type { Runbook } from './runbook.js';

/** One line of `when`, `unless` or `require`. */
export interface LoadedLine {
  /** Dotted: `when.0`. Parts joined by `&&` share the place of their line. */
  place: string;
  condition: CompiledCondition;
}

export interface LoadedStep {
  /** `run` is a ladder of one: its places are `with.…` and `verify.…`; a ladder's are `ladder.0.with.…`. */
  place: string;
  runbook: string;
  with: Readonly<Record<string, RuleValue>>;
  verify: RuleVerify | undefined;
}

export interface LoadedRule {
  name: string;
  /** `rules/web/ec2-cpu-high.yaml:5`, relative to the folder above the rules. */
  at: string;
  doc: Rule;
  /** Over `when unless target require run with ladder` and the runbooks' hashes: what precision and backtests belong to. */
  logicHash: string;
  /** Over everything that the rule says: what the audit and the pinned approval use. */
  fileHash: string;
  when: LoadedLine[];
  unless: LoadedLine[];
  require: LoadedLine[];
  steps: [LoadedStep, ...LoadedStep[]];
}

export interface LoadedRunbook {
  name: string;
  at: string;
  doc: Runbook;
  /** A runbook has one hash: all of it is logic. */
  logicHash: string;
  fileHash: string;
  require: LoadedLine[];
}

export interface LoadedPolicy {
  name: string;
  at: string;
  doc: Policy;
  fileHash: string;
  /** Where each figure stands: `guards.cooldown.default` → `opssentinel.yaml:22`. */
  setAt: Readonly<Record<string, string>>;
}

/** Everything that is loaded: checked, compiled, hashed. Immutable; a reload makes another. */
export interface RuleSet {
  /** By name. */
  rules: readonly LoadedRule[];
  runbooks: ReadonlyMap<string, LoadedRunbook>;
  policy: LoadedPolicy;
  /** Over all of it, whatever file it stands in. */
  hash: string;
  dir: string;
  /** ISO 8601, UTC. Set by the store. */
  loadedAt?: string;
  /** At which commit it is, and who signed. Absent: nobody asked. */
  revision?: RulesRevision;
  /** The folder that `dir` led to when it was read, and what stood there. Read again, the files come to the same hash. */
  read?: { from: string; files: readonly RuleFile[] };
}
