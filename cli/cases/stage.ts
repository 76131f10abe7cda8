import type { Catalogue } from '../../domain/catalogue.js';
import type { Hash } from '../../domain/json.js';
import type { Registry } from '../../integrations/contract/registry.js';
import type { LoadedCase } from '../../rules/language/case-set.js';
import type { RuleSet } from '../../rules/language/set.js';

/** What a case is judged with: all of it real, but for the world. */
export interface Stage {
  set: RuleSet;
  catalogue: Catalogue;
  registry: Pick<Registry, 'sources' | 'bodies' | 'witnesses'>;
  hash: Hash;
  /** The rule that the case is about. */
  rule: string;
}

/**
 * The same rules by the figures of the case's profile, those of production where it names none: a case must say the same under the
 * sandbox's policy, whose profile shortens waits to seconds.
 */
export function underProfile(set: RuleSet, { world }: Pick<LoadedCase, 'world'>): RuleSet {
  const { policy } = set;
  return { ...set, policy: { ...policy, doc: { ...policy.doc, profile: world.profile ?? 'standard' } } };
}
