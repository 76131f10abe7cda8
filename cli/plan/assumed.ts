import type { Chosen } from '../../decide/decide.js';
import { resolveInputs } from '../../decide/inputs.js';
import { effectTimeout, verification } from '../../decide/limits.js';
import { buildPlan } from '../../decide/plan.js';
import { capsOf, paceOf } from '../../decide/profiles.js';
import type { Catalogue } from '../../domain/catalogue.js';
import type { JsonObject } from '../../domain/json.js';
import type { Plan } from '../../domain/plan.js';
import { ruleFacts } from '../../domain/readable.js';
import { fillTemplate } from '../../domain/template.js';
import { duration } from '../../domain/words.js';
import type { LoadedRule, RuleSet } from '../../rules/language/set.js';
import type { CaseFacts } from '../explain-case.js';
import { sha256 } from '../installation.js';
import { checkWords, type PreviewStep, undoWords, verifyWords } from './step.js';

/** What can be told of a plan whose target nobody has read. */
export interface Assumed {
  rule: LoadedRule;
  /** Where no step depends on more than the target's name. */
  plan?: Plan;
  requires: string[];
  steps: PreviewStep[];
}

interface Unread {
  facts: CaseFacts;
  chosen: Chosen;
  set: RuleSet;
  catalogue: Catalogue;
}

/** The plan for a target of that name of which nothing else is known; where that is not enough, its steps as the runbooks write them. */
export function assumedPlan(unread: Unread): Assumed {
  const { chosen, set } = unread;
  const { rule } = chosen;
  const own = rule.doc.require ?? [];
  const ofRunbooks = rule.steps.flatMap(({ runbook }) => set.runbooks.get(runbook)?.doc.require ?? []);
  const plan = chosen.tagged ? undefined : planned(unread);
  return {
    rule,
    ...(plan ? { plan } : {}),
    requires: [...new Set([...own, ...ofRunbooks])],
    steps: plan ? [] : rule.steps.map((_, index) => written(unread, index)),
  };
}

function planned({ facts: { incident, alert, witness }, chosen, set, catalogue }: Unread): Plan | undefined {
  const { rule, environment, account, region, targetType: type, selector } = chosen;
  const names = Object.values(selector);
  const target = {
    type,
    id: [type, account, region, ...names].join('/'),
    name: names.at(-1) ?? '',
    account,
    region,
    environment,
    tags: {},
    facts: {},
    readAt: '',
  };
  const corroborable = witness.by !== incident.ref?.source;
  try {
    const made = buildPlan({ set, catalogue, hash: sha256, incident, alert, rule, environment, target, selector, corroborable });
    return made.ok ? made.plan : undefined;
  } catch {
    // An action that makes its exact parameters of the target's facts cannot do so without any.
    return undefined;
  }
}

/** One step as its runbook writes it: what comes from the target stands as `<target.name>`. */
function written(
  { facts: { incident, alert }, chosen: { rule, environment }, set, catalogue }: Unread,
  index: number,
): PreviewStep {
  const step = rule.steps[index] ?? rule.steps[0];
  const runbook = set.runbooks.get(step.runbook);
  const action = runbook && catalogue.actions.get(runbook.doc.uses);
  if (!runbook || !action) throw new TypeError(`The runbook ${step.runbook} or its action is not there`);
  const { doc } = runbook;
  const inputs = resolveInputs(step, doc, ruleFacts(alert, incident));
  const params: JsonObject = fillTemplate(doc.with, environment, ({ from }) => {
    const known = inputs.ok && from.startsWith('inputs.') ? inputs.values[from.slice('inputs.'.length)] : undefined;
    return { ok: true, value: known ?? `<${from}>` };
  }).value;
  const undo = rule.doc.undo === 'none' ? 'none' : doc.undo;
  return {
    runbook: runbook.name,
    action: action.id,
    risk: doc.risk,
    does: inputs.ok
      ? `${action.summary.replace(/\.$/, '')}: how exactly is settled when the target is read`
      : `it would be refused: ${inputs.because}`,
    params,
    ...(doc.stopOn ? { stopOn: checkWords(doc.stopOn.check, doc.stopOn.with ?? {}) } : {}),
    ...(action.waits ? { timeout: duration(effectTimeout(doc, capsOf(set))) } : {}),
    verify: verifyWords(verification(set, step, doc), paceOf(set)),
    undo: undoWords(undo, action.undoes),
    ...(doc.giveBack === undefined || undo === 'none'
      ? {}
      : { giveBack: `given back ${doc.giveBack} after the incident is closed, if it is still ours` }),
  };
}
