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

export type Planned = { ok: true; plan: Plan } | { ok: false; because: string; place: string };

/** What is going to be done, as a value. The same inputs give the same plan and the same hash. */
export function buildPlan(input: PlanInput): Planned {
  const { incident, rule } = input;
  const facts = ruleFacts(input.alert, incident);
  const steps: PlanStep[] = [];
  for (const [index, step] of rule.steps.entries()) {
    const planned = planStep(input, step, index, facts);
    if (!planned.ok) return planned;
    steps.push(planned.step);
  }
  const plan = planOf(input, steps);
  return { ok: true, plan: { ...plan, hash: planHash(plan, canonicalJson, input.hash) } };
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
  };
}

/** What an action allows at most, and whether it can be carried out at all. */
function allowance(catalogue: Catalogue, id: string): { id: string; ceiling: Mode; connected: boolean } {
  const { ceiling = 'observe', connected = false } = catalogue.actions.get(id) ?? {};
  return { id, ceiling, connected };
}

type PlannedStep = { ok: true; step: PlanStep } | { ok: false; because: string; place: string };

function planStep(input: PlanInput, step: LoadedStep, index: number, facts: JsonObject): PlannedStep {
  const { set, catalogue, environment, target, rule } = input;
  const runbook = set.runbooks.get(step.runbook);
  const action = runbook && catalogue.actions.get(runbook.doc.uses);
  const at = (place: string): string => (step.place ? `${step.place}.${place}` : place);
  if (!runbook || !action)
    return { ok: false, place: at('run'), because: `the runbook ${step.runbook} or its action is not there any more` };
  const inputs = resolveInputs(step, runbook.doc, facts);
  if (!inputs.ok) return inputs;
  const params = resolveParams(runbook.doc, action, environment, target, inputs.values);
  if (!params.ok) return { ok: false, place: at(`${step.runbook}.${params.place}`), because: params.because };
  return {
    ok: true,
    step: {
      index,
      runbook: runbook.name,
      runbookHash: runbook.fileHash,
      action: action.id,
      waits: action.waits,
      params: params.params,
      risk: highestRisk(runbook.doc.risk, action.riskOf(params.params)),
      idempotency: action.idempotency,
      timeoutMs: effectTimeout(runbook.doc, capsOf(set)),
      verify: verification(set, step, runbook.doc),
      ...undoOf(rule, runbook),
      ...(action.stops ? { stops: true } : {}),
      ...stopOnOf(runbook),
      ...(action.warns(params.params) === undefined ? {} : { warns: action.warns(params.params) }),
      says: action.says(params.params),
    },
  };
}
