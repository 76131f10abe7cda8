import type { Alert } from '../domain/alert.js';
import type { Catalogue } from '../domain/catalogue.js';
import { parseDuration } from '../domain/duration.js';
import type { Incident } from '../domain/incident.js';
import { canonicalJson, type Hash, type JsonObject } from '../domain/json.js';
import { highestRisk, type Mode, type Plan, planHash, type PlanStep } from '../domain/plan.js';
import { ruleFacts } from '../domain/readable.js';
import type { Target } from '../domain/target.js';
import type { LoadedRule, LoadedRunbook, LoadedStep, RuleSet } from '../rules/language/set.js';
import { resolveInputs } from './inputs.js';
import { approvalTerms, effectTimeout, guardLimits, verification } from './limits.js';
import { effectiveMode } from './mode.js';
import { resolveParams } from './params.js';
import { capsOf, paceOf } from './profiles.js';

export interface PlanInput {
  set: RuleSet;
  catalogue: Catalogue;
  hash: Hash;
  incident: Incident;
  alert: Alert;
  rule: LoadedRule;
  environment: string;
  target: Target;
  selector: Record<string, string>;
  corroborable: boolean;
}

type Refused = { ok: false; because: string; place: string };
export type Planned = { ok: true; plan: Plan } | Refused;

/** What is going to be done, as a value. The same inputs give the same plan and the same hash. */
export function buildPlan(input: PlanInput): Planned {
  const planned = planSteps(input);
  if (!planned.ok) return planned;
  const plan = planOf(input, planned.steps);
  return { ok: true, plan: { ...plan, hash: planHash(plan, canonicalJson, input.hash) } };
}

type PlannedSteps = { ok: true; steps: PlanStep[] } | Refused;

/**
 * The steps of a rule against one target, or why one of them cannot be taken. `known`: the target was read. Where only its name is
 * known, a step whose parameters hang on its facts has none, and nothing is said that would follow from them.
 */
export function planSteps(input: Omit<PlanInput, 'hash'>, known = true): PlannedSteps {
  const facts = ruleFacts(input.alert, input.incident);
  const steps: PlanStep[] = [];
  for (const [index, step] of input.rule.steps.entries()) {
    const planned = planStep(input, step, { index, facts, known });
    if (!planned.ok) return planned;
    steps.push(planned.step);
  }
  return { ok: true, steps };
}

/** Everything of a plan beside its steps, and what follows from them. Without its hash: whoever knows all of it pins it. */
export function planOf(input: Omit<PlanInput, 'alert' | 'hash'>, steps: PlanStep[]): Omit<Plan, 'hash'> {
  const { set, catalogue, incident, rule, environment, target, selector, corroborable } = input;
  const risk = steps.map((step) => step.risk).reduce(highestRisk, 'additive');
  const { mode, because } = effectiveMode({
    rule: rule.doc.mode?.[environment],
    environment,
    ceiling: set.policy.doc.environments[environment]?.ceiling ?? 'observe',
    risk,
    actions: steps.map((step) => allowance(catalogue, step.action)),
    corroborable,
    barsAuto: set.revision?.barsAuto,
  });
  return {
    ref: incident.ref,
    rule: { name: rule.name, logicHash: rule.logicHash, fileHash: rule.fileHash, at: rule.at },
    team: rule.doc.owner,
    rulesHash: set.hash,
    environment,
    mode,
    ...(because === undefined ? {} : { modeBecause: because }),
    target,
    selector,
    steps,
    limits: guardLimits(set, rule),
    approval: approvalTerms(set, rule, risk === 'destructive'),
    report: reportOf(rule, incident.ref.source),
    pace: paceOf(set),
  };
}

/** A rule may leave out what its runbook would put back; then nothing is given back either. */
function undoOf({ doc }: LoadedRule, runbook: LoadedRunbook): Pick<PlanStep, 'undo' | 'giveBackMs'> {
  if (doc.undo === 'none' || runbook.doc.undo === 'none') return { undo: 'none' };
  const giveBackMs = runbook.doc.giveBack === undefined ? undefined : parseDuration(runbook.doc.giveBack);
  return { undo: 'restore', ...(giveBackMs === undefined ? {} : { giveBackMs }) };
}

/** Only where it is said: no other plan's hash changes. */
const stopOnOf = ({ doc: { stopOn } }: LoadedRunbook): Pick<PlanStep, 'stopOn'> =>
  stopOn === undefined ? {} : { stopOn: { check: stopOn.check, params: stopOn.with ?? {} } };

/** A ticket that is the incident itself is resolved as an incident is. What says never, or nothing, is left out: it must not change a hash. */
function reportOf({ doc: { report } }: LoadedRule, source: string): Plan['report'] {
  const atSource = source === 'servicenow' ? report?.servicenow : report?.pagerduty;
  const ticket = report?.servicenow?.resolve === 'whenVerified';
  return {
    resolve: atSource?.resolve ?? 'never',
    ...(ticket ? { servicenow: 'whenVerified' } : {}),
    ...(report?.slack === undefined ? {} : { slack: report.slack }),
    ...grafanaOf(report?.grafana),
  };
}

/** Only what is switched off: what is told as ever must not change a hash. */
function grafanaOf(told: NonNullable<LoadedRule['doc']['report']>['grafana']): Pick<Plan['report'], 'grafana'> {
  const annotate = told?.annotate === false ? { annotate: false as const } : {};
  const silence = told?.silence === false ? { silence: false as const } : {};
  const off = { ...annotate, ...silence };
  return Object.keys(off).length === 0 ? {} : { grafana: off };
}

/** What an action allows at most, and whether it can be carried out at all. */
function allowance(catalogue: Catalogue, id: string): { id: string; ceiling: Mode; connected: boolean } {
  const { ceiling = 'observe', connected = false } = catalogue.actions.get(id) ?? {};
  return { id, ceiling, connected };
}

/** Where a step stands, and what it is resolved against. */
interface Standing {
  index: number;
  facts: JsonObject;
  known: boolean;
}

function planStep(
  input: Omit<PlanInput, 'hash'>,
  step: LoadedStep,
  { index, facts, known }: Standing,
): { ok: true; step: PlanStep } | Refused {
  const { set, catalogue, environment, target, rule } = input;
  const runbook = set.runbooks.get(step.runbook);
  const action = runbook && catalogue.actions.get(runbook.doc.uses);
  const at = (place: string): string => (step.place ? `${step.place}.${place}` : place);
  if (!runbook || !action)
    return { ok: false, place: at('run'), because: `the runbook ${step.runbook} or its action is not there any more` };
  const inputs = resolveInputs(step, runbook.doc, facts);
  if (!inputs.ok) return inputs;
  const resolved = resolveParams(runbook.doc, action, environment, target, inputs.values);
  if (!resolved.ok && known) return { ok: false, place: at(`${step.runbook}.${resolved.place}`), because: resolved.because };
  const params = resolved.ok ? resolved.params : undefined;
  const warns = params && action.warns(params);
  return {
    ok: true,
    step: {
      index,
      runbook: runbook.name,
      runbookHash: runbook.fileHash,
      action: action.id,
      waits: action.waits,
      params: params ?? {},
      risk: highestRisk(runbook.doc.risk, params ? action.riskOf(params) : action.risk),
      idempotency: action.idempotency,
      timeoutMs: effectTimeout(runbook.doc, capsOf(set)),
      verify: verification(set, step, runbook.doc),
      ...undoOf(rule, runbook),
      ...(action.stops ? { stops: true } : {}),
      ...stopOnOf(runbook),
      ...(warns === undefined ? {} : { warns }),
      says: params ? action.says(params) : runbook.name,
    },
  };
}
