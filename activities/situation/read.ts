import type { Alert, Witness } from '../../domain/alert.js';
import type { Incident } from '../../domain/incident.js';
import { incidentId } from '../../domain/incident-id.js';
import { canonicalJson } from '../../domain/json.js';
import type { Decision, Pace } from '../../domain/plan.js';
import { matchAndAim, planFor } from '../../decide/decide.js';
import { paceOf } from '../../decide/profiles.js';
import type { Place } from '../../integrations/contract/call.js';
import type { AnySource } from '../../integrations/contract/registry.js';
import type { RuleSet } from '../../rules/language/set.js';
import type { ActivityDeps } from '../deps.js';
import { nowhere, placeFor } from '../place.js';
import { callFor } from '../shell.js';
import type { About } from '../types.js';
import { witnessOf } from './witness.js';

/** Everything that was read outside, and what the rules conclude from it. Read anew each time it is asked for. */
export interface Situation {
  incident: Incident;
  alert: Alert;
  witness: Witness;
  decision: Decision;
  set: RuleSet;
  pace: Pace;
}

export function sourceOf(deps: ActivityDeps, id: string): AnySource {
  const source = deps.registry.sources.get(id);
  if (!source) throw new TypeError(`No integration offers the source "${id}"`);
  return source;
}

/** Where a source's reads of this incident go. */
export function sourcePlace(deps: ActivityDeps, source: AnySource, ref: About['ref']): Place {
  const at = source.place?.(ref);
  return at === undefined ? nowhere : placeFor(deps.rules(), at, 'read');
}

/** Reads the incident and its alert at their source. A caller that names one incident and points at another is told nothing of either. */
export async function readIncident(deps: ActivityDeps, about: About): Promise<{ incident: Incident; alert: Alert }> {
  if (about.incident !== incidentId(about.ref))
    throw new TypeError(`Asked about ${about.incident} with a reference to ${incidentId(about.ref)}`);
  const source = sourceOf(deps, about.ref.source);
  const pace = paceOf(deps.rules());
  const call = source.with(callFor(about.incident, sourcePlace(deps, source, about.ref), pace, deps.now));
  return source.normalise(await source.read(call, about.ref), about.ref, about.trust, deps.registry.bodies);
}

/** Reads all that deciding needs, and decides. The same inputs give the same decision and the same plan hash. */
export async function readSituation(deps: ActivityDeps, about: About, step = 0): Promise<Situation> {
  const { incident, alert } = await readIncident(deps, about);
  return situationOf(deps, about, incident, alert, step);
}

/** The second half of it, for whoever has read the incident already. `step`: whose `require` counts. */
export async function situationOf(
  deps: ActivityDeps,
  about: About,
  incident: Incident,
  alert: Alert,
  step = 0,
): Promise<Situation> {
  const set = deps.rules();
  const pace = paceOf(set);
  const { catalogue, hash } = deps;
  const asked = { set, catalogue, incident, alert };
  const early = beforeTheWitness(deps, about, asked, pace);
  const { witness, corroborable } = await witnessOf(deps, about, incident, alert, pace);
  const aimed = matchAndAim({ ...asked, witness });
  const { chosen } = aimed;
  const target = chosen && !chosen.tagged ? await (early(chosen) ?? readTarget(deps, about, chosen, pace)) : undefined;
  const tagged = chosen?.tagged && (await readTagged(deps, about, chosen, chosen.tagged, pace));
  const found = planFor({ set, catalogue, hash, incident, alert, witness, corroborable, ...aimed, target, tagged, step });
  const decision = set.revision === undefined ? found : { ...found, revision: set.revision };
  return { incident, alert, witness, decision, set, pace };
}

type Chosen = NonNullable<ReturnType<typeof matchAndAim>['chosen']>;

/**
 * Begins to read the target that the alert alone would lead to while its witness is asked: the two take as long as one. What is given is
 * that reading, if the witness leads to the same; where it does not, nothing of it is used.
 */
function beforeTheWitness(
  deps: ActivityDeps,
  about: About,
  asked: Omit<Parameters<typeof matchAndAim>[0], 'witness'>,
  pace: Pace,
): (chosen: Chosen) => ReturnType<typeof readTarget> | undefined {
  const { chosen: guess } = matchAndAim({ ...asked, witness: { by: '', state: 'unknown', readAt: '', says: '' } });
  if (!guess || guess.tagged) return () => undefined;
  const reading = readTarget(deps, about, guess, pace);
  // Its failure is that of whoever uses it.
  reading.catch(() => undefined);
  return (chosen) => (whereabouts(chosen) === whereabouts(guess) ? reading : undefined);
}

const whereabouts = ({ environment, account, region, targetType, selector }: Chosen): string =>
  canonicalJson([environment, account, region, targetType, selector]);

async function readTarget(deps: ActivityDeps, about: About, chosen: Chosen, pace: Pace) {
  const type = deps.registry.targets.get(chosen.targetType);
  if (!type) throw new TypeError(`No integration offers the target type "${chosen.targetType}"`);
  const place = placeFor(deps.rules(), chosen, 'read');
  const found = await type.read(type.with(callFor(about.incident, place, pace, deps.now)), chosen.selector);
  return found && { ...found, environment: chosen.environment };
}

/** All that carry the tags, each read like a single target; where they are too many, only that. */
async function readTagged(
  deps: ActivityDeps,
  about: About,
  chosen: Chosen,
  { tags, max }: NonNullable<Chosen['tagged']>,
  pace: Pace,
) {
  const type = deps.registry.targets.get(chosen.targetType);
  if (!type?.list) throw new TypeError(`No integration lists the target type "${chosen.targetType}" by tags`);
  const call = type.with(callFor(about.incident, placeFor(deps.rules(), chosen, 'read'), pace, deps.now));
  const selectors = await type.list(call, tags, max);
  if (selectors.length > max) return { found: selectors.length, read: [] };
  const read = await Promise.all(
    selectors.map(async (selector) => {
      const found = await type.read(call, selector);
      return found && { target: { ...found, environment: chosen.environment }, selector };
    }),
  );
  // One that is gone since it was listed is none.
  const there = read.filter((one) => one !== undefined);
  return { found: there.length, read: there };
}
