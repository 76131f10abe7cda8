import { readSenders } from '../api/senders.js';
import { readEnvironment, type Settings } from './environment.js';
import { loadRules } from '../rules/language/load.js';
import { problemText } from '../rules/language/problem.js';
import { tokensOf, withoutPowers } from './compose-api.js';
import { wrongProfile } from './compose-parts.js';
import { configurationFailure, type Context } from './context.js';
import { installation, sha256 } from './installation.js';
import { resolveFrom } from './paths.js';

/** Settings that may be started with, or one Failure that lists everything: variables, integrations, tokens, rules, profile. */
export async function settingsToStart(context: Context, starting: 'serve' | 'worker'): Promise<Settings> {
  const { settings, problems } = readEnvironment(context.env, { starting });
  const installed = installation(starting === 'serve' ? withoutPowers(settings.env) : settings.env);
  const tokens = starting === 'serve' ? [...tokensOf(settings.apiTokens).problems, ...readSenders(settings.env).problems] : [];
  const loaded = await loadRules(rulesDirOf(context, settings), installed.catalogue, sha256);
  const rules = loaded.ok ? [] : loaded.problems.map(problemText);
  const profile =
    loaded.ok && settings.mode === 'live' && loaded.set.policy.doc.profile !== 'standard' ? [wrongProfile(loaded.set)] : [];
  const all = [...new Set([...problems, ...installed.problems, ...tokens, ...rules, ...profile])];
  if (all.length > 0) throw configurationFailure(all);
  return settings;
}

export const rulesDirOf = (context: Context, settings: Settings): string =>
  resolveFrom(settings.rulesDir, context.cwd, context.paths.root);
