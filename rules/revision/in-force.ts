import type { Catalogue } from '../../domain/catalogue.js';
import type { Hash } from '../../domain/json.js';
import type { RulesEvent, RulesRevision, RulesStanding, StoredRules } from '../../domain/rules-revision.js';
import type { Loaded } from '../language/assemble.js';
import type { Problem } from '../language/problem.js';
import type { RuleSet } from '../language/set.js';
import { createRuleStore, type RuleChange, type RuleStore } from '../language/store.js';
import { revisionReader } from './read.js';
import { fromStored, toStored } from './stored.js';

/** What is kept of sets for all processes together: the ledger's part. */
export interface RulesShelf {
  putRules: (set: StoredRules) => Promise<void>;
  storedRules: (hash: string) => Promise<StoredRules | undefined>;
  putRulesEvent: (event: Omit<RulesEvent, 'at'>) => Promise<RulesEvent>;
  rulesStanding: () => Promise<RulesStanding>;
  /** The set that came into force last, whoever loaded it. */
  lastForced: () => Promise<string | undefined>;
}

export type InForceChange =
  | { kind: 'changed'; set: RuleSet }
  | { kind: 'refused'; problems: Problem[]; inForce: RuleSet }
  /** A set that was put back stays in force, whatever the folder (`folder`: the hash of what it holds) comes to. */
  | { kind: 'pinned'; to: RuleSet; folder: string; reason: string }
  | { kind: 'unsigned'; set: RuleSet; says: string }
  | { kind: 'trouble'; says: string };

export interface InForceDeps {
  dir: string;
  catalogue: Catalogue;
  hash: Hash;
  /** Epoch milliseconds. */
  now: () => number;
  shelf: RulesShelf;
  /** In live nothing is automatic that is not signed. */
  mode: 'sandbox' | 'live';
  /** Path of the file of allowed signers. */
  allowedSigners: string | undefined;
  onChange?: (change: InForceChange) => void;
}

export interface RulesInForce extends RuleStore {
  /** The set of this hash: the one in force, one that this process had, or one that the ledger kept. */
  of: (hash: string) => Promise<RuleSet | undefined>;
  /** What the folder holds, and what stays in force instead of it, if anything does. */
  standing: () => { folder: RuleSet; pinned: RulesStanding['pinned'] };
}

/** Sets that a process keeps at hand; older ones are read from the ledger again. */
const mostAtHand = 20;

/**
 * The rules in force: the folder's, or the set that was put back, which the ledger says. Rejects with RulesRefused when the folder cannot
 * be used and nothing was put back in its place.
 */
export async function createRulesInForce(deps: InForceDeps): Promise<RulesInForce> {
  const { dir, catalogue, hash, now, shelf } = deps;
  const tell = (change: InForceChange): void => deps.onChange?.(change);
  const atHand = new Map<string, RuleSet>();
  const keep = (set: RuleSet): RuleSet => {
    atHand.delete(set.hash);
    atHand.set(set.hash, set);
    for (const old of [...atHand.keys()].slice(0, -mostAtHand)) atHand.delete(old);
    return set;
  };
  const of = async (wanted: string): Promise<RuleSet | undefined> => {
    const known = atHand.get(wanted);
    if (known) return known;
    const stored = await shelf.storedRules(wanted);
    const set = stored && fromStored(stored, dir, catalogue, hash);
    return set && keep({ ...set, loadedAt: new Date(now()).toISOString() });
  };

  let standing = await shelf.rulesStanding();
  const instead = standing.pinned && (await of(standing.pinned.hash));
  const refused = (change: RuleChange): void => void (change.kind === 'refused' && tell(change));
  const store = await createRuleStore({ dir, catalogue, hash, now, instead, onChange: refused });
  const revise = revisions(deps);
  let folder = store.current();
  let inForce: RuleSet | undefined;
  let kept = false;

  const settle = async (loaded: Loaded): Promise<void> => {
    standing = await shelf.rulesStanding().catch((error: unknown) => {
      tell({ kind: 'trouble', says: `whether other rules were put back cannot be read: ${wordsOf(error)}` });
      return standing;
    });
    const { pinned } = standing;
    // A folder that is refused keeps what it held before, and the commit of that.
    if (loaded.ok) folder = await revise({ ...store.current(), read: loaded.set.read ?? { from: dir, files: [] } }, standing);
    keep(folder);
    const before = inForce;
    const next = pinned ? ((await putBack(pinned, of, tell)) ?? inForce ?? leftOver(folder, pinned)) : folder;
    // The very same object stays while nothing has changed.
    const marked = pinned?.hash === next.hash ? barred(next, deps.mode) : next;
    inForce = before && same(before, marked) ? before : marked;
    const entry = { set: inForce, before, pinned, folder };
    if (inForce !== before) announce(tell, entry);
    // What could not be kept is tried again at the next reload.
    if (inForce !== before || !kept) kept = await keptInLedger(deps, entry);
  };
  await settle(instead && folder === instead ? await store.reload() : { ok: true, set: folder });
  let last: Promise<unknown> = Promise.resolve();
  const reload = async (): Promise<Loaded> => {
    const loaded = await store.reload();
    await settle(loaded);
    return loaded;
  };
  return {
    current: () => inForce ?? folder,
    standing: () => ({ folder, pinned: standing.pinned }),
    of: async (wanted) => (inForce?.hash === wanted ? inForce : of(wanted)),
    reload: () => {
      const next = last.then(reload, reload);
      last = next.catch(() => undefined);
      return next;
    },
  };
}

const same = (one: RuleSet, other: RuleSet): boolean =>
  one.hash === other.hash &&
  one.revision?.commit === other.revision?.commit &&
  one.revision?.says === other.revision?.says &&
  one.revision?.barsAuto === other.revision?.barsAuto;

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Pin = NonNullable<RulesStanding['pinned']>;

async function putBack(pinned: Pin, of: RulesInForce['of'], tell: (change: InForceChange) => void): Promise<RuleSet | undefined> {
  const trouble = (why: string): undefined => {
    const says = `the rules ${pinned.hash.slice(0, 8)}, which were put back, ${why}; what is in force stays`;
    tell({ kind: 'trouble', says });
    return undefined;
  };
  try {
    return (await of(pinned.hash)) ?? trouble('cannot be put together again by this version');
  } catch (error) {
    return trouble(`cannot be read: ${wordsOf(error)}`);
  }
}

/** Somebody took the folder's rules away, and what they put back cannot be had: then nothing goes without a human. */
const leftOver = (folder: RuleSet, { hash }: Pin): RuleSet => ({
  ...folder,
  revision: {
    ...(folder.revision ?? unknownRevision(folder)),
    barsAuto: `the rules ${hash.slice(0, 8)}, which were put back in their place, cannot be loaded`,
  },
});

/** In live what is not known to be signed is never automatic. */
function barred(set: RuleSet, mode: InForceDeps['mode']): RuleSet {
  const { barsAuto: _before, ...revision } = set.revision ?? unknownRevision(set);
  if (mode !== 'live' || revision.signed === 'all') return { ...set, revision };
  return { ...set, revision: { ...revision, barsAuto: revision.says } };
}

const unknownRevision = (set: RuleSet): RulesRevision => ({
  signed: 'unknown',
  says: 'at which commit these rules were is not known',
  at: set.loadedAt ?? new Date(0).toISOString(),
});

/** What git says of the folder. What is signed as it should be is accepted, so that it is not asked about again. */
function revisions({
  allowedSigners,
  now,
  mode,
  shelf,
}: InForceDeps): (set: RuleSet, standing: RulesStanding) => Promise<RuleSet> {
  const read = revisionReader({ allowedSigners, now });
  return async (set, { accepted }) => {
    const revision = await read(set.read?.from ?? set.dir, set.read?.files ?? [], accepted);
    const { commit, signed, says } = revision;
    if (signed === 'all' && commit !== undefined && commit !== accepted)
      await shelf
        .putRulesEvent({ kind: 'accept', hash: set.hash, commit, by: 'opssentinel', reason: says })
        .catch(() => undefined);
    return barred({ ...set, revision }, mode);
  };
}

interface Entered {
  set: RuleSet;
  before: RuleSet | undefined;
  pinned: Pin | undefined;
  folder: RuleSet;
}

function announce(tell: (change: InForceChange) => void, { set, before, pinned, folder }: Entered): void {
  if (before && before.hash !== set.hash) tell({ kind: 'changed', set });
  if (pinned?.hash === set.hash) tell({ kind: 'pinned', to: set, folder: folder.hash, reason: pinned.reason });
  else if (set.revision?.barsAuto !== undefined) tell({ kind: 'unsigned', set, says: set.revision.barsAuto });
}

/** For the runs that begin under it. What cannot be kept is told: only this process knows it then. */
async function keptInLedger({ shelf, onChange }: InForceDeps, { set, pinned }: Entered): Promise<boolean> {
  const trouble = (says: string): void => onChange?.({ kind: 'trouble', says });
  try {
    const stored = toStored(set);
    if (stored.files.length === 0) trouble('the rules are too large to be kept in the ledger');
    await shelf.putRules(stored);
    if ((await shelf.lastForced()) === set.hash) return true;
    const commit = set.revision?.commit;
    const reason = pinned ? `put back by ${pinned.by}: ${pinned.reason}` : (set.revision?.says ?? 'the folder holds it');
    const event = { kind: 'force', hash: set.hash, by: 'opssentinel', reason } as const;
    await shelf.putRulesEvent({ ...event, ...(commit === undefined ? {} : { commit }) });
    return true;
  } catch (error) {
    trouble(`the rules in force could not be kept in the ledger: ${wordsOf(error)}`);
    return false;
  }
}
