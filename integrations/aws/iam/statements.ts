import { canonicalJson, type JsonObject } from '../../../domain/json.js';
import type { Grant } from '../../contract/grant.js';
import type { RightsLine } from '../../contract/rights.js';

/** The smallest part of a policy: one action on one resource. */
export interface Right {
  sid: string;
  action: string;
  resource: string;
  conditions: JsonObject | undefined;
  because: string;
}

export const rightsOf = (
  { sid, actions, resources, conditions }: Pick<Grant, 'sid' | 'actions' | 'resources' | 'conditions'>,
  because: string,
): Right[] => actions.flatMap((action) => resources.map((resource) => ({ sid, action, resource, conditions, because })));

const keyOf = ({ action, resource, conditions }: Right): string => canonicalJson([action, resource, conditions ?? {}]);

/** What is not among those that are granted. */
export function beyond(rights: readonly Right[], granted: readonly Right[]): Right[] {
  const known = new Set(granted.map(keyOf));
  return rights.filter((right) => !known.has(keyOf(right)));
}

/** Statements that give exactly these rights, in an order of their own: the same rights, however they come, give the same text. */
export function statements(rights: readonly Right[]): RightsLine[] {
  const lines = [...grouped(onceEach(rights), ({ sid, conditions }) => canonicalJson([sid, conditions ?? {}])).values()].flatMap(
    (alike) => bySameResources(alike),
  );
  lines.sort((a, b) => compare(orderOf(a), orderOf(b)));
  const seen = new Map<string, number>();
  return lines.map((line) => {
    const count = (seen.get(line.sid) ?? 0) + 1;
    seen.set(line.sid, count);
    return count === 1 ? line : { ...line, sid: `${line.sid}${count}` };
  });
}

interface Kept extends Right {
  reasons: Set<string>;
}

/** One right may be needed for several reasons, by several names: it keeps the first name. */
function onceEach(rights: readonly Right[]): Kept[] {
  const kept = new Map<string, Kept>();
  for (const right of [...rights].sort((a, b) => compare(sidOf(a), sidOf(b)))) {
    const known = kept.get(keyOf(right));
    if (known) known.reasons.add(right.because);
    else kept.set(keyOf(right), { ...right, sid: sidOf(right), reasons: new Set([right.because]) });
  }
  return [...kept.values()];
}

/** What takes no resource and no condition is one statement per service, whoever needs it. */
function sidOf({ sid, action, resource, conditions }: Right): string {
  if (resource !== '*' || conditions !== undefined) return sid;
  const service = action.split(':')[0] ?? '';
  return `AnyResource${service.charAt(0).toUpperCase()}${service.slice(1)}`;
}

function bySameResources(alike: readonly Kept[]): RightsLine[] {
  const byAction = grouped(alike, ({ action }) => action);
  const resourcesOf = (action: string): string[] => sorted((byAction.get(action) ?? []).map(({ resource }) => resource));
  return [...grouped([...byAction.keys()], (action) => resourcesOf(action).join('\n')).values()].map((actions) => {
    const [first = '', ...others] = sorted(actions);
    const [right] = byAction.get(first) ?? [];
    return {
      sid: right?.sid ?? '',
      actions: [first, ...others],
      resources: resourcesOf(first),
      ...(right?.conditions === undefined ? {} : { conditions: right.conditions }),
      because: sorted(actions.flatMap((action) => (byAction.get(action) ?? []).flatMap(({ reasons }) => [...reasons]))),
    };
  });
}

const orderOf = ({ sid, actions, resources, conditions = {} }: RightsLine): string =>
  [sid, ...actions, ...resources, canonicalJson(conditions)].join('\n');

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].sort(compare);

function grouped<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

/** A line as IAM writes it. */
export const statementOf = ({ sid, actions, resources, conditions }: RightsLine): JsonObject => ({
  Sid: sid,
  Effect: 'Allow',
  Action: [...actions],
  Resource: [...resources],
  ...(conditions === undefined ? {} : { Condition: conditions }),
});

export const policyOf = (all: readonly JsonObject[]): JsonObject => ({ Version: '2012-10-17', Statement: [...all] });
