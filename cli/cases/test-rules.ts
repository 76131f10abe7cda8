import type { LoadedInstallation } from '../installation.js';
import { sha256 } from '../installation.js';
import { loadCases } from '../../rules/language/load-cases.js';
import { RulesRefused } from '../../rules/language/problem.js';
import type { RuleSet } from '../../rules/language/set.js';
import { type Gap, gapsOf } from './coverage.js';
import { type Played, playCase } from './play.js';

export interface Tested {
  /** By rule, then as they stand in their files. */
  played: Played[];
  gaps: Gap[];
}

/** Plays every case that stands beside these rules. Rejects with RulesRefused where the cases themselves cannot be read. */
export async function testRules(
  set: RuleSet,
  { registry, catalogue }: Pick<LoadedInstallation, 'registry' | 'catalogue'>,
): Promise<Tested> {
  const loaded = await loadCases(set.dir, catalogue, set);
  if (!loaded.ok) throw new RulesRefused(loaded.problems);
  const played = loaded.cases.map((one) => playCase(one, { set, catalogue, registry, hash: sha256 }));
  return { played, gaps: gapsOf(set, played) };
}

export const failedOf = ({ played }: Tested): Played[] => played.filter(({ differs }) => differs.length > 0);
