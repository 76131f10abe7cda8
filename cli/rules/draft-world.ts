import type { CatalogueTarget } from '../../domain/catalogue.js';
import { optInTag } from '../../domain/guard-defaults.js';
import type { Json, JsonObject } from '../../domain/json.js';
import type { LoadedCase } from '../../rules/language/case-set.js';
import type { CaseWorld } from '../../rules/language/cases.js';
import type { RuleSet } from '../../rules/language/set.js';
import { playCase, type Played } from '../cases/play.js';
import type { Stage } from '../cases/stage.js';

/** What the world must be like for the rule to say what it would have done, and what it says then. */
export interface DraftWorld {
  world: CaseWorld;
  played: Played;
}

/** As many worlds as are tried: each is one decision, in memory. */
const mostTries = 3_000;

interface Search {
  stage: Omit<Stage, 'rule'>;
  /** The case without its world. */
  bare: LoadedCase;
  type: CatalogueTarget;
  runbook: string;
  /** By which the target is named, where literals or labels say. */
  selector: Readonly<Record<string, string>>;
  /** As it was read then. */
  known?: { facts: JsonObject; tags: Record<string, string> } | undefined;
}

/**
 * The smallest world in which the new rule observes: where it was recorded, or in the first environment that has such ground; a target with
 * the tag that allows it, and of its facts only those without which the runbook would not be run. Nothing is read: facts that nobody
 * recorded are tried. `undefined`: no such world was found; the best that was played says why.
 */
export function worldFor(search: Search): DraftWorld | { found?: undefined; why: Played } {
  const { stage, bare, known } = search;
  const tags = { [optInTag.key]: optInTag.value };
  const places = [undefined, ...Object.keys(stage.set.policy.doc.environments)];
  let why: Played | undefined;
  let tries = 0;
  for (const facts of [...(known ? [known.facts] : []), ...candidates(search)]) {
    for (const env of places) {
      if (tries++ > mostTries) break;
      const world: CaseWorld = { ...(env === undefined ? {} : { env }), target: { ...(facts as Record<string, never>), tags } };
      const played = playCase({ ...bare, world }, stage);
      if (played.found[0]?.verb === 'observe') return smallest(world, search, played);
      why ??= played;
      if (played.found[0]?.of[0] !== 'environment') break;
    }
  }
  return { why: why ?? playCase(bare, stage) };
}

/** Without each fact that makes no difference. */
function smallest(world: CaseWorld, { stage, bare }: Search, played: Played): DraftWorld {
  let best = { world, played };
  for (const fact of Object.keys(world.target as object).filter((name) => name !== 'tags')) {
    const { [fact]: _left, ...fewer } = best.world.target as JsonObject;
    const without = { ...best.world, target: fewer };
    const again = playCase({ ...bare, world: without }, stage);
    if (again.found[0]?.verb === 'observe') best = { world: without, played: again };
  }
  return best;
}

/** Facts that might do: of each type the plainest value, then what the runbook's own conditions name; the fewest changes first. */
function* candidates({ stage: { set }, type, runbook, selector }: Search): Generator<JsonObject> {
  const named = literalsIn(set, runbook);
  const choices = Object.entries(type.facts).map(([name, kind]): [string, Json[]] => [
    name,
    [...choicesFor(kind, selector[name], named)],
  ]);
  const plainest = Object.fromEntries(choices.map(([name, [first = null]]) => [name, first]));
  for (let changes = 0; changes <= Math.min(3, choices.length); changes++) yield* changed(plainest, choices, changes);
}

function* changed(facts: JsonObject, choices: readonly [string, Json[]][], changes: number): Generator<JsonObject> {
  if (changes === 0) return yield facts;
  for (const [index, [name, values]] of choices.entries())
    for (const value of values.slice(1)) yield* changed({ ...facts, [name]: value }, choices.slice(index + 1), changes - 1);
}

function* choicesFor(
  kind: CatalogueTarget['facts'][string],
  selected: string | undefined,
  named: readonly Json[],
): Generator<Json> {
  const fitting = named.filter((value) => typeof value === kind);
  if (kind === 'string') yield* [...(selected === undefined ? [] : [selected]), '', ...fitting, 'x'];
  else if (kind === 'number') yield* [1, 0, 10, ...fitting];
  else if (kind === 'boolean') yield* [false, true];
  else yield kind === 'list' ? [] : {};
}

/** What the runbook's conditions compare with. */
function literalsIn(set: RuleSet, runbook: string): Json[] {
  const lines = set.runbooks.get(runbook)?.doc.require ?? [];
  return lines
    .flatMap((line) => [...line.matchAll(/"((?:[^"\\]|\\.)*)"|\b(\d+(?:\.\d+)?)\b/g)])
    .map(([, text, number]) => (text === undefined ? Number(number) : text));
}
