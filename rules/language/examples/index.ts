import { type DocumentKind, type Key, keysOf } from '../keys.js';
import { casesKeys, sameCasesKeys } from './cases.js';
import type { KeyText, KeyTexts, SameKeys } from './key-text.js';
import { policyKeys, samePolicyKeys } from './policy.js';
import { ruleKeys, sameRuleKeys } from './rule.js';
import { runbookKeys, sameRunbookKeys } from './runbook.js';

/** What every key means, with an example. */
export const keyTexts: Readonly<Record<DocumentKind, KeyTexts>> = {
  rule: ruleKeys,
  runbook: runbookKeys,
  policy: policyKeys,
  cases: casesKeys,
};

const sameKeys: Readonly<Record<DocumentKind, SameKeys>> = {
  rule: sameRuleKeys,
  runbook: sameRunbookKeys,
  policy: samePolicyKeys,
  cases: sameCasesKeys,
};

/** Keys that mean what others do: path to path. */
export const sameKeysOf = (kind: DocumentKind): SameKeys => sameKeys[kind];

/** The path where a key is explained: `ladder.*.verify.for` is explained as `verify.for`. */
export function explainedAt(kind: DocumentKind, path: string): string {
  const [below, same] = Object.entries(sameKeys[kind]).find(([from]) => path === from || path.startsWith(`${from}.`)) ?? [];
  return below === undefined || same === undefined ? path : `${same}${path.slice(below.length)}`;
}

export const textOf = (kind: DocumentKind, path: string): KeyText | undefined => keyTexts[kind][explainedAt(kind, path)];

/** The keys of a kind of document that have a sentence of their own, each with it. */
export const explainedKeys = (kind: DocumentKind): (Key & { text: KeyText })[] =>
  keysOf(kind).flatMap((key) => {
    const text = keyTexts[kind][key.path];
    return text === undefined ? [] : [{ ...key, text }];
  });
