import type { Catalogue } from '../../domain/catalogue.js';
import type { Json, JsonObject } from '../../domain/json.js';
import { orLearned } from '../../domain/patience.js';
import type { Pace, Plan, PlanStep } from '../../domain/plan.js';
import { duration, listed } from '../../domain/words.js';

/** One step, as somebody reads it who has to say yes. */
export interface PreviewStep {
  runbook: string;
  action: string;
  risk: string;
  /** What it would change: `Auto Scaling group checkout-web 4 -> 6`. */
  does: string;
  /** The exact parameters; where the target was not read, values that come from it as `<target.name>`. */
  params: JsonObject;
  warns?: string;
  stopOn?: string;
  /** `10 min`. */
  timeout?: string;
  verify: string;
  undo: string;
  giveBack?: string;
}

export const shownSteps = ({ steps, pace }: Plan, catalogue: Catalogue): PreviewStep[] =>
  steps.map((step) => shownStep(step, catalogue, pace));

function shownStep(step: PlanStep, catalogue: Catalogue, pace: Pace): PreviewStep {
  const { verify, stopOn } = step;
  return {
    runbook: step.runbook,
    action: step.action,
    risk: step.risk,
    does: step.says,
    params: step.params,
    ...(step.warns === undefined ? {} : { warns: step.warns }),
    ...(stopOn ? { stopOn: checkWords(stopOn.check, stopOn.params) } : {}),
    ...(step.waits ? { timeout: duration(step.timeoutMs) } : {}),
    verify: verifyWords(verify, pace),
    undo: undoWords(step.undo, catalogue.actions.get(step.action)?.undoes === true),
    ...(step.giveBackMs === undefined
      ? {}
      : { giveBack: `given back ${duration(step.giveBackMs)} after the incident is closed, if it is still ours` }),
  };
}

export const checkWords = (check: string, params: JsonObject): string => {
  const said = Object.entries(params).map(([name, value]) => `${name} ${textOf(value)}`);
  return said.length === 0 ? check : `${check} (${said.join(', ')})`;
};

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

export function verifyWords(terms: PlanStep['verify'], pace: Pace): string {
  const { alertCleared, checks, forMs, withinMs } = terms;
  const all = [...(alertCleared ? ['the alert is over'] : []), ...checks.map(({ check, params }) => checkWords(check, params))];
  return `${listed(all)}, for ${duration(forMs)}, within ${duration(withinMs)} of its end${orLearned(terms, pace)}`;
}

export const undoWords = (undo: 'none' | 'restore', able: boolean): string => {
  if (undo === 'restore')
    return 'what was recorded before it is put back if it did not help, unless somebody has changed it since';
  return able ? 'not wanted by its runbook or rule: what it did stays' : 'none: what it did stays';
};
