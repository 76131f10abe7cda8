import { type Deploy, type DeployFacts, type DeploySeen, longestDeployMs, namesSource, toldToUs } from '../../domain/deploy.js';
import type { Incident } from '../../domain/incident.js';
import type { Json, JsonObject } from '../../domain/json.js';
import type { Plan } from '../../domain/plan.js';
import type { Target } from '../../domain/target.js';
import type { ActivityDeps } from '../deps.js';
import { callFor, isVendorFailure } from '../shell.js';
import type { About } from '../types.js';
import { sourceOf, sourcePlace } from './read.js';

/**
 * Everything that can be known of deployments around an incident: what was told to us, what the incident's own source knows, what the
 * target shows. Who cannot be asked is named, and does not stop the others.
 */
export async function deploysAround(deps: ActivityDeps, about: About, incident: Incident, plan: Plan): Promise<DeployFacts> {
  const since = deps.now() - Math.max(plan.limits.deploysMs, longestDeployMs);
  const asked = [told(deps, incident, plan, since), bySource(deps, about, incident, plan, since)];
  const parts = [...(await Promise.all(asked)), ofTarget(deps, plan.target)];
  const all: DeployFacts = {
    seen: parts.flatMap(({ seen }) => seen),
    known: parts.flatMap(({ known }) => known),
    unknown: parts.flatMap(({ unknown }) => unknown),
  };
  return { ...all, unknown: [...all.unknown, ...unasked(deps, plan.limits.deploysFrom, all)] };
}

const nothing: DeployFacts = { seen: [], known: [], unknown: [] };

/** By senders, to the API. Whoever never told us of this service may not know that we listen. */
async function told(deps: ActivityDeps, { service }: Incident, plan: Plan, since: number): Promise<DeployFacts> {
  const names = [service.id, service.name, plan.target.name].filter((name) => name !== '');
  const rows = (await deps.ledger.deploysOf(names, since)).filter(here(deps, plan.environment));
  const named = plan.limits.deploysFrom.includes(toldToUs);
  return { ...nothing, seen: rows.map((row) => seen(row.from, row)), known: rows.length > 0 || named ? [toldToUs] : [] };
}

async function bySource(deps: ActivityDeps, about: About, incident: Incident, plan: Plan, since: number): Promise<DeployFacts> {
  const source = sourceOf(deps, about.ref.source);
  if (!source.deploys) return nothing;
  const call = callFor(about.incident, sourcePlace(deps, source, about.ref), plan.pace, deps.now);
  try {
    const notices = await source.deploys(source.with(call), incident, new Date(since).toISOString());
    const ours = notices.filter(here(deps, plan.environment));
    return { ...nothing, seen: ours.map((notice) => seen(source.id, notice)), known: [source.id] };
  } catch (error) {
    if (!isVendorFailure(error)) throw error;
    return { ...nothing, unknown: [{ from: source.id, because: error.message }] };
  }
}

/** The name of another environment of the policy is another's; a name that it does not know may well be ours in other words. */
function here(deps: ActivityDeps, environment: string): (notice: Pick<Deploy, 'environment'>) => boolean {
  const others = Object.keys(deps.rules().policy.doc.environments).filter((name) => name !== environment);
  return (notice) => notice.environment === undefined || !others.includes(notice.environment.toLowerCase());
}

const seen = (from: string, { says, startedAt, endedAt }: Deploy): DeploySeen => ({
  from,
  says: short(says),
  startedAt: Date.parse(startedAt),
  ...(endedAt === undefined ? {} : { endedAt: Date.parse(endedAt) }),
});

const longest = 80;
const short = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
};

/** Types of target whose facts say whether they are being deployed have a fact `deploying`. */
const tells = (deps: ActivityDeps, type: string): boolean =>
  Object.hasOwn(deps.registry.targets.get(type)?.facts?.shape ?? {}, 'deploying');

function ofTarget(deps: ActivityDeps, { type, facts, name }: Target): DeployFacts {
  if (!tells(deps, type)) return nothing;
  const { deploying } = facts;
  if (typeof deploying !== 'boolean') return { ...nothing, unknown: [{ from: type, because: 'which may not be read' }] };
  const rollouts = (Array.isArray(facts['deployments']) ? facts['deployments'] : []).flatMap((one) => rollout(type, name, one));
  const running = rollouts.some(({ endedAt }) => endedAt === undefined);
  const unnamed: DeploySeen[] = deploying && !running ? [{ from: type, says: `a deployment of ${name}`, onTarget: true }] : [];
  return { ...nothing, seen: [...rollouts, ...unnamed], known: [type] };
}

/** One of an ECS service's deployments. ECS does not say when one was complete: it counts from when it began. */
function rollout(from: string, name: string, one: Json): DeploySeen[] {
  const { id, createdAt, rolloutState } = (typeof one === 'object' && one !== null ? one : {}) as JsonObject;
  if (typeof createdAt !== 'string') return [];
  const startedAt = Date.parse(createdAt);
  const running = rolloutState === 'IN_PROGRESS';
  const named = typeof id === 'string' && id !== '' ? { id } : {};
  return [
    { from, ...named, says: `a deployment of ${name}`, startedAt, ...(running ? {} : { endedAt: startedAt }), onTarget: true },
  ];
}

/** Sources that the policy names, and that nobody has answered for. What deploys other kinds of target deploys nothing here. */
function unasked(deps: ActivityDeps, named: readonly string[], { known, unknown }: DeployFacts): DeployFacts['unknown'] {
  const { sources, targets } = deps.registry;
  const answered = [...known, ...unknown.map(({ from }) => from)];
  return named
    .filter((name) => !answered.some((from) => namesSource(name, from)))
    .filter((name) => ![...targets.keys()].some((type) => namesSource(name, type) && tells(deps, type)))
    .map((name) => {
      const source = [...sources.values()].find(({ id, deploys }) => deploys !== undefined && namesSource(name, id));
      return {
        from: name,
        because: source ? 'which knows its own incidents alone' : 'which is no source of deployments that is installed',
      };
    });
}
