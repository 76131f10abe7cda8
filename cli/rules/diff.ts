import { canonicalJson, type Json, type JsonObject } from '../../domain/json.js';
import type { RuleSet } from '../../rules/language/set.js';
import { type Effect, effectOf } from './loosens.js';
import { usualInPolicy, usualInRule, usualInRunbook } from './usual.js';

type Kind = 'rule' | 'runbook' | 'policy';

/** One thing that a document says otherwise than before. */
export interface Change {
  /** Dotted, as in messages: `mode.prod`, `when.1`. */
  place: string;
  before?: string;
  after?: string;
  effect: Effect;
}

export interface DocumentDiff {
  kind: Kind;
  name: string;
  /** Where it stands, or stood. */
  at: string;
  was: 'added' | 'removed' | 'changed';
  changes: Change[];
  /** Of a rule: evidence about it belongs to its logic. */
  logic: { changed: boolean; because?: string };
  /** Whether what the document itself says changed; only a runbook of a rule may have. */
  file: { changed: boolean };
}

interface Document {
  kind: Kind;
  name: string;
  at: string;
  doc: JsonObject;
  logicHash: string;
  fileHash: string;
  runbooks: string[];
}

/** What two sets say otherwise, by what they mean: comments, places and the order of anything do not count. */
export function diffRules(before: RuleSet, after: RuleSet): DocumentDiff[] {
  const [was, is] = [documentsOf(before), documentsOf(after)];
  const keys = [...new Set([...was.keys(), ...is.keys()])];
  return keys.flatMap((key): DocumentDiff[] => {
    const [one, other] = [was.get(key), is.get(key)];
    if (!one || !other) return (one ?? other) ? [onlyThere((one ?? other) as Document, other !== undefined)] : [];
    if (one.logicHash === other.logicHash && one.fileHash === other.fileHash) return [];
    return [changedDocument(one, other, before, after)];
  });
}

/** In the order in which people read them. */
function documentsOf({ rules, runbooks, policy }: RuleSet): Map<string, Document> {
  const all: Document[] = [
    { ...policy, kind: 'policy' as const, name: '', logicHash: policy.fileHash, runbooks: [] },
    ...[...runbooks.values()].map((runbook) => ({ ...runbook, kind: 'runbook' as const, runbooks: [] })),
    ...rules.map((rule) => ({ ...rule, kind: 'rule' as const, runbooks: rule.steps.map(({ runbook }) => runbook) })),
  ].map(({ kind, name, at, doc, logicHash, fileHash, runbooks: used }) => ({
    kind,
    name: kind === 'policy' ? policy.name : name,
    at,
    doc: JSON.parse(JSON.stringify(doc)) as JsonObject,
    logicHash,
    fileHash,
    runbooks: [...new Set(used)],
  }));
  return new Map(all.map((one) => [one.kind === 'policy' ? 'policy' : `${one.kind} ${one.name}`, one]));
}

function onlyThere({ kind, name, at, doc }: Document, added: boolean): DocumentDiff {
  const modes = kind === 'rule' ? Object.entries((doc['mode'] ?? {}) as Record<string, string>) : [];
  return {
    kind,
    name,
    at,
    was: added ? 'added' : 'removed',
    changes: modes
      .filter(([, mode]) => mode !== 'observe')
      .map(([environment, mode]) => ({
        place: `mode.${environment}`,
        ...(added ? { after: mode } : { before: mode }),
        effect: added ? 'looser' : 'stricter',
      })),
    logic: { changed: true },
    file: { changed: true },
  };
}

function changedDocument(one: Document, other: Document, before: RuleSet, after: RuleSet): DocumentDiff {
  const { kind, name, at } = other;
  const changes = changesIn('', one.doc, other.doc).map((change): Change => {
    const [was, is] = [change.before ?? usual(kind, change.place, before), change.after ?? usual(kind, change.place, after)];
    const shown = (value: Json | undefined, own: Json | undefined): string | undefined =>
      value === undefined ? undefined : `${text(value)}${own === undefined ? ' (default)' : ''}`;
    const [from, to] = [shown(was, change.before), shown(is, change.after)];
    return {
      place: change.place,
      ...(from === undefined ? {} : { before: from }),
      ...(to === undefined ? {} : { after: to }),
      effect: effectOf(kind, change.asked ?? change.place, was, is),
    };
  });
  const logicChanged = one.logicHash !== other.logicHash;
  const turned = other.runbooks.filter(
    (book) => before.runbooks.get(book)?.logicHash !== after.runbooks.get(book)?.logicHash && one.runbooks.includes(book),
  );
  return {
    kind,
    name,
    at,
    was: 'changed',
    changes,
    logic: {
      changed: logicChanged,
      ...(logicChanged && turned.length > 0 ? { because: `the runbook ${turned.join(', ')}` } : {}),
    },
    file: { changed: one.fileHash !== other.fileHash },
  };
}

const usual = (kind: Kind, place: string, set: RuleSet): Json | undefined =>
  kind === 'rule' ? usualInRule(place, set) : kind === 'policy' ? usualInPolicy(place) : usualInRunbook(place);

const text = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

interface RawChange {
  place: string;
  before?: Json;
  after?: Json;
  /** The place by which it is judged, where the shown one is finer. */
  asked?: string;
}

const isMap = (value: Json | undefined): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function changesIn(place: string, before: Json | undefined, after: Json | undefined): RawChange[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return [];
  // Figures in a list, such as batches, have an order and mean something together only.
  const figures = [before, after].some((value) => Array.isArray(value) && value.some((one) => typeof one === 'number'));
  if (!figures && Array.isArray(before ?? after) && Array.isArray(after ?? before))
    return place === 'ladder' || conditions.has(place)
      ? linesChanged(place, (before ?? []) as Json[], (after ?? []) as Json[])
      : membersChanged(place, before as Json[] | undefined, after as Json[] | undefined);
  const maps = isMap(before ?? after) && isMap(after ?? before);
  // Of what was not there at all, a map's members say more than the whole; a target or a value is one word.
  if (maps && place !== 'target' && !/(?:^|\.)from$/.test(place)) {
    const [was, is] = [before ?? {}, after ?? {}] as [JsonObject, JsonObject];
    return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key) =>
      changesIn(place === '' ? key : `${place}.${key}`, was[key], is[key]),
    );
  }
  return [{ place, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

const conditions = new Set(['when', 'unless', 'require']);

/** Lines with a place: one that stands elsewhere now is the same line. */
function linesChanged(place: string, before: readonly Json[], after: readonly Json[]): RawChange[] {
  const [was, is] = [before.map(canonicalJson), after.map(canonicalJson)];
  const found: RawChange[] = [];
  for (let index = 0; index < Math.max(was.length, is.length); index++) {
    const [one, other] = [was[index], is[index]];
    const gone = one !== undefined && !is.includes(one);
    const come = other !== undefined && !was.includes(other);
    const here = `${place}.${index}`;
    if (gone && come && place === 'ladder') found.push(...changesIn(here, before[index], after[index]));
    else if (gone && come) found.push({ place: here, before: before[index] ?? null, after: after[index] ?? null, asked: place });
    else if (gone) found.push({ place: here, before: before[index] ?? null, ...asked(place, here) });
    else if (come) found.push({ place: here, after: after[index] ?? null, ...asked(place, here) });
  }
  return found.length > 0 ? found : [{ place: `${place} (order)`, before: 'the same lines', after: 'in another order' }];
}

const asked = (place: string, here: string): Pick<RawChange, 'asked'> => ({ asked: place === 'ladder' ? here : place });

/** Members without an order. Of a list that was not there, or is no more, the whole is judged: its absence may mean "all". */
function membersChanged(place: string, before: Json[] | undefined, after: Json[] | undefined): RawChange[] {
  if (before === undefined || after === undefined)
    return [{ place, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
  const [was, is] = [before.map(canonicalJson), after.map(canonicalJson)];
  return [
    ...before.filter((_, index) => !is.includes(was[index] ?? '')).map((gone) => ({ place, before: gone })),
    ...after.filter((_, index) => !was.includes(is[index] ?? '')).map((come) => ({ place, after: come })),
  ];
}
