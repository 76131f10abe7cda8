import type { Incident, Person } from '../../domain/incident.js';
import { planIn } from '../../domain/plan.js';
import { paceOf } from '../../decide/profiles.js';
import type { ActivityDeps } from '../deps.js';
import { nowhere } from '../place.js';
import { callFor } from '../shell.js';
import { storedDecision } from '../stored.js';
import type { About } from '../types.js';
import { sourceOf } from './read.js';

/**
 * Whom to ask about this incident now: the rota of its own source; where that keeps none, the rule's team at a source that does.
 * Empty: nobody can be asked, so nobody's word counts.
 */
export async function onCallNow(deps: ActivityDeps, about: About, incident: Incident): Promise<Person[]> {
  const call = callFor(about.incident, nowhere, paceOf(deps.rules()), deps.now);
  const source = sourceOf(deps, about.ref.source);
  if (source.onCall) return source.onCall(source.with(call), incident);
  const team = await teamOf(deps, about);
  const rota = [...deps.registry.sources.values()].find(({ teamOnCall }) => teamOnCall !== undefined);
  return team !== undefined && rota?.teamOnCall ? rota.teamOnCall(rota.with(call), team) : [];
}

/** The team that answers for the planned rule, by the id that the policy gives it at the rota. */
async function teamOf(deps: ActivityDeps, { incident }: About): Promise<string | undefined> {
  const plan = planIn(await storedDecision(deps, incident));
  const { rules, policy } = deps.rules();
  const owner = rules.find(({ name }) => name === plan?.rule.name)?.doc.owner;
  return owner === undefined ? undefined : policy.doc.teams[owner]?.pagerduty;
}
