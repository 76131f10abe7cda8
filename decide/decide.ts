import type { Alert, Witness } from '../domain/alert.js';
import type { Catalogue } from '../domain/catalogue.js';
import { neverTag, optInTag } from '../domain/guard-defaults.js';
import type { Incident } from '../domain/incident.js';
import type { Hash } from '../domain/json.js';
import { type Condition, type Decision, modeOrder, type RuleVerdict } from '../domain/plan.js';
import type { Target } from '../domain/target.js';
import type { LoadedRule, LoadedRunbook, RuleSet } from '../rules/language/set.js';
import { aim } from './aim.js';
import { concludePlan, concludeRefusal, type Seen, withConditions } from './conclude.js';
import { locate } from './environment.js';
import { match } from './match.js';
import { buildPlan } from './plan.js';
import { joinPlans } from './rollout.js';
import { requireConditions } from './require.js';

export { requireLines } from './require.js';

export interface MatchInput {
  set: RuleSet;
  catalogue: Catalogue;
  incident: Incident;
  alert: Alert;
  witness: Witness;
}

export interface Chosen {
  rule: LoadedRule;
  /** The first step's: its target type is every step's. */
  runbook: LoadedRunbook;
  environment: string;
  account: string;
  region: string;
  targetType: string;
  selector: Record<string, string>;
  /** Aimed at by tags: then `selector` is empty. */
  tagged?: { tags: Readonly<Record<string, string>>; max: number };
}

/** At most one of `refused`, `nothing` and `chosen` is there. */
export interface MatchAndAim {
  verdicts: RuleVerdict[];
  refused?: { because: string; place: string; rule?: string };
  /** The rule that is refused only observes there: nobody is called. */
  observes?: true;
  nothing?: string;
  chosen?: Chosen;
}

/** Everything that needs no facts of the target: which rule, which environment, which one target. Pure. */
export function matchAndAim({ set, catalogue, incident, alert, witness }: MatchInput): MatchAndAim {
  const { verdicts, winner, conflict } = match(set, alert, incident);
  if (conflict.length > 0 && conflict.every(everywhereObserving))
    return { verdicts, nothing: `${conflictSays(conflict)}. All of them only observe` };
  if (conflict.length > 0) return { verdicts, refused: { because: conflictSays(conflict), place: 'overrides' } };
  if (!winner)
    return {
      verdicts,
      nothing: set.rules.length === 1 ? 'the only rule does not match' : `none of ${set.rules.length} rules matches`,
    };

  const place = locate(set.policy.doc, alert, incident);
  if (!place.ok)
    return turnedDown(verdicts, winner, everywhereObserving(winner), { because: place.because, place: 'environment' });
  const runbook = set.runbooks.get(winner.steps[0].runbook);
  const type = runbook && catalogue.targets.get(runbook.doc.target);
  const observes = observesIn(set, winner, place.environment);
  if (!runbook || !type)
    return turnedDown(verdicts, winner, observes, {
      because: `the runbook ${winner.steps[0].runbook} or its target type is not there any more`,
      place: 'run',
    });
  const aimed = aim(winner.doc, type, alert, incident, witness);
  if (!aimed.ok) return turnedDown(verdicts, winner, observes, { because: aimed.because, place: aimed.place });
  const { environment, account, region } = place;
  return {
    verdicts,
    chosen: {
      rule: winner,
      runbook,
      environment,
      account,
      region,
      targetType: type.type,
      selector: aimed.selector,
      ...('tagged' in aimed ? { tagged: aimed.tagged } : {}),
    },
  };
}

/** What `matchAndAim` answered, and what was read since. */
export interface PlanForInput extends MatchInput, MatchAndAim {
  hash: Hash;
  /** What was read in between; `undefined`: there is no such resource. */
  target: Target | undefined;
  /** The same where they are found by tags: how many there are, at least, and, unless those are too many, all of them with their selectors. */
  tagged?: { found: number; read: { target: Target; selector: Record<string, string> }[] } | undefined;
  /** Whether an independent witness exists for this alert at all. */
  corroborable: boolean;
  /** Which step is about to run, when it is asked again at admission: that step's runbook is whose `require` counts. Default: the first. */
  step?: number;
}

/** The decision, once the target has been read. Pure: the same inputs give the same plan hash, at admission too. */
export function planFor(input: PlanForInput): Decision {
  const { set, catalogue, hash, incident, alert, witness, verdicts, chosen, target, corroborable } = input;
  if (!chosen) return concludeUnplanned(input);
  const { rule, environment } = chosen;
  const observes = observesIn(set, rule, environment);
  const seen: Seen = { incident, alert, witness, verdicts, rulesHash: set.hash };
  if (chosen.tagged) return planSeveral(input, chosen, seen, observes);
  const named = Object.values(chosen.selector).join(' / ');
  if (!target)
    return concludeRefusal(
      seen,
      {
        because: `there is no ${chosen.targetType} ${named} in account ${chosen.account}, ${chosen.region}`,
        place: 'target',
        rule: rule.name,
      },
      observes,
    );
  if (isElsewhere(target, chosen))
    return concludeRefusal(
      seen,
      {
        because: `${target.id} is not where the alert belongs: account ${chosen.account}, ${chosen.region}, ${environment}`,
        place: 'target',
        rule: rule.name,
      },
      observes,
    );

  const required = requireConditions(set, rule.name, rule.steps[input.step ?? 0]?.runbook ?? chosen.runbook.name, target);
  const full: Seen = { ...seen, verdicts: withConditions(verdicts, rule.name, [targetCondition(rule, target), ...required]) };
  const failed = required.find(({ holds }) => !holds);
  if (failed)
    return concludeRefusal(
      full,
      { because: `required is ${failed.text}; found ${failed.found}`, place: failed.place, rule: rule.name },
      observes,
    );
  const planned = buildPlan({
    set,
    catalogue,
    hash,
    incident,
    alert,
    rule,
    environment,
    target,
    selector: chosen.selector,
    corroborable,
  });
  return planned.ok
    ? concludePlan(full, planned.plan)
    : concludeRefusal(full, { because: planned.because, place: planned.place, rule: rule.name }, observes);
}

const isElsewhere = (target: Target, { account, region, environment, targetType }: Chosen): boolean =>
  target.account !== account || target.region !== region || target.environment !== environment || target.type !== targetType;

/** Several targets: each must be what the rule and its runbook require, or nobody is touched. */
function planSeveral(input: PlanForInput, chosen: Chosen, seen: Seen, observes: boolean): Decision {
  const { set, catalogue, hash, incident, alert, corroborable, tagged } = input;
  const { rule, environment } = chosen;
  const refuse = (because: string, place: string, full = seen): Decision =>
    concludeRefusal(full, { because, place, rule: rule.name }, observes);
  const wanted = chosen.tagged ?? { tags: {}, max: 1 };
  const words = Object.entries(wanted.tags).map((tag) => tag.join('='));
  if (!tagged || tagged.found === 0) return refuse(`no ${chosen.targetType} carries ${words.join(' and ')}`, 'target');
  if (tagged.found > wanted.max)
    return refuse(`more than ${wanted.max} carry ${words.join(' and ')}; the rule allows ${wanted.max}`, 'target.max');
  const strange = tagged.read.find(({ target }) => isElsewhere(target, chosen));
  if (strange)
    return refuse(`${strange.target.id} is not where the alert belongs: account ${chosen.account}, ${chosen.region}`, 'target');
  const required = tagged.read.flatMap(({ target }) => requireConditions(set, rule.name, chosen.runbook.name, target));
  const aimed = tagged.read.map(({ target }) => targetCondition(rule, target));
  const full: Seen = { ...seen, verdicts: withConditions(seen.verdicts, rule.name, [...aimed, ...required]) };
  const failed = required.find(({ holds }) => !holds);
  if (failed) return refuse(`required is ${failed.text}; found ${failed.found}`, failed.place, full);
  const plans = tagged.read.map(({ target, selector }) =>
    buildPlan({ set, catalogue, hash, incident, alert, rule, environment, target, selector, corroborable }),
  );
  const joined = joinPlans(plans, rule.doc.rollout ?? {}, hash);
  return joined.ok ? concludePlan(full, joined.plan) : refuse(joined.because, joined.place, full);
}

function concludeUnplanned({ set, incident, alert, witness, verdicts, refused, observes, nothing }: PlanForInput): Decision {
  const seen: Seen = { incident, alert, witness, verdicts, rulesHash: set.hash };
  return refused
    ? concludeRefusal(seen, refused, observes ?? false)
    : { ...seen, concluded: 'nothing', because: nothing ?? 'no rule matches' };
}

/** What the guards at admission need from the policy. */
export const policyGuards = (
  set: RuleSet,
  _environment: string,
): { protected: { tag?: Record<string, string>; arn?: string }[]; optInTag: { key: string; value: string } } => ({
  protected: [{ tag: { ...neverTag } }, ...set.policy.doc.protected],
  optInTag: { ...optInTag },
});

const conflictSays = (rules: readonly LoadedRule[]): string =>
  `${rules.map(({ name, at }) => `${name} (${at})`).join(' and ')} match, and none overrides ${rules.length === 2 ? 'the other' : 'all the others'}; nobody acts. Narrow one of them, or add overrides`;

function turnedDown(
  verdicts: RuleVerdict[],
  rule: LoadedRule,
  observes: boolean,
  refusal: { because: string; place: string },
): MatchAndAim {
  return { verdicts, refused: { ...refusal, rule: rule.name }, ...(observes ? { observes } : {}) };
}

const everywhereObserving = ({ doc }: LoadedRule): boolean => Object.values(doc.mode ?? {}).every((mode) => mode === 'observe');

function observesIn(set: RuleSet, { doc }: LoadedRule, environment: string): boolean {
  const asked = modeOrder.indexOf(doc.mode?.[environment] ?? 'observe');
  const ceiling = modeOrder.indexOf(set.policy.doc.environments[environment]?.ceiling ?? 'observe');
  return Math.min(asked, ceiling) === 0;
}

function targetCondition(rule: LoadedRule, target: Target): Condition {
  const { target: said } = rule.doc;
  const text =
    typeof said === 'string'
      ? said
      : Object.entries(said)
          .map(([field, value]) => `${field}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
          .join(', ');
  return { place: 'target', text, result: 'yes', found: target.name, holds: true };
}
