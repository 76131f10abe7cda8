import type { Witness } from '../../domain/alert.js';
import type { Catalogue } from '../../domain/catalogue.js';
import { incidentId } from '../../domain/incident-id.js';
import type { Hash } from '../../domain/json.js';
import { type Plan, planIn } from '../../domain/plan.js';
import type { Target } from '../../domain/target.js';
import { type Chosen, matchAndAim, planFor } from '../../decide/decide.js';
import { planOf, planSteps } from '../../decide/plan.js';
import { ownWord } from '../../decide/witness.js';
import type { Registry } from '../../integrations/contract/registry.js';
import type { RuleSet } from '../../rules/language/set.js';
import type { Past } from './recorded.js';

/** Everything that decides: all of it real. */
export interface Judges {
  set: RuleSet;
  catalogue: Catalogue;
  registry: Pick<Registry, 'sources' | 'bodies' | 'witnesses'>;
  hash: Hash;
}

export type Outlined = { matched: string[] } & (
  | { is: 'nothing' }
  | { is: 'conflict'; because: string }
  | { is: 'refused'; rule: string; place: string; because: string }
  /** `targetKnown`: it was read then. Otherwise everything of it but its name is made up, and must not be believed. */
  | { is: 'plan'; plan: Plan; targetKnown: boolean; witness: Witness; witnessKnown: boolean }
);

/** What the rules make of an incident, as far as that can be told without reading anything now. */
export function outline(past: Past, judges: Judges): Outlined {
  const { set, catalogue, registry, hash } = judges;
  const { incident, alert, read } = past;
  const { witness, corroborable, witnessKnown } = witnessOf(past, registry);
  const seen = { set, catalogue, incident: { ...incident, status: 'triggered' as const }, alert, witness };
  const aimed = matchAndAim(seen);
  const matched = aimed.verdicts.filter((verdict) => verdict.matched).map(({ rule }) => rule);
  if (aimed.refused?.rule !== undefined)
    return { matched, is: 'refused', rule: aimed.refused.rule, place: aimed.refused.place, because: aimed.refused.because };
  if (!aimed.chosen) {
    if (matched.length === 0) return { matched, is: 'nothing' };
    return { matched, is: 'conflict', because: aimed.refused?.because ?? aimed.nothing ?? 'several rules match' };
  }
  const { chosen } = aimed;
  if (read?.target && read.target.type === chosen.targetType && !chosen.tagged && isNamed(read.target, chosen)) {
    const decision = planFor({ ...seen, ...aimed, hash, corroborable, target: read.target });
    const plan = planIn(decision);
    if (plan) return { matched, is: 'plan', plan, targetKnown: true, witness, witnessKnown };
    const place = 'place' in decision ? (decision.place ?? 'target') : 'target';
    const because = 'because' in decision ? decision.because : '';
    return { matched, is: 'refused', rule: chosen.rule.name, place, because };
  }
  const planned = withoutTarget(past, chosen, judges, corroborable);
  return 'plan' in planned
    ? { matched, is: 'plan', plan: planned.plan, targetKnown: false, witness, witnessKnown }
    : { matched, is: 'refused', rule: chosen.rule.name, ...planned };
}

/** What another rule aims at is another target: of that nothing was read. */
const isNamed = ({ name, account, region }: Target, { selector, ...chosen }: Chosen): boolean =>
  account === chosen.account && region === chosen.region && Object.values(selector).at(-1) === name;

function witnessOf(
  { incident, alert, read, createdAt }: Past,
  { witnesses }: Judges['registry'],
): { witness: Witness; corroborable: boolean; witnessKnown: boolean } {
  const able = witnesses.find((witness) => witness.covers(alert));
  if (read && read.witness.by === able?.id) return { witness: read.witness, corroborable: true, witnessKnown: true };
  if (!able) {
    const { witness, corroborable } = ownWord({ ...incident, status: 'triggered' }, alert, createdAt);
    return { witness, corroborable, witnessKnown: true };
  }
  return {
    witness: { by: able.id, state: 'unknown', readAt: createdAt, says: `${able.id} was not asked` },
    corroborable: true,
    witnessKnown: false,
  };
}

/** The plan of a target of which only the name is known: what its facts would decide is left out. */
function withoutTarget(
  { incident, alert }: Past,
  chosen: Chosen,
  { set, catalogue }: Judges,
  corroborable: boolean,
): { plan: Plan } | { place: string; because: string } {
  const { rule, environment, selector } = chosen;
  const about = { set, catalogue, incident, alert, rule, environment, target: standIn(chosen), selector, corroborable };
  const planned = planSteps(about, false);
  if (!planned.ok) return { place: planned.place, because: planned.because };
  // Nobody can approve what nobody knows, and nobody is told of it.
  return { plan: { ...planOf(about, planned.steps), report: { resolve: 'never' }, hash: '' } };
}

/** One id for one resource: cooldowns and leases go by it. */
function standIn({ targetType: type, account, region, environment, selector, tagged }: Chosen): Target {
  const names = tagged ? Object.entries(tagged.tags).map((tag) => tag.join('=')) : Object.values(selector);
  return {
    type,
    id: [type, account, region, ...names].join('/').replace(/[*?,\s]/g, '_'),
    name: names.at(-1) ?? type,
    account,
    region,
    environment,
    tags: {},
    facts: { ...selector },
    readAt: '',
  };
}

export const idOf = ({ incident }: Past): string => incidentId(incident.ref);
