import type { InputValue } from '../../domain/runbook-input.js';
import type { OutcomeKind } from '../../domain/outcome.js';
import type { GuardVerdict } from '../../domain/permit.js';
import type { Condition } from '../../domain/plan.js';
import type { CaseVerb } from '../../rules/language/cases.js';

/** What one delivery came to. */
export interface Found {
  verb: CaseVerb;
  of: string[];
  target?: { name: string; id: string };
  /** Inputs of the first step. */
  with?: Record<string, InputValue>;
  outcome?: OutcomeKind;
  /** What decided it: shown where it was not what was wanted. */
  why: Why[];
}

export type Why = { condition: Condition } | { guard: GuardVerdict } | { says: string; place: string };

/** What cases have made a rule do, for the coverage of its lines, guards and steps. */
export interface Touched {
  /** `when.0`, its text, and what it came to. */
  conditions: { place: string; text: string; result: Condition['result'] }[];
  /** Guards that kept it from acting by itself. */
  guards: Set<string>;
  /** Steps of the ladder that it came to. */
  steps: Set<number>;
}

export const untouched = (): Touched => ({ conditions: [], guards: new Set(), steps: new Set() });
