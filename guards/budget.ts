import type { Guard, GuardFacts, PastEffect } from '../domain/admission.js';
import type { Budget } from '../domain/plan.js';
import { budgetWords } from '../domain/words.js';
import { allow, ask, freeAt } from './say.js';

interface Window {
  of: string;
  budget: Budget;
  used: number;
  /** Epoch milliseconds; infinite when a budget of none can never be free. */
  free: number;
}

export const budget: Guard = {
  id: 'budget',
  sentence: 'So many effects in so long, per rule, service and team, and in all; when it is used up, a human decides.',
  asked: ['preview', 'admission'],
  judge: (facts, { effects }, { budget: budgets }) => {
    const ofRule = windowOf(
      `rule ${facts.rule}`,
      budgets.rule,
      facts,
      effects.filter(({ rule }) => rule === facts.rule),
    );
    const windows = [
      ofRule,
      windowOf(
        `service ${facts.incident.service.name || facts.incident.service.id}`,
        budgets.service,
        facts,
        effects.filter(({ service }) => service === facts.incident.service.id),
      ),
      ...(budgets.team === undefined
        ? []
        : [
            windowOf(
              `team ${facts.team.name}`,
              budgets.team,
              facts,
              effects.filter(({ team }) => team === facts.team.name),
            ),
          ]),
      windowOf('everything', budgets.all, facts, effects),
    ];
    const limit = budgetWords(budgets.rule);
    const empty = windows.filter(({ used, budget: { count } }) => !(used < count)).sort((a, b) => b.free - a.free)[0];
    if (!empty) return allow(limit, `${ofRule.used} used`);
    const found = `${empty.used} used of ${budgetWords(empty.budget)} for ${empty.of}`;
    if (!Number.isFinite(empty.free)) return ask(budgetWords(empty.budget), found);
    return freeAt(ask(budgetWords(empty.budget), found), empty.free);
  },
};

/** An effect leaves its window when it is as old as the window is long. */
function windowOf(of: string, budget: Budget, { now }: GuardFacts, effects: readonly PastEffect[]): Window {
  const times = effects.map(({ at }) => at).filter((at) => !(at <= now - budget.perMs));
  const newestFirst = times.sort((a, b) => b - a);
  const blocking = newestFirst[budget.count - 1];
  return {
    of,
    budget,
    used: times.length,
    free: blocking === undefined ? Number.POSITIVE_INFINITY : blocking + budget.perMs,
  };
}
