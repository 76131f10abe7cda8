import { hashScope } from '../domain/hold.js';
import type { JsonObject } from '../domain/json.js';
import type { Decision } from '../domain/plan.js';
import type { RulesRevision } from '../domain/rules-revision.js';
import type { ActivityDeps } from './deps.js';
import { storedDecision } from './stored.js';

/**
 * The same deps under the rules that this incident was decided by: a run keeps what it began with. Which rules those are stands in the
 * ledger's decision, never in the caller's word. Where they cannot be had any more the rules in force count, under which another plan
 * comes out, and that is refused. What says no says it by both: what is protected, frozen or closed by now is so for older runs too.
 */
export async function underItsRules(deps: ActivityDeps, incident: string): Promise<ActivityDeps> {
  const decision = await storedDecision(deps, incident);
  if (!decision) return deps;
  const now = deps.rules();
  const kept = decision.rulesHash === now.hash ? now : await deps.rulesOf?.(decision.rulesHash);
  if (!kept) return deps;
  // Who had signed when it was decided belongs to the plan: a later word on the same rules decides the next incident.
  const { revision: _later, ...content } = kept;
  const set = { ...content, policy: guarded(kept, now), ...(decision.revision ? { revision: decision.revision } : {}) };
  return { ...deps, rules: () => set };
}

type Rules = ReturnType<ActivityDeps['rules']>;

function guarded({ hash, policy }: Rules, now: Rules): Rules['policy'] {
  if (hash === now.hash) return policy;
  const { protected: untouchable, freezes, calendars } = now.policy.doc;
  const doc = {
    ...policy.doc,
    protected: [...policy.doc.protected, ...untouchable],
    freezes: [...policy.doc.freezes, ...freezes],
    calendars: [...policy.doc.calendars, ...calendars],
    teams: Object.fromEntries(
      Object.entries(policy.doc.teams).map(([name, team]) => [
        name,
        { ...team, ...stillNamed(team, now.policy.doc.teams[name]) },
      ]),
    ),
  };
  return { ...policy, doc };
}

type Team = Rules['policy']['doc']['teams'][string];

/** Whoever the policy in force names, of those that were named before, if any were. Nobody left: nobody's word counts. */
function stillNamed({ approvers: before }: Team, now: Team | undefined): Pick<Team, 'approvers'> {
  const today = now?.approvers;
  if (today === undefined) return {};
  return { approvers: before === undefined ? today : before.filter((name) => today.some((one) => folded(one) === folded(name))) };
}

const folded = (name: string): string => name.trim().toLowerCase();

/** What is written down with everything that these rules decided. */
export const rulesSaid = ({ hash, revision }: { hash: string; revision?: RulesRevision }): JsonObject => ({
  rulesHash: hash,
  ...(revision === undefined ? {} : { revision: { ...revision } }),
});

/** What rules conclude that were revoked: a human has to look. */
export async function unlessRevoked({ ledger }: Pick<ActivityDeps, 'ledger'>, decision: Decision): Promise<Decision> {
  const scope = hashScope(decision.rulesHash);
  const hold = (await ledger.holds()).find((one) => one.scope === scope);
  if (!hold) return decision;
  const { incident, alert, witness, verdicts, rulesHash, revision } = decision;
  const seen = { incident, alert, witness, verdicts, rulesHash, ...(revision === undefined ? {} : { revision }) };
  const because = `the rules in force are revoked, by ${hold.owner}: ${hold.reason}`;
  return { ...seen, concluded: 'refuse', because, place: 'rules' };
}
