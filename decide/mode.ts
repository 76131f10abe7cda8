import { type Mode, modeOrder, type Risk } from '../domain/plan.js';

export interface ModeAsked {
  rule: Mode | undefined;
  environment: string;
  ceiling: Mode;
  /** The highest risk of any step. */
  risk: Risk;
  /** What each step's action allows at most. */
  actions: readonly { id: string; ceiling: Mode; connected: boolean }[];
  corroborable: boolean;
  /** Why these rules may not be automatic at all: who signed them. */
  barsAuto?: string | undefined;
}

export interface ModeGiven {
  mode: Mode;
  /** Why it is less than the rule asks for, in one sentence. */
  because?: string;
}

/** A mode is only ever lowered, and always with its reason. */
export function effectiveMode({ rule, environment, ceiling, risk, actions, corroborable, barsAuto }: ModeAsked): ModeGiven {
  const reasons: [Mode, string, boolean][] = [
    [ceiling, `the policy allows at most ${ceiling} in ${environment}`, true],
    ['approve', 'its risk is destructive, which is never automatic', risk === 'destructive'],
    ...actions.map(({ id, connected }): [Mode, string, boolean] => ['observe', `what ${id} needs is not connected`, !connected]),
    ...actions.map(({ id, ceiling: most }): [Mode, string, boolean] => [most, `${id} allows at most ${most}`, true]),
    ['approve', 'nothing independent can confirm this alert', !corroborable],
    ['approve', barsAuto ?? '', barsAuto !== undefined],
  ];
  let given: ModeGiven = { mode: rule ?? 'observe' };
  for (const [most, why, applies] of reasons) {
    if (!applies || modeOrder.indexOf(most) >= modeOrder.indexOf(given.mode)) continue;
    given = { mode: most, because: `${rule} became ${most}: ${why}` };
  }
  return given;
}
