import type { Alert } from '../../domain/alert.js';
import type { CatalogueTarget } from '../../domain/catalogue.js';
import { fitsWhole } from '../../domain/readable.js';

/** Part of a target's name, to the field of the alert that holds it. */
export type Aim = Readonly<Record<string, string>>;

/** The label by which a target's part is named, in letters that all tools agree on. */
const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Words that name nothing by themselves: a label must say of what it is the name. */
const empty = new Set(['name', 'id', 'arn']);

/**
 * Labels of an alert that name one target of a type: each by the name of the part it stands for, and by a value that fits. A value whose form
 * says what it is (`i-…`) needs no name. `undefined`: the alert names no such target.
 */
export function aimOf({ type, select }: CatalogueTarget, { labels }: Pick<Alert, 'labels'>): Aim | undefined {
  const kinds = type.split('.').slice(1).map(plain);
  const found: Record<string, string> = {};
  for (const [part, pattern] of Object.entries(select)) {
    const fitting = Object.entries(labels).filter(([label, value]) => readable.test(label) && fitsWhole(pattern, value));
    const best = fitting
      .map(([label]) => ({ label, score: scoreOf(plain(label), plain(part), kinds) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || (a.label < b.label ? -1 : 1))[0]?.label;
    // Of a form of its own: ordinary words do not fit it.
    const telling =
      !['web', 'web-1', '1'].some((word) => fitsWhole(pattern, word)) && fitting.length === 1 ? fitting[0]?.[0] : undefined;
    const label = best ?? telling;
    if (label === undefined) return undefined;
    found[part] = `alert.labels.${label}`;
  }
  return found;
}

/** Labels that a field can name. */
const readable = /^[A-Za-z_][A-Za-z0-9_-]*$/;

function scoreOf(label: string, part: string, kinds: readonly string[]): number {
  const ofKind = kinds.filter((kind) => label.includes(kind)).length;
  if (label === part && !empty.has(part)) return 10;
  const named = label.startsWith(part) || label.endsWith(part);
  if (empty.has(part)) return named && ofKind > 0 ? ofKind : 0;
  return named ? 5 + ofKind : 0;
}
