import { hashScope } from '../domain/hold.js';
import type { JsonObject } from '../domain/json.js';
import { type Decision, type Mode, modeOrder, type Plan, planIn, shortHash } from '../domain/plan.js';
import type { RulesRevision } from '../domain/rules-revision.js';
import type { ActivityDeps } from './deps.js';
import { storedDecision } from './stored.js';

/**
 * The same deps under the rules that this incident was decided by: a run keeps what it began with. Which rules those are stands in the
 * ledger's decision, never in the caller's word. Where they cannot be had any more the rules in force count, under which another plan
 * comes out, and that is refused. What says no says it by both: what is protected, frozen or closed by now is so for older runs too, and so is
 * what the policy has taken back since: a mode, an account, a region, labels, a team's ground, approvals from Temporal.
 */
export async function underItsRules(deps: ActivityDeps, incident: string): Promise<ActivityDeps> {
  const decision = await storedDecision(deps, incident);
  if (!decision) return deps;
  const now = deps.rules();
  const kept = decision.rulesHash === now.hash ? now : await deps.rulesOf?.(decision.rulesHash);
  if (!kept) return deps;
  // Who had signed when it was decided belongs to the plan: a later word on the same rules decides the next incident.
  const { revision: _later, ...content } = kept;
  const set = {
    ...content,
    policy: guarded(kept, now, planIn(decision)),
    ...(decision.revision ? { revision: decision.revision } : {}),
  };
  return { ...deps, rules: () => set };
}

type Rules = ReturnType<ActivityDeps['rules']>;

function guarded({ hash, policy }: Rules, now: Rules, plan: Plan | undefined): Rules['policy'] {
  if (hash === now.hash) return policy;
  const { protected: untouchable, freezes, calendars, approval } = now.policy.doc;
  const doc = {
    ...policy.doc,
    environments: Object.fromEntries(
      Object.entries(policy.doc.environments).map(([name, before]) => [
        name,
        stillAllowed(before, now.policy.doc.environments[name], plan?.environment === name ? plan : undefined),
      ]),
    ),
    ...(approval?.signals === 'refuse' ? { approval } : {}),
    protected: [...policy.doc.protected, ...untouchable],
    freezes: [...policy.doc.freezes, ...freezes],
    calendars: [...policy.doc.calendars, ...calendars],
    teams: Object.fromEntries(
      [...new Set([...Object.keys(policy.doc.teams), ...Object.keys(now.policy.doc.teams)])].map((name) => {
        // A team that was none before was bounded by nothing.
        const [before = {}, today] = [policy.doc.teams[name], now.policy.doc.teams[name]];
        // Whose duty counts is whom PagerDuty has under the name of today.
        const rota = today?.pagerduty === undefined ? {} : { pagerduty: today.pagerduty };
        return [name, { ...before, ...rota, ...stillNamed(before, today), ...stillTheirs(before, today) }];
      }),
    ),
  };
  return { ...policy, doc };
}

type Environment = Rules['policy']['doc']['environments'][string];

/**
 * The ground that both name, by the roles of today; nothing of it where the environment is gone. A ceiling counts where it lies below
 * what was planned: one above changes nothing of the plan, nor the words in it.
 */
function stillAllowed(before: Environment, now: Environment | undefined, plan: Plan | undefined): Environment {
  const { labels, ...rest } = before;
  const both = Object.entries(before.accounts).flatMap(([id, { regions }]) => {
    const today = now?.accounts[id];
    const left = regions.filter((region) => today?.regions.includes(region));
    return today && left.length > 0 ? [[id, { ...today, regions: left }] as const] : [];
  });
  const today = now?.ceiling ?? 'observe';
  const lowered = modeOrder.indexOf(today) < modeOrder.indexOf(plan?.mode ?? before.ceiling);
  // Those of another environment only ever contradict: they stay.
  const holding = plan ? bothLabels(labels, now?.labels) : labels;
  return {
    ...rest,
    ...(holding === undefined ? {} : { labels: holding }),
    accounts: Object.fromEntries(both),
    pagerduty: before.pagerduty.filter((service) => now?.pagerduty.includes(service)),
    ceiling: lowered ? lowest(today, before.ceiling) : before.ceiling,
  };
}

/** Labels that are wanted by both; `undefined`: nothing has them all. */
function bothLabels(before: Environment['labels'], now: Environment['labels']): Environment['labels'] {
  if (before === undefined || now === undefined) return undefined;
  const wanted = Object.entries(before);
  return wanted.every(([label, value]) => (now[label] ?? value) === value) ? { ...before, ...now } : undefined;
}

const lowest = (one: Mode, other: Mode): Mode => (modeOrder.indexOf(one) < modeOrder.indexOf(other) ? one : other);

/** Why the plan as it is now is not the one that was decided, in one sentence. */
export async function whyAnother(deps: ActivityDeps, incident: string, now: Plan): Promise<string> {
  const before = planIn(await storedDecision(deps, incident));
  const { environments } = deps.rules().policy.doc;
  const ceiling = environments[now.environment]?.ceiling;
  if (before && ceiling === now.mode && modeOrder.indexOf(now.mode) < modeOrder.indexOf(before.mode))
    return `the policy now allows ${ceiling} at most in ${now.environment}`;
  if (before?.approval.signals === 'count' && now.approval.signals === 'refuse')
    return 'the policy now takes no approvals from Temporal';
  return `the plan has changed to ${shortHash(now.hash)} since it was decided`;
}

type Team = Rules['policy']['doc']['teams'][string];

/**
 * Of a team's own ground, what both name; whoever names none of it means all. A tag with another value by now is wanted as it is now: with
 * the older one the target was found.
 */
function stillTheirs(before: Team, now: Team | undefined): Pick<Team, 'accounts' | 'regions' | 'tags'> {
  const accounts = inBoth(before.accounts, now?.accounts);
  const regions = inBoth(before.regions, now?.regions);
  const tags = { ...before.tags, ...now?.tags };
  return {
    ...(accounts === undefined ? {} : { accounts }),
    ...(regions === undefined ? {} : { regions }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
  };
}

function inBoth(before: string[] | undefined, now: string[] | undefined): string[] | undefined {
  if (before === undefined || now === undefined) return before ?? now;
  return before.filter((one) => now.includes(one));
}

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
