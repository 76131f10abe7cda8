import { ApiError, type ApiClient } from '../api/client.js';
import type { RuleRecord } from '../api/shapes-labels.js';
import { pastWords, usualWords } from '../domain/patience.js';
import { planIn } from '../domain/plan.js';

type Api = Pick<ApiClient, 'plan' | 'ruleRecord'>;

/** How long what the incident's rule does usually takes, all in all; `undefined`: there is no plan, or no past of it. */
export const usuallyTakes = async (api: Api, incident: string): Promise<string | undefined> => {
  const learned = await learnedFor(api, incident);
  return learned && usualWords(learned);
};

/** The same with what clears by itself: as the incident's note says it. */
export const pastFor = async (api: Api, incident: string): Promise<string | undefined> => {
  const learned = await learnedFor(api, incident);
  return learned && pastWords(learned);
};

async function learnedFor(api: Api, incident: string): Promise<RuleRecord['learned'] | undefined> {
  try {
    const plan = planIn((await api.plan(incident)).decision);
    return plan && (await api.ruleRecord(plan.rule.name, plan.environment, plan.rule.logicHash)).learned;
  } catch (error) {
    // It is told beside what people have asked for: without it they get that all the same.
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
